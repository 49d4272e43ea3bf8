"""Answer a question from the bank's data: understand, write, check, run, and say what came of it."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from knowledge.analysis import wish
from knowledge.database import chart, tell
from knowledge.database.analysed import LEFT, Analyser, answered, asks_anew
from knowledge.database.catalog import Catalog
from knowledge.database.choices import Choices
from knowledge.database.guard import Guard
from knowledge.database.link import Linked, Linker
from knowledge.database.names import stemmed, words
from knowledge.database.pairs import Pair, Pairs
from knowledge.database.periods import fixed_days, periods
from knowledge.database.policy import Policy, View
from knowledge.database.prompt import Example
from knowledge.database.run import Runner
from knowledge.database.scope import Doubt, Scope
from knowledge.database.thread import follows, only_draws, undrawn, whole
from knowledge.database.write import Failed, SqlWriter, Written
from knowledge.errors import AnalysisError, RefusedSqlError, SqlError, UnavailableError
from knowledge.models.llm import write
from knowledge.phrasing import language
from knowledge.types import Answer, Check, Choice, Question

Words = Callable[[str], None]
DOUBTED = 0.85  # Below this belief of the model's, the asker is told what the data does not speak of.
SAME = 0.97  # From here on a verified question is the one asked.
FRESH = 600.0  # Seconds for which it is known how fresh a table is.
IN_SCOPE = Scope(True)
_TRANSLATOR = (
    "You translate questions about a bank's data into English. Keep names and numbers. Write only the translation."
)


@dataclass(slots=True)
class _Sight:
    """The catalogue as one asker sees it, ready to be searched."""

    view: View
    catalog: Catalog
    linker: Linker
    doubt: Doubt


class Analyst:
    """The one who knows the data: a question in, a proven answer out."""

    def __init__(  # noqa: PLR0917 - the parts of the trade, in the order in which a question meets them
        self,
        catalog: Catalog,
        policy: Policy,
        runner: Runner,
        llm: BaseChatModel,
        embeddings: Embeddings | None = None,
        pairs: Pairs | None = None,
        *,
        choices: Choices | None = None,
        analyser: Analyser | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        """Answer from the database that `catalog` describes, through `policy` and `runner` always.

        `analyser` works out of a result what no query does.
        """
        self.catalog = catalog
        self.pairs = pairs
        self._policy = policy.check_against(catalog.schema)
        self._runner = runner
        self._llm = llm
        self._embeddings = embeddings
        self._choices = choices
        self._analyser = analyser if analyser is not None else Analyser(None, llm)
        self._today = today
        self._linker = Linker(catalog, embeddings)
        self._sights: dict[tuple[object, ...], _Sight] = {}
        self._fresh: dict[str, tuple[float, str]] = {}

    def knows(self, text: str) -> float:
        """Return from 0 to 1 how strongly the data's names, synonyms and values speak to a message."""
        linked = self._linker.link(text)
        anchored = bool(linked.metrics) or any(each.exact and len(each.said) > 3 for each in linked.mentions)
        named = bool(linked.columns) or bool(linked.tables and linked.known > 0)
        score = 0.55 * linked.known * named + 0.45 * max(0.0, self._linker.similarity(text))
        return min(1.0, score + 0.25 * anchored)

    def answer(
        self,
        question: Question,
        *,
        rules: str = "",
        on_stage: Words = lambda _words: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """Answer `question` from the data; `rules` are definitions that hold for it.

        Raises:
            StoppedError: `stopped` said so.
            UserError: something stands in the way that the asker should know.
            TransientError: a part failed that may work in a moment.
        """
        return _Asking(self, question, rules, on_stage, stopped).answer()

    def guard(self, question: Question) -> Guard:
        """Return the guard for one asker."""
        return Guard(self.catalog.schema, self._policy.view(question.asker), dialect=self.catalog.dialect)

    def run(self, question: Question, sql: str) -> Answer:
        """Run SQL that a person has written, guarded as any, and return what it shows.

        Raises:
            RefusedSqlError, SqlError, QueryTooLongError, TransientError: as the guard and the database do.
        """
        asking = _Asking(self, question, "", lambda _: None, lambda: False)
        try:
            guarded = self.guard(question).check(sql)
        except RefusedSqlError as error:
            self._runner.refused(sql, error, user=question.asker.user, question=question.text)
            raise
        result = self._runner.run(guarded, user=question.asker.user, question=question.text)
        return asking.told(question.text, Written(guarded, result))

    def correct(self, question: Question, sql: str, *, author: str, reason: str = "") -> tuple[Answer, int]:
        """Run a corrected query and keep it for a reviewer; return what it shows and the number to approve.

        Raises:
            RefusedSqlError, SqlError, QueryTooLongError, TransientError: as `run` does.
        """
        answer = self.run(question, sql)
        if self.pairs is None:
            return answer, 0
        guarded = self.guard(question).check(sql)
        number = self.pairs.propose(
            question.text, guarded.asked, catalog=self.catalog, tables=guarded.tables, author=author, reason=reason
        )
        return answer, number

    def sight(self, question: Question) -> _Sight:
        """Return the catalogue as the asker sees it."""
        view = self._policy.view(question.asker)
        hidden = [(name, each) for name, table in view.tables.items() for each in table.hidden]
        key = (tuple(sorted(view.tables)), tuple(sorted(hidden)))
        if key not in self._sights:
            catalog = self.catalog.restrict(view.tables, hidden)
            whole_ = len(catalog.relations) == len(self.catalog.relations) and not hidden
            linker = self._linker if whole_ else Linker(catalog, self._embeddings)
            self._sights[key] = _Sight(view, catalog, linker, Doubt(catalog, self._embeddings))
        return replace(self._sights[key], view=view)  # Whose rows are seen differs from asker to asker.

    def as_of(self, tables: tuple[str, ...], question: Question) -> str:
        """Return how fresh the freshest of the tables is, as the semantic file says it is to be seen."""
        found = ""
        for name in tables:
            relation = self.catalog.relations.get(name.lower())
            if relation is None or not relation.fresh:
                continue
            known = self._fresh.get(name.lower())
            if known is None or time.monotonic() - known[0] > FRESH:
                try:
                    guarded = self.guard(question).check(
                        f"SELECT MAX({relation.fresh}) AS latest FROM {relation.name}"  # noqa: S608 - guarded
                    )
                    cell = self._runner.run(guarded).table.rows[0][0]
                except (RefusedSqlError, SqlError):
                    continue
                known = (time.monotonic(), str(cell or "")[:16])
                self._fresh[name.lower()] = known
            found = max(found, known[1])
        return found


@dataclass(slots=True)
class _Asking:
    """One question on its way to an answer."""

    analyst: Analyst
    question: Question
    rules: str
    on_stage: Words
    stopped: Callable[[], bool]
    seconds: dict[str, float] = field(default_factory=dict)
    phrases: tell.Phrases = tell.ENGLISH
    definitions: list[str] = field(default_factory=list)

    def answer(self) -> Answer:
        analyst, question = self.analyst, self.question
        text = self._understand()
        today = analyst._today()  # noqa: SLF001 - one part in two classes
        sight = analyst.sight(question)
        if not sight.view.tables:
            return self._refused(self.phrases.hidden.format(names="the bank's data"), "forbidden")
        last = next((turn for turn in reversed(question.thread) if turn.sql), None)
        if last is not None and only_draws(text):
            return self.told(text, self._again(last.sql, sight))
        if last is not None and (hint := wish.wished(text)) and not asks_anew(text, last, sight.catalog):
            return self._analysed(text, hint, self._again(last.sql, sight))
        text, asked_back = self._settled(undrawn(text))
        if asked_back is not None:
            return asked_back
        previous = Example(last.question, last.sql) if last is not None and follows(text) else None
        full = whole(text, previous.question) if previous else text
        pair, examples = self._pairs(full)
        writer = SqlWriter(
            analyst._llm,  # noqa: SLF001
            sight.catalog,
            sight.linker.values,
            Guard(sight.catalog.schema, sight.view, dialect=sight.catalog.dialect),
            analyst._runner,  # noqa: SLF001
            self.stopped,
            self.seconds,
            asker=question.asker.user,
            asked=question.text,
        )
        if pair is not None:
            outcome = writer.run(pair.sql)
            if isinstance(outcome, Written):
                return self.told(text, outcome, pair)
        with self._timed("link"):
            linked = sight.linker.link(full, rules=self.rules)
            similarity = sight.linker.similarity(full)
        if forbidden := self._forbidden(full, sight):
            return self._refused(self.phrases.hidden.format(names=", ".join(forbidden)), "forbidden")
        with self._timed("doubt"):
            scope = sight.doubt.judge(full, linked, similarity, llm=analyst._llm, stopped=self.stopped)  # noqa: SLF001
        if not scope.tried and previous is None:
            return self._out_of_scope(linked, scope, sight)
        self.on_stage("Writing the query")
        spoken = periods(text, today, fiscal_start=analyst.catalog.semantics.fiscal_start)
        outcome = writer.write(text, linked, today=today, spoken=spoken, examples=examples, previous=previous)
        if isinstance(outcome, Failed):
            return self._failed(outcome, linked, sight)
        self.definitions += [f"{each.name}: {each.note}" for each in linked.metrics]
        self.definitions += linked.rules
        return self.told(text, outcome, scope=scope)

    def told(self, text: str, outcome: Written, pair: Pair | None = None, *, scope: Scope = IN_SCOPE) -> Answer:
        """Return the answer that a result makes."""
        analyst, table = self.analyst, outcome.result.table
        guarded = outcome.guarded
        spoken = tell.tell(table, self.phrases)
        checks = [
            Check("numbers", True, "every number in the text is taken from the result"),
            Check("guarded", True, f"reads {', '.join(guarded.tables)}"),
        ]
        if outcome.doubted:
            checks.append(Check("sure", False, "written once more, the query gave another result"))
            spoken = f"{spoken} ({self.phrases.unsure})"
        if scope.strange:
            said = f"the data does not speak of {', '.join(scope.strange)} by that name"
            checks.append(Check("by name", scope.belief >= DOUBTED, said))
            if scope.belief < DOUBTED:
                spoken = f"{spoken} ({self.phrases.strange.format(names=', '.join(scope.strange))})"
        drawn = chart.chart_of(table, f"{self.question.text} {text}")
        verified = ""
        if pair is not None:
            day = datetime.fromtimestamp(pair.reviewed_at, UTC).date().isoformat()
            verified = f"{pair.reviewer}, {day}"
        with self._timed("fresh"):
            as_of = analyst.as_of(guarded.tables, self.question)
        return Answer(
            spoken,
            route="data",
            table=table,
            chart=drawn.to_json() if drawn is not None else None,
            sql=guarded.asked,
            filters=tell.filters(guarded.asked, analyst.catalog),
            definitions=tuple(dict.fromkeys(self.definitions)),
            as_of=as_of,
            verified=verified,
            checks=tuple(checks),
            confidence=1.0 if pair is not None else scope.belief,
            searched=guarded.tables,
            timings=self.seconds,
        )

    def _understand(self) -> str:
        text = " ".join(self.question.text.split())
        spoken = "Spanish" if "¿" in text else language(text)
        self.phrases = tell.LANGUAGES.get(spoken, tell.ENGLISH)
        if spoken == "English":
            return text
        self.on_stage(f"Putting the question from {spoken} into English")
        with self._timed("translate"):
            messages = [SystemMessage(_TRANSLATOR), HumanMessage(f"Question: {text}\nEnglish:")]
            said = "".join(write(self.analyst._llm, messages, tokens=80, stopped=self.stopped))  # noqa: SLF001
        return " ".join(said.split()).strip(' "“”') or text

    def _settled(self, text: str) -> tuple[str, Answer | None]:
        """Put what the asker once chose for an ambiguous word in its place; ask back when nothing is known yet."""
        user = self.question.asker.user
        choices = self.analyst._choices  # noqa: SLF001
        for each in self.analyst.catalog.semantics.ambiguities:
            chosen = next((reading for reading in each.readings if reading.means.casefold() in text.casefold()), None)
            if chosen is not None:
                if choices is not None and user:
                    choices.remember(user, each.name, chosen.label)
                self.definitions.append(f"{each.words[0]}: {chosen.label}")
                continue
            word = next((word for word in each.words if re.search(rf"(?i)\b{re.escape(word)}\b", text)), "")
            if not word or any(re.search(rf"(?i)\b{re.escape(other)}\b", text) for other in each.unless):
                continue
            known = choices.recall(user, each.name) if choices is not None and user else ""
            options = {
                reading.label: re.sub(rf"(?i)\b{re.escape(word)}\b", reading.means, text, count=1)
                for reading in each.readings
            }
            if known in options:
                text = options[known]
                self.definitions.append(f"{word}: {known}, as you chose before")
                continue
            return text, Answer(
                each.question,
                route="data",
                choices=tuple(Choice(label, asked) for label, asked in options.items()),
                timings=self.seconds,
            )
        return text, None

    def _pairs(self, text: str) -> tuple[Pair | None, list[Example]]:
        """Return the verified pair that is this very question, and those like it as examples."""
        if self.analyst.pairs is None:
            return None, []
        similar = self.analyst.pairs.similar(text, self.analyst.catalog)
        for pair, score in similar:
            moved = fixed_days(pair.sql) and bool(periods(text, self.analyst._today()))  # noqa: SLF001
            if score >= SAME and _figures(pair.question) == _figures(text) and not moved:
                return pair, []
        return None, [Example(pair.question, pair.sql) for pair, _ in similar]

    def _again(self, sql: str, sight: _Sight) -> Written:
        """Run the last query once more, with what the asker may see now."""
        guarded = Guard(sight.catalog.schema, sight.view, dialect=sight.catalog.dialect).check(sql)
        result = self.analyst._runner.run(  # noqa: SLF001
            guarded, stopped=self.stopped, user=self.question.asker.user, question=self.question.text
        )
        return Written(guarded, result)

    def _analysed(self, text: str, hint: str, outcome: Written) -> Answer:
        """Return what generated code finds in a result, or else what can be shown without it."""
        self.on_stage("Working it out")
        try:
            with self._timed("analysis"):
                found = self.analyst._analyser.analyse(  # noqa: SLF001
                    outcome.result.table, text, hint=hint, stopped=self.stopped
                )
        except (AnalysisError, UnavailableError) as error:
            plain = self.told(text, outcome)
            return replace(plain, text=f"{error} {LEFT} {plain.text}")
        as_of = self.analyst.as_of(outcome.guarded.tables, self.question)
        return answered(found, outcome, self.analyst.catalog, question=text, as_of=as_of, timings=self.seconds)

    def _forbidden(self, text: str, sight: _Sight) -> tuple[str, ...]:
        """Return what the question names that the asker may not see, by names that mean nothing else they may see."""
        spoken = stemmed(text)
        asked = set(spoken)

        def said(own: tuple[str, ...]) -> bool:
            return bool(own) and any(spoken[at : at + len(own)] == own for at in range(len(spoken)))

        unseen = [each for name, each in self.analyst.catalog.relations.items() if name not in sight.catalog.relations]
        seen = {
            stem
            for column in sight.catalog.columns()
            for stem in stemmed(" ".join([words(column.name), *column.words]))
        }
        seen |= {stem for name in sight.catalog.relations for stem in stemmed(words(name))}
        found = [
            words(each.name) for each in unseen if (own := set(stemmed(words(each.name)))) <= asked and not own <= seen
        ]
        for column in self.analyst.catalog.columns():
            if sight.catalog.find(column.table, column.name) is None:
                # Asked of its own table it is meant, though the word may stand elsewhere too.
                relation = self.analyst.catalog.relations[column.table.lower()]
                named = any(set(stemmed(each)) <= asked for each in (words(relation.name), *relation.words))
                for name in (words(column.name), *column.words):
                    stems = stemmed(name)
                    if said(stems) and (named or not set(stems) <= seen):
                        found.append(name)
        return tuple(dict.fromkeys(found))

    def _out_of_scope(self, linked: Linked, scope: Scope, sight: _Sight) -> Answer:
        near = [each.name for each in (linked.tables if linked.columns else sight.catalog.relations.values())]
        said = f"{self.phrases.refused} {self.phrases.holds.format(tables=_listed(near, sight.catalog))}"
        detail = f"nothing in it is about {', '.join(scope.strange)}" if scope.strange else "it is about something else"
        return Answer(
            said,
            route="data",
            refused=True,
            checks=(Check("in the data", False, detail),),
            confidence=scope.belief,
            searched=tuple(near),
            timings=self.seconds,
        )

    def _failed(self, failed: Failed, linked: Linked, sight: _Sight) -> Answer:
        if failed.forbidden:
            return self._refused(failed.trouble, "forbidden", sql=failed.sql)
        near = [each.name for each in linked.tables]
        said = f"{self.phrases.failed} {self.phrases.holds.format(tables=_listed(near, sight.catalog))}"
        return self._refused(said, failed.trouble[:300], sql=failed.sql)

    def _refused(self, said: str, why: str, *, sql: str = "") -> Answer:
        if why == "forbidden" and self.question.asker.overheard:
            said = f"{said} {self.phrases.overheard}"
        return Answer(
            said, route="data", refused=True, checks=(Check("may be run", False, why),), sql=sql or None,
            timings=self.seconds,
        )  # fmt: skip

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.monotonic() - began, 3)


def _figures(text: str) -> list[str]:
    """Return the numbers and names that make one question another."""
    return sorted(re.findall(r"\d+|(?<=\s)[A-Z][\w-]+|[\"“'‘][^\"”'’]+", text))


def _listed(names: list[str], catalog: Catalog) -> str:
    said = []
    for name in names[:5]:
        relation = catalog.relations[name.lower()]
        columns = [words(each.name) for each in relation.columns.values() if not each.name.lower().endswith("id")]
        said.append(f"{words(relation.name)} ({', '.join(columns[:5])}{', …' if len(columns) > 5 else ''})")
    return "; ".join(said)
