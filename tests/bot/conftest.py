"""The bot's app on a real SQLite ledger, talking to a small Slack over real HTTP."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import build_app
from knowledge.tables import connect, metadata
from tests.bot.small_slack import SECRET, Bot, SmallSlack
from workers.ledger import Ledger
from workers.settings import Settings


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    slack = SmallSlack()
    yield slack
    slack.close()


@pytest.fixture(scope="session")
def empty_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state database with its tables: made once, as making them takes longer than a test."""
    path = tmp_path_factory.mktemp("state") / "teller.db"
    engine = connect(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def settings(slack: SmallSlack, tmp_path: Path, empty_state: Path) -> Settings:
    shutil.copy(empty_state, tmp_path / "teller.db")
    return Settings(
        slack_bot_token="xoxb-1-small",
        slack_signing_secret=SECRET,
        slack_api_url=slack.url,
        state_url=f"sqlite:///{tmp_path / 'teller.db'}",
        data_dir=str(tmp_path),
    )


@pytest.fixture
def bot(slack: SmallSlack, settings: Settings) -> Iterator[Bot]:
    engine = connect(settings.state)
    bot = Bot(Ledger(engine), slack)
    bot.app = build_app(settings, bot.ledger, bot.enqueue, on_refused=bot.refused.append)
    yield bot
    engine.dispose()
