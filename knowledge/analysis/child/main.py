"""Shut this process in, take a frame and a question in, and answer with a number, words, a table or a picture."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from knowledge.analysis.child.pipe import Pipe
from knowledge.jail import walls

FONTS = "matplotlib"  # The folder in the environment where the list of fonts was kept when it was set up.


def main() -> None:
    """Do what the one argument orders."""
    order = json.loads(sys.argv[1])
    folder, environment = Path(order["folder"]), Path(order["environment"])
    own = [Path(__file__).parent, Path(walls.__file__).parent]
    stand = walls.shut_in(
        folder,
        readable=(environment, *sys.path, *own),
        memory=order["memory"],
        seconds=order["seconds"],
        size=order["size"],
        in_bubble=order["in_bubble"],
    )
    pipe = Pipe.take_over()
    if not stand.enough:
        pipe.say(open=True)
        return
    _settle(folder, environment)
    from knowledge.analysis.child import agent  # noqa: PLC0415 - its packages are found now, and read inside only.

    pipe.say(ready=True)
    asked: dict[str, Any] = json.loads(pipe.hear())
    frame = pipe.hear()
    pipe.say(**agent.analyse(frame, asked, pipe.ask))


def _settle(folder: Path, environment: Path) -> None:
    """Let libraries find their packages, their list of fonts and a home, and let none of them call out."""
    sys.path.append(str(environment / "packages"))
    fonts = folder / FONTS
    fonts.mkdir()
    for each in (environment / FONTS).glob("*.json"):
        shutil.copyfile(each, fonts / each.name)
    os.environ.update(
        DO_NOT_TRACK="true", SCARF_NO_ANALYTICS="true", MPLBACKEND="Agg", MPLCONFIGDIR=str(fonts),
        HOME=str(folder), TMPDIR=str(folder), JOBLIB_MULTIPROCESSING="0",
    )  # fmt: skip
