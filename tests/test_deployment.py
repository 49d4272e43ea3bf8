"""What compose brings up is what the Procfile runs, without root, and judged by progress."""

import yaml

from bot.supervise import read_procfile
from tests.workspace_fixture import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
PROCESSES = read_procfile(ROOT / "Procfile")


def test_compose_runs_the_processes_of_the_procfile() -> None:
    for name, command in PROCESSES.items():
        started = COMPOSE[name]["command"].split()
        assert started == [word for word in command if word not in ("--loglevel", "INFO")], name


def test_no_process_runs_as_root() -> None:
    assert all(COMPOSE[name]["user"] == "10001" for name in (*PROCESSES, "weights"))
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "USER 10001"


def test_each_process_is_well_while_it_shows_progress() -> None:
    for name in PROCESSES:
        assert COMPOSE[name]["healthcheck"]["test"] == ["CMD", "teller", "probe", name]


def test_secrets_and_data_stay_out_of_the_image() -> None:
    assert {".env", ".data"} <= set((ROOT / ".dockerignore").read_text(encoding="utf-8").split())
