"""Have the model write SQL, put right what the catalogue can, and let it mend what is refused."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from sqlglot import exp
from sqlglot.errors import SqlglotError

from knowledge.database.ages import hold_ages
from knowledge.database.catalog import Catalog
from knowledge.database.complete import complete
from knowledge.database.definitions import (
    Definition,
    count_as_defined,
    definitions,
    left_undefined,
    rank_as_defined,
)
from knowledge.database.dialect import parse
from knowledge.database.doubt import hollow, unread
from knowledge.database.grouping import say_groups
from knowledge.database.guard import Guard, Guarded
from knowledge.database.link import Linked
from knowledge.database.measures import call_figures
from knowledge.database.mend import UnknownNameError, mend
from knowledge.database.once import count_once
from knowledge.database.periods import Period, follow_today
from knowledge.database.prompt import SYSTEM, Example, prompt
from knowledge.database.ranked import join_ranked, rank_extremes
from knowledge.database.run import Result, Runner
from knowledge.database.semantics import Metric
from knowledge.database.settle import keep_to_kind, settle_groups, settle_metrics, settle_totals, settle_values
from knowledge.database.timing import hold_days
from knowledge.database.trim import trim
from knowledge.database.unions import merge_unions
from knowledge.database.values import ValueIndex
from knowledge.database.whose import as_it_stands
from knowledge.database.wording import hold
from knowledge.errors import RefusedSqlError, SqlError
from knowledge.models.llm import weighed

TOKENS = 260
HESITANT = 0.4  # A word less likely than this: the query could as well have been another.
LOOSE = {"temperature": 0.7, "seed": 2}  # What makes the model write it otherwise, if it can.
REPAIRS = 2
FORBIDDEN = frozenset({"masked", "hidden"})  # Reasons of the guard that no other wording of the query would mend.
_FENCE = re.compile(r"```(?:\w+)?\s*(.*?)(?:```|$)", re.DOTALL)
_START = re.compile(r"(?is)\b(?:select|with)\b")


@dataclass(frozen=True, slots=True)
class Written:
    """A query that ran: what was asked of the database, what came, and what had to be mended on the way."""

    guarded: Guarded
    result: Result
    changes: tuple[str, ...] = ()
    repairs: int = 0
    doubted: bool = False  # Written once more, it came out with another result.
    repeated: str = ""  # The things of which some may be counted more than once.
    undefined: tuple[str, ...] = ()  # Terms with a definition that it works out nowhere.
    unread: tuple[str, ...] = ()  # Tables that the question speaks of and that it does not read.


@dataclass(frozen=True, slots=True)
class Failed:
    """No query could be written that runs; `forbidden` when it is the policy that stands in the way."""

    trouble: str
    sql: str = ""
    forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What the model's query is held to: the words it was asked in, the periods and the metrics that they name."""

    question: str = ""
    spoken: Sequence[Period] = ()
    metrics: Sequence[Metric] = ()
    defined: Sequence[Definition] = ()


NO_WISH = Wish()


@dataclass(slots=True)
class SqlWriter:
    """The model with one database, as one asker sees it."""

    llm: BaseChatModel
    catalog: Catalog
    values: ValueIndex
    guard: Guard
    runner: Runner
    stopped: Callable[[], bool] = lambda: False
    seconds: dict[str, float] = field(default_factory=dict)
    asker: str = ""
    asked: str = ""

    def write(
        self,
        question: str,
        linked: Linked,
        *,
        today: date,
        spoken: Sequence[Period] = (),
        examples: Sequence[Example] = (),
        previous: Example | None = None,
    ) -> Written | Failed:
        """Return what came of the model's query, after at most two repairs.

        Raises:
            StoppedError, TransientError, UserError: as the model and the database do.
        """
        told = prompt(question, self.catalog, linked, today=today, spoken=spoken, examples=examples, previous=previous)
        messages: list[BaseMessage] = [SystemMessage(SYSTEM), HumanMessage(told)]
        failed = Failed("The model wrote no query.")
        whole = f"{previous.question} {question}" if previous else question
        wish = Wish(whole, spoken, linked.metrics, definitions(linked.rules, whole))
        for repairs in range(REPAIRS + 1):
            said, least = self._ask(messages)
            outcome = self.run(bare_sql(said), wish, repairs=repairs)
            if isinstance(outcome, Written):
                certain = least >= HESITANT and not outcome.unread
                return outcome if certain else self._doubted(outcome, messages, wish)
            if outcome.forbidden:
                return outcome
            if failed.sql and outcome.sql == failed.sql:
                return outcome  # The same mistake again: a third time would be no other.
            failed = outcome
            messages = [
                *messages[:2],
                AIMessage(bare_sql(said)),
                HumanMessage(f"That query is wrong: {outcome.trouble[:600]}\nWrite the corrected query alone."),
            ]
        return failed

    def run(self, sql: str, wish: Wish = NO_WISH, *, repairs: int = 0) -> Written | Failed:
        """Mend, check and run one query, brought to what was wished."""
        began = time.monotonic()
        try:
            tree = merge_unions(parse(sql, self.catalog.dialect))
            changes, repeated = self._put_right(tree, wish)
            guarded = self.guard.check(tree.sql(self.catalog.dialect))
            result = self.runner.run(guarded, stopped=self.stopped, user=self.asker, question=self.asked)
            if wish.question and (trouble := hollow(tree, self.catalog, result.table)):
                return Failed(trouble, sql)
        except SqlglotError as error:
            return Failed(f"Syntax error: {str(error)[:200]}", sql)
        except UnknownNameError as error:
            return Failed(str(error), sql)
        except RefusedSqlError as error:
            self.runner.refused(sql, error, user=self.asker, question=self.asked)
            return Failed(error.repair, sql, forbidden=error.reason in FORBIDDEN)
        except SqlError as error:
            return Failed(error.repair, sql)
        finally:
            self.seconds["query"] = round(self.seconds.get("query", 0.0) + time.monotonic() - began, 3)
        undefined = left_undefined(tree, wish.defined)
        left = unread(tree, self.catalog, wish.question)
        return Written(guarded, result, tuple(changes), repairs, False, repeated, undefined, left)

    def _put_right(self, tree: exp.Expr, wish: Wish) -> tuple[list[str], str]:
        """Bring a query to what the catalogue knows and to what was asked; return what changed, what is doubtful."""
        changes = mend(tree, self.catalog)
        changes += join_ranked(tree, self.catalog)
        changes += rank_extremes(tree, wish.question)
        changes += settle_values(tree, self.catalog, self.values, wish.question)
        changes += mend(tree, self.catalog)
        changes += settle_groups(tree)
        changes += settle_totals(tree, self.catalog)
        changes += keep_to_kind(tree, wish.metrics)
        changes += settle_metrics(tree, wish.metrics)
        if wish.question:
            changes += hold(tree, self.catalog, wish.question)
            changes += say_groups(tree, wish.question)
            changes += hold_days(tree, self.catalog, wish.question, wish.spoken)
            changes += hold_ages(tree, self.catalog, wish.question)
            changes += as_it_stands(tree, self.catalog, wish.metrics, wish.question, wish.spoken)
            changes += trim(tree, self.catalog, wish.question, masked=self.guard.view.masked)
            changes += count_as_defined(tree, wish.defined)
        found, repeated = count_once(tree, self.catalog, wish.question)
        changes += found
        if wish.question:
            changes += complete(tree, self.catalog, wish.question, masked=self.guard.view.masked)
            changes += rank_as_defined(tree, wish.defined)
            changes += call_figures(tree, self.catalog, wish.question)
        follow_today(tree, wish.spoken, self.catalog.dialect)
        return changes, repeated

    def _doubted(self, first: Written, messages: Sequence[BaseMessage], wish: Wish) -> Written:
        """Have it written once more, less strictly or with what was left out, and say whether the result differs."""
        if first.unread:
            said, _ = self._ask([*messages[:-1], HumanMessage(f"{messages[-1].content}\n{_reading(first.unread)}")])
        else:
            said, _ = self._ask(messages, **LOOSE)
        second = self.run(bare_sql(said), wish)
        if not isinstance(second, Written) or _cells(second) == _cells(first):
            return first
        return replace(first, doubted=True)

    def _ask(self, messages: Sequence[BaseMessage], **options: Any) -> tuple[str, float]:
        began = time.monotonic()
        said, least = weighed(self.llm, messages, tokens=TOKENS, stopped=self.stopped, **options)
        self.seconds["model"] = round(self.seconds.get("model", 0.0) + time.monotonic() - began, 3)
        return said, least


def _reading(tables: Sequence[str]) -> str:
    return f"Read {' and '.join(tables)} where what is asked stands there."


def _cells(written: Written) -> list[list[str]]:
    """Return the rows of a result, whatever their order and that of the columns."""
    return sorted(sorted(map(str, row)) for row in written.result.table.rows)


def bare_sql(said: str) -> str:
    """Return the one query in what a model said."""
    fenced = _FENCE.search(said)
    text = fenced[1] if fenced else said
    start = _START.search(text)
    return text[start.start() :].split(";")[0].strip() if start else text.strip()
