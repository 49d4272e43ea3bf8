"""Read or create the secrets and choices of one local workspace."""

import json
import os
import secrets
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

TEAM = "T0TELLER01"
TEAM_NAME = "Fjordbank"
TEAM_DOMAIN = "fjordbank"
APP = "A0TELLER01"
BOT = "B0TELLER01"
BOT_USER = "U0TELLER01"
BOT_NAME = "Teller"

STRICT_SHARE_SECONDS = 0.4

IDS = {"team": TEAM, "app": APP, "bot": BOT, "bot_user": BOT_USER}


def _secret(prefix: str = "") -> str:
    return prefix + secrets.token_hex(24)


@dataclass(frozen=True)
class Config:
    """What `config.json` holds; an empty `event_url` means Socket Mode."""

    bot_token: str = field(default_factory=lambda: _secret("xoxb-local-"), repr=False)
    app_token: str = field(default_factory=lambda: _secret("xapp-1-local-"), repr=False)
    signing_secret: str = field(default_factory=_secret, repr=False)
    verification_token: str = field(default_factory=_secret, repr=False)
    control_token: str = field(default_factory=_secret, repr=False)
    event_url: str = ""
    ack_seconds: float = 3.0
    retry_after: tuple[float, ...] = (0.0, 60.0, 300.0)
    hold_seconds: float = 86_400.0
    stream_seconds: float = 300.0
    commands: tuple[tuple[str, str], ...] = (("/reindex", "Rebuild the index of documents"),)
    shortcuts: tuple[tuple[str, str, str], ...] = ()  # Kind (message or global), callback id, name.
    # What `--strict` and its switches choose; kept here too, so that a file can choose them.
    strict: bool = False
    manifest: str = ""
    share_seconds: float = 0.0
    deliveries: int = 1
    fault_429: float = 0.0
    fault_500: float = 0.0
    fault_applied: float = 0.0
    fault_seconds: float = 35.0
    seed: int = 0

    @property
    def share_delay(self) -> float:
        """Return after how many seconds the bot's upload appears where it was shared."""
        return self.share_seconds or (STRICT_SHARE_SECONDS if self.strict else 0.0)


def read_config(folder: Path) -> Config:
    """Return the configuration of `folder`, creating `config.json` (readable by its owner only) or what it lacks."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "config.json"
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    known = {each.name for each in fields(Config)}
    config = Config(**{name: _frozen(value) for name, value in kept.items() if name in known})
    wanted = {each.name: getattr(config, each.name) for each in fields(Config)} | {"ids": IDS}
    text = json.dumps(wanted, indent=2) + "\n"
    if not path.is_file() or json.loads(text) != kept:
        _write_private(path, text)
    return config


def _frozen(value: Any) -> Any:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value


def _write_private(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
