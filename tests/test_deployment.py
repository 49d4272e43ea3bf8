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


def test_the_image_is_built_once_and_never_fetched() -> None:
    built = [name for name, service in COMPOSE.items() if "build" in service]

    assert built == ["weights"]
    assert COMPOSE["weights"]["pull_policy"] == "build"
    for name in PROCESSES:
        assert COMPOSE[name]["image"] == COMPOSE["weights"]["image"]
        assert COMPOSE[name]["pull_policy"] == "never"
        assert COMPOSE[name]["depends_on"]["weights"] == {"condition": "service_completed_successfully"}


def test_what_is_kept_lies_in_volumes_that_the_user_may_write() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    used = {volume.partition(":")[0] for service in compose["services"].values() for volume in service["volumes"]}

    assert used == set(compose["volumes"])
    assert "install -d -o teller /data /weights" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert COMPOSE["bot"]["environment"]["DATA_DIR"] == "/data"
    assert COMPOSE["bot"]["environment"]["CACHE_DIR"] == "/weights"


def test_each_process_is_well_while_it_shows_progress() -> None:
    for name in PROCESSES:
        assert COMPOSE[name]["healthcheck"]["test"] == ["CMD", "teller", "probe", name]


def test_secrets_and_data_stay_out_of_the_image() -> None:
    assert {".env*", ".data"} <= set((ROOT / ".dockerignore").read_text(encoding="utf-8").split())
