"""Compare all that a workspace sends and answers with published samples: `api/`, `events/`, `app-backend/`."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bot.workspace.api import METHODS
from bot.workspace.round import Round
from bot.workspace.schema import faults as schema_faults
from bot.workspace.shapes import differences

Json = dict[str, Any]
MANIFEST = Path(__file__).parent.parent / "manifest.yaml"
_BACKEND = {
    "block_actions": "interactive-components/BlockActionPayload",
    "message_action": "interactive-components/MessageShortcutPayload",
    "view_submission": "views/ViewSubmissionPayload",
    "view_closed": "views/ViewClosedPayload",
}
_SUBTYPES = {
    "file_share": "MessageFileShare",
    "message_changed": "MessageChanged",
    "message_deleted": "MessageDeleted",
    "channel_join": "MessageChannelJoin",
    "thread_broadcast": "MessageThreadBroadcast",
}
# Slack's reference has these, and the samples leave them out: told apart from what agrees, and from what does not.
_BEYOND = re.compile(
    r"\.metadata(\.event_payload)?$|\.response_urls$|\.view\.blocks$|\.event\.event_ts$"
    r"|\.(bot_id|bot_profile|team|client_msg_id|parent_user_id)$|\.(message|previous_message)\.files$"
    r"|^unknown key \.(channel|ts|message)$|\.is_enterprise_install: string, not boolean$"
)
SETTINGS = {"shortcuts": [["message", "explain", "Explain"]], "commands": [["/ask", "Ask"]]}


def evaluate(cases: Path, work: Path, *, limit: int | None, on_progress: Callable[[str], None]) -> Json:
    """Drive a workspace of its own through everything that it offers and judge each payload and answer."""
    del work  # A round takes seconds: there is nothing to resume.
    heard, answered = _driven()
    told = [(_sample_of(cases, each), each) for each in heard]
    told += [(cases / "api" / f"{name}.json", answer) for name, answer in answered]
    known = [(path, each) for path, each in told if path.is_file()][:limit]
    faults: dict[str, set[str]] = {}
    beyond: set[str] = set()
    agreed = 0
    for path, each in known:
        found = {f"{one.kind} {one.where}" for one in differences(each, json.loads(path.read_text("utf-8")))}
        beyond |= {f"{path.stem} {fault}" for fault in found if _BEYOND.search(fault)}
        wrong = {fault for fault in found if not _BEYOND.search(fault)}
        agreed += not wrong
        if wrong:
            faults[path.stem] = faults.get(path.stem, set()) | wrong
    for name, wrong in faults.items():
        on_progress(f"{name}: {'; '.join(sorted(wrong))}")
    manifest_faults = judged_manifest(cases)
    for fault in manifest_faults:
        on_progress(f"manifest: {fault}")
    named = [fault for wrong in faults.values() for fault in wrong]
    return {
        "n": len(known),
        "figures": {
            "agree": round(agreed / max(len(known), 1), 4),
            "unknown_keys": sum(fault.startswith("unknown") for fault in named),
            "wrong_types": sum(fault.startswith("wrong") for fault in named),
            "beyond_samples": len(beyond),
            "samples_met": len({path for path, _ in known}),
            "refused": sum(not each["ok"] for _, each in answered),
            "manifest_faults": len(manifest_faults),
        },
        "by": {
            "not_called": sorted(set(METHODS) - {name for name, _ in answered}),
            "not_sampled": sorted({path.stem for path, _ in told if not path.is_file()}),
            "beyond_samples": sorted(beyond),
        },
    }


def judged_manifest(cases: Path) -> list[str]:
    """Return what each of the published schemas finds wrong with the app's manifest."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    found = []
    for path in sorted(cases.glob("manifest.schema.*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        found += [f"{path.name} {fault}" for fault in schema_faults(manifest, schema, schema)]
    return found


def _driven() -> tuple[list[Json], list[tuple[str, Json]]]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
        command = [sys.executable, "-m", "bot.workspace", "--port", "0", "--folder", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None  # noqa: S101 - It was asked for in the line above.
                url = process.stdout.readline().split()[-1]
                config = json.loads((Path(folder) / "config.json").read_text("utf-8"))
                with Round(url, config) as going:
                    return going.drive()
            finally:
                process.terminate()


def _sample_of(cases: Path, payload: Json) -> Path:
    if "command" in payload:
        return cases / "app-backend" / "slash-commands" / "SlashCommandPayload.json"
    kind = payload["type"]
    if kind != "event_callback":
        return cases / "app-backend" / f"{_BACKEND.get(kind, kind)}.json"
    event = payload["event"]
    name = _SUBTYPES.get(event.get("subtype", ""), "") or "".join(each.title() for each in event["type"].split("_"))
    return cases / "events" / f"{name}Payload.json"
