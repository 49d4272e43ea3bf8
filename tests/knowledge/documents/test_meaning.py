"""Search by meaning, with the real default weights."""

from pathlib import Path

import pytest

from knowledge.documents.library import Library
from knowledge.models.embed import embeddings
from knowledge.models.weights import path_of
from knowledge.types import Audience
from tests.knowledge.documents.conftest import LEASE, LOAN

LEGAL = Audience(frozenset({"C0LEGAL"}))


@pytest.fixture
def library(engine, tmp_path):
    path = path_of("all-minilm-l6-v2", Path("~/.cache/teller").expanduser())
    if path is None:
        pytest.skip("run `teller models pull all-minilm-l6-v2`")
    return Library(engine, tmp_path / "library", embeddings(path))


@pytest.mark.model
def test_a_clause_is_found_by_its_meaning(library, ingest):
    ingest("loan.txt", LOAN, "C0LEGAL")
    ingest("lease.txt", LEASE, "C0LEGAL")

    found = library.search("What does the flat cost us every four weeks?", LEGAL)

    assert "40,000 kroner" in found.passages[0].chunk.text


@pytest.mark.model
def test_what_no_document_speaks_of_is_found_with_little_confidence(library, ingest):
    ingest("loan.txt", LOAN, "C0LEGAL")

    asked, idle = (library.search(each, LEGAL).confidence for each in ("When is the loan repaid?", "Who won at chess?"))

    assert idle < 0.3 < asked
