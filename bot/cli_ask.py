"""`teller ask`, `teller ingest` and `teller reindex`."""

import argparse
import json
from pathlib import Path
from typing import Any

from bot.cli_people import channel_id, name_of, user_id
from bot.cli_work import Asker, Desk, stage_line
from knowledge.errors import UserError
from knowledge.types import Answer, Citation
from workers.render_data import OUTDATED
from workers.request import Request
from workers.settings import Settings


def ask(options: argparse.Namespace, settings: Settings) -> int:
    """Ask one question and print the answer."""
    with Desk(settings, in_process=options.in_process, say=stage_line(quiet=options.json)) as desk:
        asker = Asker(user_id(desk.settings, options.person), channel_id(desk.settings, options.channel))
        request, reply = desk.carry_out("question", asker, text=options.question)
    if reply.get("type") != "answer":
        raise UserError(_why(request, reply))
    answer = Answer.from_json({name: value for name, value in reply.items() if name != "type"})
    if options.json:
        print(json.dumps(answer.to_json(), ensure_ascii=False))
        return 0
    print(as_text(answer, reviewer=name_of(desk.settings, answer.verified) if answer.verified else ""))
    return 0


def ingest(options: argparse.Namespace, settings: Settings) -> int:
    """Read files and web pages into the library, print their receipts; the status is 1 when one was not read."""
    results: list[dict[str, Any]] = []
    with Desk(settings, in_process=options.in_process, say=stage_line(quiet=options.json)) as desk:
        asker = Asker(channel=channel_id(desk.settings, options.channel))
        for name in options.paths:
            on_web = name.startswith(("http://", "https://"))
            one = (
                _read_site(desk, asker, name) if on_web else _ingest_one(desk, asker, Path(name).expanduser().resolve())
            )
            results.append(one)
            if not options.json:
                print(_receipt_line(results[-1]))
    if options.json:
        print(json.dumps({"receipts": results}, ensure_ascii=False))
    return int(any("error" in each for each in results))


def reindex(options: argparse.Namespace, settings: Settings) -> int:
    """Read every document again and switch to the new index when all is done."""
    with Desk(settings, in_process=options.in_process, say=stage_line(quiet=options.json)) as desk:
        detail = {"rehearsal": True} if options.dry_run else None
        request, reply = desk.carry_out("reindex", Asker(), detail=detail)
    if request.state != "answered":
        raise UserError(_why(request, reply))
    print(json.dumps(reply, ensure_ascii=False) if options.json else reply.get("text", "Done."))
    return 0


def as_text(answer: Answer, *, reviewer: str = "") -> str:
    """Return the answer as a terminal shows it; `reviewer` is the name of who verified its query."""
    lines = [answer.text]
    shown = answer.citations or answer.nearest
    if shown:
        lines += ["", "Sources" if answer.citations else "Nearest passages"]
        lines += [f"[{number}] {_source(each)}" for number, each in enumerate(shown, start=1)]
    if answer.verified:
        lines += ["", f"Verified by {reviewer or answer.verified} on {answer.verified_on}."]
    if answer.outdated:
        lines += ["", OUTDATED.format(day=answer.outdated)]
    if answer.hidden_sources:
        lines += ["", f"{answer.hidden_sources} source(s) hidden here."]
    return "\n".join(lines)


def _read_site(desk: Desk, asker: Asker, url: str) -> dict[str, Any]:
    request, reply = desk.carry_out("crawl", asker, detail={"url": url, "depth": 0})
    if reply.get("type") == "crawled" and (reply["new"] or reply["changed"] or reply["same"]):
        return {name: value for name, value in reply.items() if name != "type"}
    return {"name": url, "error": reply.get("text") or _why(request, reply), "reason": "not_read"}


def _ingest_one(desk: Desk, asker: Asker, path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"name": path.name, "error": f"There is no file {path}.", "reason": "missing"}
    request, reply = desk.carry_out("file", asker, detail={"path": str(path), "name": path.name})
    if reply.get("type") == "receipt":
        return {name: value for name, value in reply.items() if name != "type"}
    return {"name": path.name, "error": _why(request, reply), "reason": reply.get("reason", "failed")}


def _why(request: Request, reply: dict[str, Any]) -> str:
    words = reply.get("text") or request.error or f"It was {request.state}."
    return f"{words} (reference {request.reference})" if reply.get("type") == "failure" else words


def _source(citation: Citation) -> str:
    quote = " ".join(citation.quote.split())
    return f"{citation.document}, page {citation.page}: “{quote}”"


def _receipt_line(result: dict[str, Any]) -> str:
    if "url" in result:
        return str(result["text"])
    if "error" in result:
        return f"{result['name']}: {result['error']}"
    without = f", {len(result['empty_pages'])} without text" if result["empty_pages"] else ""
    return f"{result['name']}: {result['pages']} pages{without}, {result['chunks']} passages"
