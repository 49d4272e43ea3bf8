"""`teller evaluate`: score a set of cases and print one object."""

import argparse
import importlib
import importlib.metadata
import json
import os
import platform
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from bot import cli_models
from knowledge.errors import UserError
from workers.settings import Settings

# What a set's module is given besides its cases: parts of the program, and options of the command.
SETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "contracts": (("embeddings", "llm"), ("answers",)),
    "answers": (("embeddings", "llm"), ()),
    "pdfs": ((), ()),
    "tables": ((), ()),
    "guard": ((), ("database",)),
    "finance": (("embeddings", "llm"), ("answers",)),
    "routing": (("embeddings", "llm"), ("with_model",)),
    "sql": (("embeddings", "llm"), ("database",)),
    "bank": (("embeddings", "llm"), ()),
    "injection": (("embeddings", "llm"), ()),
    "fields": ((), ()),
    "slack": ((), ()),
    "speed": (("embeddings", "cache"), ()),
}
# Other sets are scored in `knowledge.evaluation`.
ELSEWHERE = {"slack": "bot.workspace.evaluation", "speed": "knowledge.evaluation.speed.compare"}
REPORTED = ("torch", "sentence-transformers", "faiss-cpu", "tantivy", "pypdf", "xllamacpp")


def evaluate(options: argparse.Namespace, settings: Settings) -> int:
    """Score one set; an interrupted run goes on where it stopped."""
    cases = Path(options.cases).expanduser().resolve()
    if not cases.is_dir():
        raise UserError(f"There is no folder {cases}.")
    weights = {"embeddings": settings.embedder, "llm": settings.model_name}
    used = {weights[part] for part in _parts(options) if part in weights}
    cli_models.require(settings, [name for name in cli_models.needed(settings) if name in used])
    work = settings.data / "evaluation" / options.set
    if options.fresh:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    scored = _score(options, settings, cases, work)
    report = {
        "set": options.set,
        "n": scored.pop("n"),
        "seconds": round(scored.pop("seconds", time.monotonic() - began), 1),
        "figures": scored.pop("figures"),
        "by": scored.pop("by"),
        "versions": _versions(settings) | scored.pop("versions", {}),
        **scored,
    }
    print(json.dumps(report, ensure_ascii=False) if options.json else _as_text(report))
    return 0


def _score(options: argparse.Namespace, settings: Settings, cases: Path, work: Path) -> dict[str, Any]:
    from workers.wiring import build  # Brings the index and the models.

    services = build(settings)

    def say(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    module = importlib.import_module(ELSEWHERE.get(options.set, f"knowledge.evaluation.{options.set}"))
    flags = SETS[options.set][1]
    given = {name: settings.cache if name == "cache" else getattr(services, name) for name in _parts(options)} | {
        name: getattr(options, name) for name in flags
    }
    try:
        scored: dict[str, Any] = module.evaluate(cases, work, **given, limit=options.limit, on_progress=say)
    except FileNotFoundError as error:
        missing = Path(error.filename or "")
        if not missing.is_relative_to(cases):
            raise
        raise UserError(f"{cases} holds no {missing.relative_to(cases)}, which {options.set} reads.") from error
    finally:
        services.close()
    return scored


def _parts(options: argparse.Namespace) -> list[str]:
    """Return the parts that a set is given: no model where nothing is put to it."""
    parts, flags = SETS[options.set]
    return [each for each in parts if each != "llm" or "answers" not in flags or options.answers]


def _versions(settings: Settings) -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "teller": importlib.metadata.version("teller"),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in REPORTED},
        "model": settings.model_name,
        "embedder": settings.embedder,
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gib": round(memory, 1),
    }


def _processor() -> str:
    """Return what the machine calls its processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _as_text(report: dict[str, Any]) -> str:
    lines = [f"{report['set']}: {report['n']} cases in {report['seconds']} s"]
    lines += [
        f"  {name:28} {value:.3f}" if isinstance(value, float) else f"  {name:28} {value}"
        for name, value in report["figures"].items()
    ]
    versions = report["versions"]
    machine = f"{versions['cores']} cores of {versions['processor']}, {versions['memory_gib']} GiB"
    lines.append(f"  on {machine}, Python {versions['python']}")
    lines += [f"  {report[name]}" for name in ("note", "missing_peers") if report.get(name)]
    return "\n".join(lines)
