"""Settings are read once, and a wrong one is named."""

from pathlib import Path

import pytest

from knowledge.errors import UserError
from workers.settings import environment_of, read_settings


def test_a_laptop_needs_no_setting(tmp_path: Path) -> None:
    settings = read_settings({"DATA_DIR": str(tmp_path)})

    assert settings.state == f"sqlite:///{tmp_path / 'teller.db'}"
    assert settings.slack_bot_token == ""
    assert settings.max_file_bytes == 50_000_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1"),
        ("SLACK_APP_TOKEN", "xoxb-1"),
        ("SLACK_API_URL", "http://slack.example/"),
        ("REDIS_URL", "http://localhost"),
        ("STATE_URL", "postgresql://x"),
        ("BANK_URL", "postgresql://x"),
        ("BANK_URL", "mysql+pymysql://x"),
        ("HTTP_PORT", "http"),
        ("MAX_FILE_MB", "big"),
        ("ROLES", "lawyer"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(UserError, match=name):
        read_settings({name: value})


def test_the_environment_stands_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("# ours\nADMINS='U1, U2'\nexport MODEL_NAME=file\n")
    monkeypatch.setenv("MODEL_NAME", "environment")
    monkeypatch.delenv("ADMINS", raising=False)

    settings = read_settings(dotenv=tmp_path / ".env")

    assert settings.admin_ids == {"U1", "U2"}
    assert settings.model_name == "environment"


def test_secrets_are_not_shown() -> None:
    assert "xoxb-secret" not in repr(read_settings({"SLACK_BOT_TOKEN": "xoxb-secret"}))


def test_a_child_process_sees_the_same_settings() -> None:
    settings = read_settings({"ADMINS": "U9", "HTTP_PORT": "3456"})

    assert read_settings(environment_of(settings)) == settings
