"""Score answers from data: the share whose rows are right, beside the same model given only schema and question."""

import json
import re
import shutil
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

import knowledge
from knowledge.database.analyst import Analyst
from knowledge.database.catalog import read_catalog
from knowledge.database.policy import Policy
from knowledge.database.run import Runner
from knowledge.database.write import bare_sql
from knowledge.documents.library import embedder_name
from knowledge.errors import UserError
from knowledge.evaluation.mariadb import private_server
from knowledge.evaluation.progress import Progress, RememberedEmbeddings, Results, sample, version_of
from knowledge.evaluation.rows import Rows, difference, same_rows
from knowledge.models.llm import write
from knowledge.types import Asker, Question

PLAIN = "You write SQL for {dialect}. Answer with one query only, in a ```sql block."
TOKENS = 260
SHOWN = 2_000  # Rows compared at most.
Pairs = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the queries of which one must be matched; without any, it cannot be answered."""

    id: str
    database: str
    question: str
    evidence: str
    gold: tuple[str, ...]
    ordered: bool

    @property
    def answerable(self) -> bool:
        """Tell whether the schema can answer it."""
        return bool(self.gold)


def evaluate(
    cases: Path,
    work: Path,
    *,
    llm: BaseChatModel,
    embeddings: Embeddings,
    database: str = "",
    limit: int | None = None,
    on_progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Return the scores of the answers to `cases`; what `work` holds of an earlier run is not asked again.

    Args:
        cases: The folder of the set.
        work: Where results and copies of the databases are kept.
        llm: The model, asked through the whole path and plainly.
        embeddings: What finds the tables that a question means.
        database: `sqlite`, `mysql` for a server started for it, or the URL of one on which databases may be made.
        limit: A sample of so many questions, answerable or not.
        on_progress: Hears how each question came out.

    Raises:
        UserError: there is no case.
        UnavailableError: there is no server.
    """
    folder = cases / "nl2sql" if (cases / "nl2sql").is_dir() else cases
    if database == "mysql":
        with private_server() as started:
            return _evaluate(folder, work, llm, embeddings, started.url, limit=limit, on_progress=on_progress)
    server = "" if database == "sqlite" else database
    return _evaluate(folder, work, llm, embeddings, server, limit=limit, on_progress=on_progress)


def _evaluate(
    folder: Path,
    work: Path,
    llm: BaseChatModel,
    embeddings: Embeddings,
    server: str,
    *,
    limit: int | None,
    on_progress: Progress,
) -> dict[str, Any]:
    database = "mysql" if server else "sqlite"
    model = str(getattr(llm, "model_name", type(llm).__name__))
    code = [each for each in Path(knowledge.__path__[0]).rglob("*") if each.suffix in {".py", ".yaml"}]
    version = version_of([*code, *folder.glob("*.jsonl")], model, database)
    results = Results(work / database / version / "results.jsonl")
    # What the bare model writes does not change with our code: it is asked once for a set and a model.
    alone = version_of([*folder.glob("*.jsonl"), *folder.glob("db/*.sql")], model, database, PLAIN)
    plainly = Results(work / database / f"plain-{alone}" / "results.jsonl")
    remembered = RememberedEmbeddings(embeddings, work / "vectors.db", name=embedder_name(embeddings))
    chosen = sample(sorted(_cases(folder, database), key=lambda each: (each.database, each.id)), limit)
    if not chosen:
        raise UserError(f"There are no cases in {folder}.")
    desk: _Desk | None = None
    for at, case in enumerate(chosen, 1):
        if results.get(case.id) is None:
            if desk is None or desk.name != case.database:
                if desk is not None:
                    desk.close()
                desk = _Desk(case.database, folder, work / database, server, llm, remembered)
            if case.answerable and plainly.get(case.id) is None:
                plainly.add(case.id, desk.plain(case.question))
            results.add(case.id, desk.score(case, plainly.get(case.id)))
        result = results.get(case.id) or {}
        on_progress(
            f"{at} of {len(chosen)}: {case.id} {result['outcome']} (plain: {result['plain']}) "
            f"in {result['seconds']:.0f} s"
        )
    if desk is not None:
        desk.close()
    scored = [(case.database, results.get(case.id) or {}) for case in chosen]
    by: dict[str, Pairs] = defaultdict(list)
    for name, result in scored:
        by[name].append((name, result))
    return {
        "set": "sql",
        "n": len(scored),
        "seconds": round(sum(result["seconds"] + result["plain_seconds"] for _, result in scored), 1),
        "figures": _figures(scored),
        "by": {"database": {name: {"n": len(each), **_figures(each)} for name, each in sorted(by.items())}},
        "misses": dict(Counter(result["detail"] for _, result in scored if result["detail"]).most_common()),
        "versions": {"code": version, "model": model, "database": database},
    }


class _Desk:
    """One of the databases, with all that answers questions about it."""

    def __init__(  # noqa: PLR0917 - all that a desk is made of
        self, name: str, folder: Path, work: Path, server: str, llm: BaseChatModel, embeddings: Embeddings
    ) -> None:
        self.name = name
        self._llm = llm
        self._url = _load_sqlite(folder, work, name) if work.name == "sqlite" else _load_mysql(folder, server, name)
        self._engine: Engine = create_engine(self._url)
        notes = json.loads((folder / "db" / f"{name}_columns.json").read_text(encoding="utf-8"))["table_metadata"]
        catalog = read_catalog(
            self._engine,
            notes={
                table: {each["column_name"]: each["column_description"] for each in columns}
                for table, columns in notes.items()
            },
        )
        self._runner = Runner(self._url, rows=SHOWN)
        self._analyst = Analyst(catalog, Policy.open(catalog.schema), self._runner, llm, embeddings)
        self._dialect = "SQLite" if catalog.dialect == "sqlite" else "MySQL"
        self._schema = ";\n".join(
            f"CREATE TABLE {table} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})"
            for table, columns in catalog.schema.items()
        )

    def close(self) -> None:
        self._runner.close()
        self._engine.dispose()

    def plain(self, question: str) -> dict[str, Any]:
        """Ask the model alone, which is given the schema and the question."""
        told = f"Schema:\n{self._schema}\n\nQuestion: {question}"
        messages = [SystemMessage(PLAIN.format(dialect=self._dialect)), HumanMessage(told)]
        began = time.monotonic()
        sql = bare_sql("".join(write(self._llm, messages, tokens=TOKENS)))
        return {"sql": sql, "seconds": round(time.monotonic() - began, 2)}

    def score(self, case: Case, plain: Mapping[str, Any] | None) -> dict[str, Any]:
        """Ask through the whole path; compare its rows and those of `plain` with what is accepted, run now."""
        accepted = [self._rows(each) for each in case.gold]
        began = time.monotonic()
        try:
            answer = self._analyst.answer(Question(case.question, asker=Asker("evaluation")), rules=case.evidence)
            rows = None if answer.refused or answer.table is None else answer.table.rows
            warned = not all(check.passed for check in answer.checks)
            sql = answer.sql or ""
        except UserError as error:
            rows, warned, sql = None, True, str(error)
        seconds = time.monotonic() - began
        outcome = self._outcome(rows, accepted, case)
        return {
            "outcome": outcome,
            "detail": "" if outcome in {"right", "rightly refused"} else difference(rows, accepted),
            "answerable": case.answerable,
            "warned": warned,
            "plain": self._outcome(self._rows(plain["sql"]), accepted, case) if plain else "-",
            "seconds": round(seconds, 2),
            "plain_seconds": plain["seconds"] if plain else 0.0,
            "sql": " ".join(sql.split()),
            "plain_sql": " ".join(plain["sql"].split()) if plain else "",
            "question": case.question,
        }

    def _outcome(self, rows: Rows | None, accepted: Sequence[Rows | None], case: Case) -> str:
        if rows is None:
            return "refused" if case.answerable else "rightly refused"
        if any(gold is not None and same_rows(rows, gold, ordered=case.ordered) for gold in accepted):
            return "right"
        return "wrong"

    def _rows(self, sql: str) -> Rows | None:
        """Return what a query shows, run read-only as it stands; nothing when it does not run."""
        try:
            with self._runner.engine.connect() as connection:
                found = connection.exec_driver_sql(sql.replace("%", "%%") if self._dialect == "MySQL" else sql)
                return tuple(tuple(row) for row in found.fetchmany(SHOWN)) if found.returns_rows else None
        except SQLAlchemyError:
            return None


def _cases(folder: Path, database: str) -> list[Case]:
    cases = []
    for name in ("questions.jsonl", "unanswerable.jsonl"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            gold = tuple(_unprefixed(each, row["db"]) for each in row.get(f"gold_{database}", ()))
            if name == "questions.jsonl" and not gold:
                continue  # Nobody has written its query for this database.
            cases.append(
                Case(
                    row["qid"],
                    row["db"],
                    row["question"],
                    row.get("evidence", ""),
                    gold,
                    row.get("order_matters", False),
                )
            )
    return cases


def _unprefixed(sql: str, database: str) -> str:
    return re.sub(rf"(?i)(?<![\w.`'])`?{database}`?\.(?=[`\w])", "", sql)


def _load_sqlite(folder: Path, work: Path, name: str) -> str:
    """Return the URL of a copy: the cases themselves are only read."""
    work.mkdir(parents=True, exist_ok=True)
    copy = work / f"{name}.sqlite"
    shutil.copyfile(folder / "db" / f"{name}.sqlite", copy)
    return f"sqlite:///{copy}"


def _load_mysql(folder: Path, server: str, name: str) -> str:
    """Make the database anew on the server, under a name of its own, and return its URL."""
    own = f"teller_cases_{name}"
    engine = create_engine(make_url(server))
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {own}"))
        connection.execute(text(f"CREATE DATABASE {own} CHARACTER SET utf8mb4"))
        connection.execute(text(f"USE {own}"))
        script = (folder / "db" / f"{name}_mysql.sql").read_text(encoding="utf-8")
        for statement in re.split(r";\s*\n", script):
            wanted = _unprefixed(statement, name).strip().rstrip(";")
            bare = re.sub(r"(?m)^\s*--.*$", "", wanted).strip()
            if bare and not re.match(r"(?i)(?:create|drop)\s+(?:database|schema)|use\b", bare):
                connection.exec_driver_sql(bare.replace("%", "%%"))
        connection.commit()
    engine.dispose()
    return make_url(server).set(database=own).render_as_string(hide_password=False)


def _figures(scored: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    results = [result for _, result in scored]
    asked = [each for each in results if each["answerable"]]
    unanswerable = [each for each in results if not each["answerable"]]
    wrong = [each for each in results if each["outcome"] == "wrong" and not each["warned"]]
    return {
        "execution_accuracy": _share([each["outcome"] == "right" for each in asked]),
        "plain_execution_accuracy": _share([each["plain"] == "right" for each in asked]),
        "refused_unanswerable": _share([each["outcome"] == "rightly refused" for each in unanswerable]),
        "refused_answerable": _share([each["outcome"] == "refused" for each in asked]),
        "wrong_shown": len(wrong),
        "seconds_median": round(statistics.median(each["seconds"] for each in results), 1) if results else 0.0,
    }


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 4) if found else 0.0
