"""An analyser on the real environment and in the real jail; only the model is scripted."""

import os
from pathlib import Path

import pytest

from knowledge.analysis.analyser import Analyser
from knowledge.analysis.finding import Finding
from knowledge.types import Table

BY_MONTH = Table(
    ("Month", "Total balance (NOK)"),
    (("2025-01", 100.0), ("2025-02", 110.5), ("2025-03", 121.0), ("2025-04", None), ("2025-05", 900.0)),
)


@pytest.fixture
def cache() -> Path:
    """Return where the environment was set up; set it up with `teller analysis`."""
    return Path(os.environ.get("TELLER_TEST_CACHE") or "~/.cache/teller").expanduser()


@pytest.fixture
def analyser(cache, llm):
    return Analyser(cache, llm)


@pytest.fixture
def run(analyser, llm):
    """Return a function that runs code as the model's."""

    def run(code: str, *, table: Table = BY_MONTH, **more) -> Finding:
        llm.says(f"```python\n{code}\n```")
        return analyser.analyse(table, "What is it?", **more)

    return run
