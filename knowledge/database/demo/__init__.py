"""Hold the demo bank: a small retail bank that does not exist, the same on every machine on the same day."""

from pathlib import Path

POLICY = Path(__file__).parent / "policy.yaml"
