"""Say where a difference in the last result lies: by rule and by queries, without a model.

A query shows where a number is higher, never what caused it; the answer says so.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from knowledge.database import conditions, tell
from knowledge.database.analysed import asks_anew
from knowledge.database.chart import chart_of
from knowledge.database.desk import Sight
from knowledge.database.guard import Guard
from knowledge.database.run import Runner
from knowledge.database.why.asked import Wondered
from knowledge.database.why.carried import Carried, adds_up, carried, sides_of, with_shares
from knowledge.database.why.meant import Compared, compare, named
from knowledge.database.why.points import Axis, axis_of
from knowledge.database.why.query import Grouped, read_grouped
from knowledge.database.why.split import reaches, split_query
from knowledge.database.why.told import (
    CLOSING,
    NO_PARTS,
    NOT_A_SUM,
    comparison,
    concentration,
    instead,
    measured,
    name_of,
    ordinary,
    premise,
    unfinished,
)
from knowledge.database.write import Written
from knowledge.errors import QueryTooLongError, RefusedSqlError, SqlError
from knowledge.types import Answer, Check, Question, Table, Turn

TABLES = 4  # Tables by whose columns a difference is looked for, a query each; one more query shows what was found.
ALONE = 0.85  # The share of a group from which on a value is but another name for it.
SECONDS = 8.0  # After which no further query is begun.
_POINTING = re.compile(r"(?i)\b(?:that|this|it|these|those|so|the (?:difference|change))\b")
_SHORT = 6  # Words of a message that may ask why without saying of what.


@dataclass(frozen=True, slots=True)
class Explained:
    """Where a difference lies: the query behind it, its table with shares, and what was made sure of."""

    text: str
    outcome: Written
    table: Table
    chart: dict[str, object] | None
    filters: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    refused: bool = False

    def told(self, plain: Answer) -> Answer:
        """Return the answer, as `plain` is that of the same query."""
        return replace(
            plain,
            text=self.text,
            table=self.table,
            chart=self.chart,
            filters=self.filters,
            checks=(*plain.checks, *self.checks),
            refused=self.refused,
        )


@dataclass(slots=True)
class Explainer:
    """One result to be explained to one asker; every query goes by the asker's guard and the runner."""

    sight: Sight
    runner: Runner
    question: Question
    today: date
    stopped: Callable[[], bool] = lambda: False

    def explain(self, text: str, asked: Wondered, last: Turn, outcome: Written) -> Explained | None:
        """Return where the difference lies that `text` asks about; None when it asks about something else."""
        catalog, table = self.sight.catalog, outcome.result.table
        grouped = read_grouped(outcome.guarded.asked, catalog, text)
        axis = axis_of(grouped, table, f"{asked.about} {asked.against}") if grouped is not None else None
        if grouped is None or axis is None or table.cut:
            return None if asked.happened else self._instead("", grouped, outcome)
        points, against = named(asked.about, axis, self.today), named(asked.against, axis, self.today)
        if points is None or against is None:
            return self._instead(f"The last result has no row for that; it goes {_range(axis)}.", grouped, outcome)
        if not points and (strange := self._strange(text, last, axis)):
            return self._instead(f"The last result has no row for {strange}.", grouped, outcome)
        if not points and asked.happened:
            return None
        if not points and (asks_anew(text, last, catalog) or not (asked.way or _points(text))):
            return self._instead("", grouped, outcome)
        compared = compare(asked, axis, points, against, today=self.today)
        if compared is None:
            return self._instead("There is nothing in the last result to hold that against.", grouped, outcome)
        return self._compared(asked, compared, grouped, axis, outcome)

    def _compared(
        self, asked: Wondered, compared: Compared, grouped: Grouped, axis: Axis, outcome: Written
    ) -> Explained:
        table = outcome.result.table
        said = [] if compared.premise else [premise(asked, compared, axis, grouped.counted)]
        said.append(comparison(compared, axis, grouped, table))
        if usual := ordinary(compared, axis, grouped):
            said.append(usual)
        if running := unfinished(compared, self.today, grouped):
            said.append(running)
        checks = [Check("compared", True, _compared_by(compared, axis))]
        found = self._carried(grouped, axis, compared, table) if compared.difference and grouped.adds else []
        shown = self._shown(grouped, axis, compared, found[0], table) if found else None
        if shown is None:
            if compared.difference:
                said.append(NO_PARTS if grouped.adds else NOT_A_SUM)
            return self._plain(" ".join(said), outcome, tuple(checks))
        best = found[0]
        said.append(concentration(best, grouped, first=True))
        second = next((each for each in found[1:] if _adds_to(best, each)), None)
        if second is not None:
            said.append(concentration(second, grouped, first=False))
        said.append(CLOSING)
        checks += [
            Check(
                f"by {each.dimension.said}",
                True,
                "; ".join(f"{name_of(part)} {tell.figure(part.difference)}" for part in each.parts[:3]),
            )
            for each in found[: 1 + (second is not None)]
        ]
        parts = f"the parts add up to {tell.figure(compared.point.value)} and {tell.figure(compared.reference)}"
        checks.append(Check("adds up", True, parts))
        filters = (*conditions.filters(outcome.guarded.asked, self.sight.catalog), _filter(compared))
        what = grouped.counted or measured(grouped, table)
        title = f"{what[:1].upper()}{what[1:]}: {compared.point.label} against {_held(compared)}"
        result = shown.result.table
        bars = Table((result.columns[0], result.columns[3]), tuple((row[0], row[3]) for row in result.rows))
        drawn = chart_of(bars, "as a bar chart", title=title)
        return Explained(
            " ".join(said),
            shown,
            with_shares(result),
            drawn.to_json() if drawn is not None else None,
            tuple(dict.fromkeys(filters)),
            tuple(checks),
        )

    def _carried(self, grouped: Grouped, axis: Axis, compared: Compared, table: Table) -> list[Carried]:
        """Return how the difference is told by each column at hand, that first in which it is most concentrated."""
        began = time.monotonic()
        found: list[Carried] = []
        for reach in reaches(grouped, self.sight.catalog, self.sight.view.masked)[:TABLES]:
            if time.monotonic() - began > SECONDS:
                break
            outcome = self._run(split_query(grouped, axis, compared, reach, reach.dimensions, table=table))
            if outcome is None or not adds_up(outcome.result.table, compared, grouped.digits):
                continue
            for at, dimension in enumerate(reach.dimensions):
                sides = sides_of(outcome.result.table, at)
                if not axis.in_time and max(one for one, _ in sides.values()) > ALONE * compared.point.value:
                    continue  # What a group is made of alone only names the group again.
                if told := carried(reach, dimension, sides):
                    found.append(told)
        return sorted(found, key=lambda each: (not each.stands_out, -round(each.score, 3), -len(each.parts)))

    def _shown(self, grouped: Grouped, axis: Axis, compared: Compared, best: Carried, table: Table) -> Written | None:
        names = (compared.point.label, _held(compared))
        query = split_query(grouped, axis, compared, best.reach, (best.dimension,), table=table, names=names)
        return self._run(query)

    def _run(self, query: exp.Select) -> Written | None:
        """Run one query as any other of the asker's; None when it may not be run or takes too long."""
        catalog, user = self.sight.catalog, self.question.asker.user
        sql = query.sql(catalog.dialect)
        try:
            guarded = Guard(catalog.schema, self.sight.view, dialect=catalog.dialect).check(sql)
            result = self.runner.run(guarded, stopped=self.stopped, user=user, question=self.question.text)
        except RefusedSqlError as error:
            self.runner.refused(sql, error, user=user, question=self.question.text)
            return None
        except (SqlError, QueryTooLongError):
            return None
        return Written(guarded, result)

    def _strange(self, text: str, last: Turn, axis: Axis) -> str:
        """Return a value of the data that the message names and that the last result is not about."""
        about = f"{last.question} {last.sql} {' '.join(each.label for each in axis.points)}".casefold()
        found = (each.said for each in self.sight.linker.values.find(text) if each.exact and each.said[0].isupper())
        return next((each for each in found if each.casefold() not in about), "")

    def _plain(self, said: str, outcome: Written, checks: Sequence[Check] = (), *, refused: bool = False) -> Explained:
        table = outcome.result.table
        drawn = chart_of(table)
        filters = conditions.filters(outcome.guarded.asked, self.sight.catalog)
        chart = drawn.to_json() if drawn is not None else None
        return Explained(said, outcome, table, chart, filters, tuple(checks), refused)

    def _instead(self, said: str, grouped: Grouped | None, outcome: Written) -> Explained:
        hint = instead(grouped, self.sight.catalog, outcome.guarded.tables)
        return self._plain(f"{said} {hint}".strip(), outcome, refused=True)


def _points(text: str) -> bool:
    few = len(text.split()) <= _SHORT
    return few and (bool(_POINTING.search(text)) or len(text.split()) <= 2)


def _adds_to(best: Carried, other: Carried) -> bool:
    """Tell whether a second column says something new: it is another table's, and its value has another name."""
    value = other.parts[0].value
    return other.reach is not best.reach and value is not None and value != best.parts[0].value


def _range(axis: Axis) -> str:
    return f"from {axis.points[0].label} to {axis.points[-1].label}" if axis.points else "nowhere"


def _held(compared: Compared) -> str:
    return compared.other.label if compared.other is not None else f"average of the other {len(compared.others)}"


def _filter(compared: Compared) -> str:
    return f"{compared.point.label} against {'' if compared.other else 'the '}{_held(compared)}"


def _compared_by(compared: Compared, axis: Axis) -> str:
    values = {compared.point.label: compared.point.value, _held(compared): compared.reference}
    values["difference"] = compared.difference
    values[f"average of the other {len(compared.others)}"] = compared.average
    values[f"highest of {len(axis.points)}"] = max(each.value for each in axis.points)
    return "; ".join(f"{name} {tell.figure(value)}" for name, value in values.items())
