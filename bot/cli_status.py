"""`teller status`: what runs, what waits, where the logs are."""

import argparse
import json
import time
from typing import Any

from bot.cli_models import needed
from bot.memory import MIB, Memory
from knowledge.documents.places import Places
from knowledge.documents.store import Store
from knowledge.models.weights import path_of
from knowledge.tables import connect
from workers.celery import beat_path, silent_for
from workers.ledger import Ledger
from workers.runtime import Runtime, is_alive, join_running, read_processes
from workers.settings import Settings
from workers.state import upgrade

STALLED = 60.0  # Seconds without a sign of progress.


def status(options: argparse.Namespace, settings: Settings) -> int:
    """Print the state of every part; the exit status is 1 when a process that should run does not."""
    settings, runtime = join_running(settings)
    upgrade(settings.state)
    engine = connect(settings.state)
    try:
        ledger, memory = Ledger(engine), Memory()
        processes = [
            {"name": each.name, "pid": each.pid, "alive": is_alive(each.pid), "restarts": each.restarts,
             "memory_mb": memory.of(each.pid) // MIB, "silent_seconds": _silence(settings, each.name),
             "ready_seconds": each.ready_seconds, "log": each.log}
            for each in read_processes(settings.data)
        ]  # fmt: skip
        report: dict[str, Any] = {
            "running": runtime is not None,
            "page": runtime.page if runtime else "",
            "up_seconds": round(time.time() - runtime.started_at) if runtime else 0,
            **_start(runtime, ledger),
            "supervisor_mb": memory.alone(runtime.supervisor) // MIB if runtime else 0,
            "memory_mb": memory.of(runtime.supervisor) // MIB if runtime else 0,
            "processes": processes,
            "requests": ledger.counts(),
            "oldest_waiting_seconds": round(ledger.oldest_waiting(), 1),
            "library": {"documents": len(Store(engine).kept()), "visible": len(Places(engine).placed())},
            "weights": {name: path_of(name, settings.cache) is not None for name in needed(settings)},
            "data": str(settings.data),
            "logs": str(settings.data / "logs"),
        }
    finally:
        engine.dispose()
    print(json.dumps(report) if options.json else _as_text(report))
    return int(any(not each["alive"] or (each["silent_seconds"] or 0) > STALLED for each in report["processes"]))


def _silence(settings: Settings, name: str) -> float | None:
    """Return for how long a process has not shown that it makes progress; None for those that never do."""
    silent = silent_for(beat_path(settings.data, name))
    return None if silent is None else round(silent, 1)


def _start(runtime: Runtime | None, ledger: Ledger) -> dict[str, float | None]:
    """Return how many seconds after the start began there were page, model and answer; None for what is not yet."""
    first = ledger.backlog.first_answered(runtime.started_at) if runtime else None
    return {
        "page_seconds": runtime.page_seconds if runtime else None,
        "model_ready_seconds": runtime.model_seconds if runtime else None,
        "first_answer_seconds": round(first[1] - runtime.started_at, 1) if runtime and first else None,
        "first_answer_took_seconds": round(first[1] - first[0], 1) if first else None,
    }


def _as_text(report: dict[str, Any]) -> str:
    lines = [
        f"Running at {report['page'] or 'Slack'}" if report["running"] else "Not running (start it with `teller up`)"
    ]
    for each in report["processes"]:
        stalled = (each["silent_seconds"] or 0) > STALLED
        state = "DEAD" if not each["alive"] else "STALLED" if stalled else "runs"
        ready = "starting" if each["ready_seconds"] is None else f"ready after {each['ready_seconds']} s"
        known = f"  {each['name']:10} {state}  {each['memory_mb']:5} MB  {ready:18}"
        lines.append(f"{known}  restarts {each['restarts']}  {each['log']}")
    if report["running"]:
        lines.append(f"  {'teller up':10} runs  {report['supervisor_mb']:5} MB; all together {report['memory_mb']} MB")
        lines.append(_start_as_text(report))
    counts = ", ".join(f"{count} {state}" for state, count in sorted(report["requests"].items())) or "none yet"
    lines.append(f"Requests: {counts}; oldest waiting {report['oldest_waiting_seconds']} s")
    lines.append("Library: " + ", ".join(f"{count} {what}" for what, count in report["library"].items()))
    missing = [name for name, here in report["weights"].items() if not here]
    lines.append(f"Weights missing: run `teller models pull {' '.join(missing)}`" if missing else "Weights: here")
    lines.append(f"Logs: {report['logs']}")
    return "\n".join(lines)


def _start_as_text(report: dict[str, Any]) -> str:
    page, model, answer = (report[f"{name}_seconds"] for name in ("page", "model_ready", "first_answer"))
    parts = [] if page is None else [f"page after {page} s"]
    parts.append("model still loading" if model is None else f"model after {model} s")
    took = report["first_answer_took_seconds"]
    parts.append("nothing answered yet" if answer is None else f"first answer after {answer} s (asked {took} s before)")
    return "Start: " + ", ".join(parts)
