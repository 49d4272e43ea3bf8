"""`teller models`: weights by name."""

import argparse
import json
import sys
import time
from typing import Any

from knowledge.errors import UserError
from knowledge.models import weights
from knowledge.models.catalogue import CATALOGUE
from workers.settings import Settings


def list_weights(options: argparse.Namespace, settings: Settings) -> int:
    """Print every known set of weights and whether it is here."""
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "bytes": each.size,
            "licence": each.licence,
            "path": str(weights.path_of(name, settings.cache) or ""),
        }
        for name, each in CATALOGUE.items()
    ]
    if options.json:
        print(json.dumps({"weights": rows}))
    else:
        for row in rows:
            print(f"{row['name']:24} {row['bytes'] / 1e6:8.0f} MB  {row['licence']:12} {row['path'] or 'not here'}")
    return 0


def pull(options: argparse.Namespace, settings: Settings) -> int:
    """Fetch the named weights, by default all that the settings need."""
    pulled = {}
    for name in options.names or needed(settings):
        progress = _Progress(name, quiet=options.json)
        pulled[name] = str(weights.pull(name, settings.cache, progress))
        progress.close()
    if options.json:
        print(json.dumps({"pulled": pulled}))
    return 0


def needed(settings: Settings) -> list[str]:
    """Return the names of the weights that these settings load from the cache."""
    names = [settings.embedder] if settings.embedder in CATALOGUE else []
    return names + ([settings.model_name] if not settings.model_url and settings.model_name in CATALOGUE else [])


def require(settings: Settings, names: list[str] | None = None) -> None:
    """Refuse to go on without the named weights, by default all that the settings need.

    Raises:
        UserError: some are missing; the message names the command that fetches them.
    """
    missing = [
        name for name in (needed(settings) if names is None else names) if weights.path_of(name, settings.cache) is None
    ]
    if missing:
        raise UserError(f"Weights are missing: run `teller models pull {' '.join(missing)}`.")


class _Progress:
    """One line of progress on a terminal, a line every ten seconds elsewhere."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self.name = name
        self.quiet = quiet
        self.terminal = sys.stderr.isatty()
        self.shown = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self.quiet or now - self.shown < (0.2 if self.terminal else 10):
            return
        self.shown = now
        share = done / total if total else 0.0
        bar = "#" * int(share * 30)
        end = "\r" if self.terminal else "\n"
        print(f"{self.name:24} [{bar:30}] {share:4.0%} of {total / 1e6:.0f} MB", end=end, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Say that it is done."""
        if not self.quiet:
            print(f"{self.name:24} ready{' ' * 50}", file=sys.stderr)
