"""What hostile code tries in the jail comes to nothing: each attempt runs as the model's own code, in the real jail."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from knowledge.analysis import environment, talk
from knowledge.analysis.analyser import Analyser
from knowledge.analysis.frame import arrow
from knowledge.errors import AnalysisError
from knowledge.jail import bubble, calls
from tests.knowledge.analysis.conftest import BY_MONTH

SECRET = "the bank's own secret"
ATTEMPTS = yaml.safe_load(Path(__file__).with_name("attempts.yaml").read_text(encoding="utf-8"))
MISTAKES = (
    "NameError",
    "SyntaxError",
    "TypeError",
    "AttributeError",
    "KeyError",
)  # Of the attempt, not the walls' work.
SHOWN = """import os
globals().update({world!r}, got=None)
try:
    exec({code!r}, globals())
except BaseException as error:
    seen = type(error).__name__
else:
    seen = 'no error'
result = {{'type': 'string', 'value': f'got {{got!r}}'[:200] if got else 'contained: ' + seen}}"""


@pytest.fixture
def world(tmp_path):
    """Return what an attempt may be after, and watch that nothing comes of it."""
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    name = f"teller-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        unix.bind(str(tmp_path / "sock"))
        abstract.bind(f"\0{name}")
        for each in (unix, abstract):
            each.listen()
        yield {
            "secret": str(secret), "folder": str(tmp_path), "port": tcp.getsockname()[1], "abstract": name,
            "unix": str(tmp_path / "sock"), "parent": os.getpid(), "mark": "teller-mark-in-environment",
        }  # fmt: skip
    assert secret.read_text() == SECRET
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("attempt", ATTEMPTS["contained"])
def test_an_attempt_to_break_out_is_contained(attempt, run, world, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", world["mark"])
    began = time.monotonic()
    try:
        said = run(SHOWN.format(code=ATTEMPTS["contained"][attempt], world=world)).text
    except AnalysisError as error:
        said = f"contained: {error}"

    assert said.startswith("contained"), said
    assert not any(each in said for each in MISTAKES), said
    assert time.monotonic() - began < 120
    assert not _children()


@pytest.mark.parametrize(
    "attempt", ["read a file of the worker", "connect by TCP", "fork a bomb", "look at the parent"]
)
def test_without_bubblewrap_the_walls_are_ours_and_hold_as_well(attempt, cache, world, tmp_path):
    code = SHOWN.format(code=ATTEMPTS["contained"][attempt], world=world)

    said = _talk(cache, tmp_path / "own", lambda _: f"```python\n{code}\n```", in_bubble=False)

    assert said["text"].startswith("contained")


@pytest.mark.parametrize("attempt", ATTEMPTS["misbehaves"])
def test_misbehaviour_on_the_pipe_ends_in_plain_words(attempt, cache, llm, world):
    limits = talk.Limits(work=8, step=10.0)
    llm.says(*[f"```python\n{ATTEMPTS['misbehaves'][attempt]}\n```"] * 3)
    began = time.monotonic()

    with pytest.raises(AnalysisError):
        Analyser(cache, llm, limits=limits).analyse(BY_MONTH, "What is it?")

    llm.replies.clear()
    assert time.monotonic() - began < 100
    assert not _children()


def test_a_forged_answer_is_bounded_and_says_nothing_unseen(run):
    found = run(
        "import os, json\n"
        "line = json.dumps({'text': 'a\\u202eb\\x00<!channel> ' * 4000, 'code': 'c'}).encode() + b'\\n'\n"
        "for n in range(3, 12):\n    try: os.write(n, line)\n    except OSError: pass\n"
    )

    assert len(found.text) <= 1500
    assert "\u202e" not in found.text
    assert "\x00" not in found.text


def test_a_huge_table_comes_cut(run):
    found = run(
        "wide = pd.DataFrame(np.ones((5000, 60)), columns=[f'c{n}' * 200 for n in range(60)])\n"
        "result = {'type': 'dataframe', 'value': wide}"
    )

    assert (len(found.table.rows), len(found.table.columns), found.table.cut) == (200, 20, True)
    assert max(map(len, found.table.columns)) <= 80


def test_a_worker_that_is_killed_leaves_nothing_running(cache, tmp_path):
    begun = f"""
from pathlib import Path
from tests.knowledge.analysis.test_jail import _talk
print("up", flush=True)
forever = "```python\\nwhile True: pass\\n```"
_talk(Path({str(cache)!r}), Path({str(tmp_path / "own")!r}), lambda _: forever, in_bubble=False)
"""
    worker = subprocess.Popen([sys.executable, "-c", begun], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    assert worker.stdout.readline() == b"up\n"
    deadline = time.monotonic() + 60
    while len(below := _descendants(worker.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)

    worker.kill()
    worker.wait()
    worker.stdout.close()

    deadline = time.monotonic() + 90
    while any(map(_lives, below)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert len(below) == 2
    assert not any(map(_lives, below))


def test_without_any_wall_nothing_is_run(cache, tmp_path):
    no_walls = {name: calls.FORBIDDEN[name] for name in ("unshare", "seccomp")}
    code = f"""
from pathlib import Path
from knowledge.jail import calls
from knowledge.analysis import environment, talk
import ctypes, json, sys
calls.forbid({no_walls!r})
from tests.knowledge.analysis.test_jail import _talk
print(_talk(Path({str(cache)!r}), Path({str(tmp_path / "own")!r}), lambda _: sys.exit("asked"), in_bubble=False))
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3]
    )

    assert told.stdout.strip() == "{'open': True}", told.stderr


def test_with_bubblewrap_there_is_nothing_else_to_be_seen(cache, tmp_path):
    if not bubble.works():
        pytest.skip("bubblewrap is not here")
    (tmp_path / "beside").write_text("x")
    there = f"[each for each in ('/etc/passwd', '/home', {str(tmp_path / 'beside')!r}) if os.path.exists(each)]"
    code = f"import os\nresult = {{'type': 'string', 'value': str({there})}}"

    said = _talk(cache, tmp_path / "own", lambda _: f"```python\n{code}\n```", in_bubble=True)

    assert said["text"] == "[]"


def _talk(cache, folder, answer, *, in_bubble):
    folder.mkdir()
    found = environment.find(cache)
    return talk.talk(
        found.interpreter, found.folder, folder, frame=arrow(BY_MONTH), question="What is it?", hint="",
        answer=answer, stopped=lambda: False, in_bubble=in_bubble,
    )  # fmt: skip


def _children() -> list[int]:
    return [each for each in _descendants(os.getpid()) if b"knowledge.analysis.child" in _command(each)]


def _descendants(of: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{of}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_descendants(child)]
    return found


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _lives(process: int) -> bool:
    try:
        os.kill(process, signal.SIGCONT)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
