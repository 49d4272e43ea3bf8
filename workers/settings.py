"""Read every setting once, from the environment or `.env`; the only module that may."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from knowledge.errors import UserError
from workers.roles import Roles


def _setting(default: str, help_text: str, *, secret: bool = False) -> str:
    value: str = field(default=default, metadata={"help": help_text}, repr=not secret)
    return value


@dataclass(frozen=True)
class Settings:
    """What differs between a laptop and production; each field is the environment variable in lower case."""

    slack_bot_token: str = _setting("", "Bot token, `xoxb-…`; empty: the local workspace", secret=True)
    slack_app_token: str = _setting("", "App token, `xapp-…`, for Socket Mode; empty: HTTP", secret=True)
    slack_signing_secret: str = _setting("", "Signing secret; needed for HTTP", secret=True)
    slack_api_url: str = _setting("https://slack.com/api/", "Where Slack's Web API is")
    state_url: str = _setting("", "Ledger and documents, an SQLAlchemy URL; empty: SQLite in `DATA_DIR`")
    bank_url: str = _setting("", "The bank's data, an SQLAlchemy URL; empty: the demo bank in `DATA_DIR`", secret=True)
    bank_policy: str = _setting(
        "", "Who may see what of the bank's data, a YAML file; empty or `demo`: the demo bank's"
    )
    bank_semantics: str = _setting(
        "", "The bank's terms, metrics and joins, a YAML file; empty: the demo bank's, or none at `BANK_URL`"
    )
    redis_url: str = _setting("", "Queue and memory; empty: a bundled server started by `teller up`", secret=True)
    model_url: str = _setting("", "An OpenAI-compatible server; empty: llama.cpp inside the answer worker")
    model_key: str = _setting("", "The key of the server at `MODEL_URL`", secret=True)
    model_name: str = _setting("qwen2.5-coder-1.5b", "Local weights, or the model's name at `MODEL_URL`")
    embedder: str = _setting("all-minilm-l6-v2", "Embedding weights: a name `teller models list` knows, or a folder")
    reranker: str = _setting("", "A folder of cross-encoder weights that rank passages anew; empty: none does")
    data_dir: str = _setting(".data", "Everything Teller keeps on disk")
    cache_dir: str = _setting("", "Weights, shared between checkouts; empty: `~/.cache/teller`")
    admins: str = _setting("", "Slack user ids who may run admin commands besides workspace admins, comma-separated")
    roles: str = _setting(
        "", "Roles for the bank's data, YAML or a file of it: `{U0LENA0001: lawyer}`; all others are `banker`"
    )
    http_host: str = _setting("127.0.0.1", "Address that the bot's HTTP endpoint listens on")
    http_port: str = _setting("3000", "Port of the bot's HTTP endpoint when there is no app token")
    max_file_mb: str = _setting("50", "Largest file taken, in megabytes")

    @property
    def data(self) -> Path:
        """Return the absolute data folder."""
        return Path(self.data_dir).expanduser().resolve()

    @property
    def cache(self) -> Path:
        """Return the folder for weights."""
        return Path(self.cache_dir or "~/.cache/teller").expanduser().resolve()

    @property
    def state(self) -> str:
        """Return the URL of Teller's own database."""
        return self.state_url or f"sqlite:///{self.data / 'teller.db'}"

    @property
    def pauses(self) -> Path:
        """Return the folder in which all processes note the pauses that Slack asks for."""
        return self.data / "run" / "pauses"

    @property
    def bank(self) -> str:
        """Return the URL of the bank's data."""
        return self.bank_url or f"sqlite:///{self.data / 'bank.db'}"

    @property
    def admin_ids(self) -> frozenset[str]:
        """Return the user ids named in `ADMINS`."""
        return frozenset(each.strip() for each in self.admins.split(",") if each.strip())

    @property
    def max_file_bytes(self) -> int:
        """Return the size above which a file is refused."""
        return int(float(self.max_file_mb) * 1_000_000)


def read_settings(environment: Mapping[str, str] | None = None, *, dotenv: Path | None = Path(".env")) -> Settings:
    """Return the settings of `environment` (by default the process's), over those of the file `dotenv`.

    Raises:
        UserError: a value is wrong; the message names the variable.
    """
    values = _read_dotenv(dotenv) if dotenv and environment is None else {}
    values |= dict(os.environ if environment is None else environment)
    settings = Settings(
        **{each.name: values[each.name.upper()].strip() for each in fields(Settings) if each.name.upper() in values}
    )
    _check(settings)
    return settings


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment for a child process that must see exactly these settings."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {
        **os.environ,
        **{each.name.upper(): str(getattr(settings, each.name)) for each in fields(Settings)},
        "PATH": programs,
        "PYTHONUNBUFFERED": "1",
    }


def _read_dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.removeprefix("export ").partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def _check(settings: Settings) -> None:
    wanted = {
        "slack_bot_token": ("xoxb-",),
        "slack_app_token": ("xapp-",),
        "slack_api_url": ("https://", "http://127.0.0.1", "http://localhost"),
        "redis_url": ("redis://", "rediss://", "redis+socket://", "unix://"),
        "model_url": ("http://", "https://"),
        "state_url": ("sqlite:///", "mysql+pymysql://"),
        "bank_url": ("sqlite:///", "mysql+pymysql://"),
    }
    for name, prefixes in wanted.items():
        value = getattr(settings, name)
        if value and not value.startswith(prefixes):
            raise UserError(f"{name.upper()} must begin with {' or '.join(prefixes)}.")
    if settings.bank_url and not settings.bank_policy:
        raise UserError("BANK_URL needs BANK_POLICY: without one nobody may see anything of the bank's data.")
    for name in ("http_port", "max_file_mb"):
        try:
            float(getattr(settings, name))
        except ValueError:
            raise UserError(f"{name.upper()} must be a number, not {getattr(settings, name)!r}.") from None
    Roles.read(settings.roles)
