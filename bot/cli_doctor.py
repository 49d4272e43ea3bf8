"""`teller doctor`, `teller probe` and `teller migrate`: find what is wrong, say it, mend what is ours."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from bot.doctor import STALLED, WAITED, Doctor
from knowledge.errors import TellerError
from knowledge.tables import connect
from workers.celery import beat_path, silent_for
from workers.ledger import Ledger
from workers.runtime import join_running
from workers.settings import Settings
from workers.state import revisions, upgrade


def doctor(options: argparse.Namespace, settings: Settings) -> int:
    """Check every part; the exit status is 1 when something is wrong."""
    settings, runtime = join_running(settings)
    findings = list(Doctor(settings, runtime).look())
    if options.json:
        print(json.dumps({"ok": all(each.ok for each in findings), "findings": [asdict(each) for each in findings]}))
    else:
        for each in findings:
            print(f"{'ok  ' if each.ok else 'BAD '} {each.part:22} {each.words}")
            if not each.ok:
                print(f"     {'':22} → {each.mend}")
    return int(not all(each.ok for each in findings))


def probe(options: argparse.Namespace, settings: Settings) -> int:
    """Say whether a process, or Teller as a whole, makes progress; for health checks, so it is quick and silent."""
    settings, _ = join_running(settings)
    report: dict[str, Any] = {"ok": True}
    if options.process:
        silent = silent_for(beat_path(settings.data, options.process))
        report |= {"silent_seconds": silent, "ok": silent is not None and silent < STALLED}
    if options.process in ("", "answer"):
        report |= _waiting(settings, ok=bool(report["ok"]))
    if options.json or not report["ok"]:
        print(json.dumps(report))
    return int(not report["ok"])


def _waiting(settings: Settings, *, ok: bool) -> dict[str, Any]:
    """Tell progress by the oldest question: it may wait behind others, but not while none is finished."""
    engine = connect(settings.state)
    ledger = Ledger(engine)
    try:
        waited, finished = ledger.oldest_waiting(), ledger.backlog.last_finished()
    except TellerError as error:
        return {"ok": False, "error": str(error)}
    finally:
        engine.dispose()
    idle = None if finished is None else max(0.0, ledger.clock() - finished)
    stuck = waited > WAITED and (idle is None or idle > WAITED)
    return {"ok": ok and not stuck, "oldest_waiting_seconds": round(waited, 1), "last_finished_seconds": idle}


def migrate(options: argparse.Namespace, settings: Settings) -> int:
    """Bring the tables up to date, as every start does."""
    settings, _ = join_running(settings)
    upgrade(settings.state)
    engine = connect(settings.state)
    try:
        there, _ = revisions(engine)
    finally:
        engine.dispose()
    print(json.dumps({"tables": there}) if options.json else f"The tables are at {there}.")
    return 0
