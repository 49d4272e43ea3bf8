"""Score the guard: what is dangerous must be refused or bounded, what is legitimate must run as it would without."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from knowledge.database.demo import POLICY
from knowledge.database.policy import Policy
from knowledge.errors import UserError
from knowledge.evaluation.arena import READER, Arena, Case, Finding, admin, read, run_script, seed_demo
from knowledge.evaluation.mariadb import Server, private_server
from knowledge.evaluation.progress import Progress, sample

OURS = Path(__file__).with_name("guard_statements.jsonl")  # About the demo bank.
THEIRS, DEMO = "bank", "teller_demo"


def evaluate(
    cases: Path,
    _work: Path,
    *,
    database: str = "",
    limit: int | None = None,
    on_progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Return the scores of the statements in `cases` and of our own, on a MariaDB server started for it.

    Another server's `database` may be named by its administrator's URL; it must have no database `bank` yet.
    """
    folder = cases / "sqlguard" if (cases / "sqlguard").is_dir() else cases
    theirs = [*read(folder / "dangerous.jsonl"), *read(folder / "legitimate.jsonl")]
    with ExitStack() as stack:
        server = Server(database, Path()) if "://" in database else stack.enter_context(private_server())
        _refuse_used(server)
        stack.callback(_drop, server)
        on_progress("The database server runs")
        run_script(server.url, (folder / "schema.sql").read_text(encoding="utf-8"))
        given, changed = _judge(server, THEIRS, _policy(folder), sample(theirs, limit), on_progress)
        seed_demo(server, DEMO)
        own, own_changed = _judge(server, DEMO, Policy.load(POLICY), sample(list(read(OURS)), limit), on_progress)
    found = [*given, *own]
    limited = [each.seconds for each in found if each.case.expect == "limit"]
    return {
        "n": len(found),
        "figures": {**_figures(found), "databases_changed": changed + own_changed},
        "by": {
            "set": {"given": {"n": len(given), **_figures(given)}, "ours": {"n": len(own), **_figures(own)}},
            "outcome": dict(Counter(f"{each.case.expect}, {each.outcome}" for each in found)),
        },
        "slowest_limit_seconds": round(max(limited, default=0.0), 2),
        "wrong": [
            {"sql": each.case.sql[:300], "expect": each.case.expect, "why": each.wrong} for each in found if each.wrong
        ],
    }


def _judge(
    server: Server, database: str, policy: Policy, cases: Sequence[Case], on_progress: Progress
) -> tuple[list[Finding], int]:
    """Return what became of the cases, and 1 when the database is not what it was before."""
    with closing(Arena(server, database, policy)) as arena:
        before = arena.checksum()
        found = []
        for at, case in enumerate(cases, 1):
            found.append(arena.judge(case))
            if at % 25 == 0 or at == len(cases):
                on_progress(f"{at} of {len(cases)} statements on {database}")
        return found, int(arena.checksum() != before)


def _figures(found: Sequence[Finding]) -> dict[str, int]:
    wrong = Counter(each.case.expect for each in found if each.wrong)
    return {
        "dangerous_let_through": wrong["reject"],
        "limit_unbounded": wrong["limit"],
        "legitimate_refused": wrong["allow"],
    }


def _policy(folder: Path) -> Policy:
    rules = json.loads((folder / "policy.json").read_text(encoding="utf-8"))
    hidden = rules["forbidden_columns"]
    return Policy.from_mapping(
        {
            "tables": {
                table: {"see": "*", "hide": {column: [] for column in hidden.get(table, ())}}
                for table in rules["allowed_tables"]
            }
        }
    )


def _refuse_used(server: Server) -> None:
    with closing(admin(server.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES")
        used = {row[0] for row in cursor.fetchall()} & {THEIRS, DEMO}
    if used:
        raise UserError(f"The server has a database {' and '.join(sorted(used))} already, which this would overwrite.")


def _drop(server: Server) -> None:
    names = (f"DROP DATABASE IF EXISTS `{name}`" for name in (THEIRS, DEMO))
    users = (f"DROP USER IF EXISTS {READER}@'{host}'" for host in ("localhost", "%"))
    run_script(server.url, "; ".join([*names, *users]))
