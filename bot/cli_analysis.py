"""`teller analysis`: what free analysis of a result runs on."""

import argparse
import json
import time

from knowledge.analysis import environment
from workers.settings import Settings


def set_up(options: argparse.Namespace, settings: Settings) -> int:
    """Set the environment up unless it is there, and print where it is."""
    began = time.monotonic()
    found = environment.set_up(settings.cache)
    report = {"environment": str(found.folder), "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(report) if options.json else f"Free analysis runs in {found.folder} ({report['seconds']} s).")
    return 0
