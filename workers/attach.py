"""Put the files of a reply, all rows or a picture of a chart, into its thread: each once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.errors import TransientError
from knowledge.types import Answer
from workers.blocks import safe
from workers.ledger import Ledger
from workers.posting import address
from workers.render_data import as_csv, chart_of_answer, is_cut
from workers.request import Request
from workers.slack import RateLimitedError, Slack, SlackRefusedError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside a reply; `alt` says what a picture shows."""

    name: str
    title: str
    content: bytes
    alt: str = ""


def attachments_of(request: Request, *, charts_refused: bool) -> tuple[Attachment, ...]:
    """Return the files that a reply needs: rows that its message has no room for, a chart that Slack does not draw."""
    reply = request.reply or {}
    if reply.get("type") not in ("answer", "chart"):
        return ()
    answer = Answer.from_json({name: value for name, value in reply.items() if name not in ("type", "of")})
    mark = f"{request.reference}{_edits(request)}"
    files = []
    if answer.table and is_cut(answer.table):
        files.append(Attachment(f"rows-{mark}.csv", f"All {len(answer.table.rows):,} rows", as_csv(answer.table)))
    if answer.picture:
        files.append(
            Attachment(f"analysis-{mark}.png", "Chart by generated code", answer.picture.png, answer.picture.alt)
        )
    chart = chart_of_answer(answer)
    if chart is not None:
        from knowledge.database.chart import alt, block, draw  # noqa: PLC0415 - brings what draws, which few need

        if charts_refused or block(chart) is None:
            files.append(Attachment(f"chart-{mark}.png", safe(chart.title)[:200], draw(chart), alt(chart)))
    return tuple(files)


def attach(request: Request, files: Sequence[Attachment], *, slack: Slack, ledger: Ledger) -> None:
    """Upload those files that are not in the reply's thread yet, and take away those of an older answer.

    Raises:
        TransientError: try again later.
    """
    edited = bool(_edits(request))
    if not files and not edited:
        return
    channel = address(request, slack)
    mine = [each for each in slack.replies(channel, request.reply_thread) if each.user == slack.user and each.files]
    standing = {name: message.ts for message in mine for name in message.files if request.reference in name}
    for file in files:
        if file.name not in standing:
            _upload(request, channel, file, slack=slack, ledger=ledger)
    for name in standing.keys() - {file.name for file in files}:
        slack.delete(channel, standing[name])


def _upload(request: Request, channel: str, file: Attachment, *, slack: Slack, ledger: Ledger) -> None:
    place: dict[str, Any] = {"thread_ts": request.reply_thread, "title": file.title, "alt": file.alt}
    try:
        slack.upload(channel, file.name, file.content, **place)
    except SlackRefusedError as error:
        log.warning("%s was not attached to %s: %s", file.name, request.reference, error)
    except RateLimitedError:
        raise  # Nothing was shared.
    except TransientError:
        ledger.deliveries.contested(request.id)
        raise


def _edits(request: Request) -> str:
    edits = request.detail.get("edits")
    return f"-{edits}" if edits else ""
