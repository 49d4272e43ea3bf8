"""Log to standard error, with every token and password hidden."""

import logging
import re

_SECRETS = re.compile(r"\bx(?:ox[a-z]|app)-[\w-]+|(?<=://)([^\s:/@]*):[^\s@/]+(?=@)")


class HidingFormatter(logging.Formatter):
    """Format a record, its trace included, and hide what must not be read."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return hide(super().format(record))


def hide(text: str) -> str:
    """Return `text` with tokens and the passwords of URLs replaced."""
    return _SECRETS.sub(lambda match: "[hidden]" if match[1] is None else f"{match[1]}:[hidden]", text)


def start_logging(level: int = logging.INFO) -> None:
    """Send everything to standard error; the libraries' debug lines, which hold message texts, stay off."""
    handler = logging.StreamHandler()
    handler.setFormatter(HidingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    # Bolt warns that it reads SLACK_BOT_TOKEN itself and prefers our client, which has the same token.
    handler.addFilter(lambda record: "`token` will be unused" not in str(record.msg))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("slack_bolt", "slack_sdk", "urllib3", "websockets"):
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    for name in ("alembic", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
