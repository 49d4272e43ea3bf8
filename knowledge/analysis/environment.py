"""Set up the packages that PandasAI runs on, which clash with ours: in a folder of their own, once."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import UnavailableError

LOCK = Path(__file__).with_name("pandasai.lock")
PYTHON = (3, 11)  # The newest for which PandasAI's own pins have wheels.
LAYOUT = 1  # Counted up when the same packages are to be set up in another way.
PACKAGES, FONTS, READY = "packages", "matplotlib", ".ready"
LICENSED = "pandasai/ee"  # Not free to use in production, and not needed: it is not kept on disk.
MISSING = "Free analysis is not set up on this machine: an admin can do so with `teller analysis`."


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the packages are, and the interpreter that runs them."""

    folder: Path
    interpreter: Path


def find(cache: Path) -> Environment | None:
    """Return the environment in `cache`, or None when it is not set up."""
    interpreter, folder = _interpreter(), _folder(cache)
    return Environment(folder, interpreter) if interpreter and (folder / READY).is_file() else None


def set_up(cache: Path) -> Environment:
    """Set the environment up in `cache` unless it is there.

    Raises:
        UnavailableError: there is no Python for it, or the packages could not be had.
    """
    interpreter = _interpreter()
    if interpreter is None:
        raise UnavailableError("Free analysis needs Python 3.11 beside this one: install python3.11.")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".pandasai.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        found = find(cache)
        if found:
            return found
        for left in cache.glob(".pandasai-*/"):  # By a set-up that was killed.
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".pandasai-", ignore_cleanup_errors=True) as fresh:
            _fill(Path(fresh), interpreter)
            shutil.rmtree(_folder(cache), ignore_errors=True)
            Path(fresh).rename(_folder(cache))
    return Environment(_folder(cache), interpreter)


def _fill(folder: Path, interpreter: Path) -> None:
    packages = folder / PACKAGES
    _run([
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps",
        "--require-hashes", "--only-binary", ":all:", "--python-version", ".".join(map(str, PYTHON)),
        "--target", str(packages), "--requirement", str(LOCK),
    ])  # fmt: skip
    shutil.rmtree(packages / LICENSED)
    for tests in [each for each in packages.glob("**/tests") if each.is_dir()]:
        shutil.rmtree(tests)
    # The jail writes nothing there, so what would be made at each start is made now.
    _run([str(interpreter), "-I", "-S", "-m", "compileall", "-q", str(packages)], strict=False)
    look = f"import os, sys; sys.path.append({str(packages)!r}); os.environ['MPLCONFIGDIR'] = {str(folder / FONTS)!r}"
    _run([str(interpreter), "-I", "-S", "-B", "-c", f"{look}; import matplotlib.font_manager"])
    (folder / READY).touch()


def _run(command: list[str], *, strict: bool = True) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode and strict:
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UnavailableError(f"Free analysis could not be set up ({reason[:300]}). Run `teller analysis` again.")


def _folder(cache: Path) -> Path:
    digest = hashlib.sha256(LOCK.read_bytes() + bytes([LAYOUT])).hexdigest()
    return cache / f"pandasai-{digest[:12]}"


def _interpreter() -> Path | None:
    if sys.version_info[:2] == PYTHON:
        return Path(sys.executable).resolve()
    found = shutil.which(f"python{PYTHON[0]}.{PYTHON[1]}")
    return Path(found).resolve() if found else None
