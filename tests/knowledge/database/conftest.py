"""The small bank, and who may be asked about it."""

import datetime as dt

import pytest
from sqlalchemy import create_engine

from knowledge.database.analyst import Analyst
from knowledge.database.catalog import read_catalog
from knowledge.database.choices import Choices
from knowledge.database.pairs import Pairs
from knowledge.database.policy import Policy
from knowledge.database.run import Runner
from knowledge.tables import connect, metadata
from tests.knowledge.conftest import HashedEmbeddings
from tests.knowledge.database import small_bank


@pytest.fixture
def bank_url(tmp_path):
    return small_bank.make(tmp_path)


@pytest.fixture
def catalog(bank_url, tmp_path):
    engine = create_engine(bank_url)
    yield read_catalog(engine, semantics=tmp_path / "semantics.yaml")
    engine.dispose()


@pytest.fixture
def state(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'state.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def attempts():
    return []


@pytest.fixture
def analyst(catalog, bank_url, state, llm, attempts):
    embeddings = HashedEmbeddings()
    runner = Runner(bank_url, audit=attempts.append)
    yield Analyst(
        catalog,
        Policy.from_mapping(small_bank.RULES),
        runner,
        llm,
        embeddings,
        Pairs(state, embeddings),
        choices=Choices(state),
        today=lambda: dt.date(2025, 11, 22),
    )
    runner.close()
