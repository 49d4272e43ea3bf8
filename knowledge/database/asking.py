"""One question about the bank's data on its way to an answer: understand, write, check, run, say what came of it."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from langchain_core.messages import HumanMessage, SystemMessage

from knowledge.analysis import wish
from knowledge.database import chart, conditions, tell
from knowledge.database.analysed import LEFT, answered, asks_anew
from knowledge.database.desk import Desk, Sight
from knowledge.database.guard import Guard
from knowledge.database.link import Linked
from knowledge.database.measures import units_of
from knowledge.database.periods import fixed_days, periods
from knowledge.database.phrases import ENGLISH, LANGUAGES, Phrases
from knowledge.database.prompt import Example
from knowledge.database.review import Pair
from knowledge.database.scope import Scope
from knowledge.database.thread import follows, only_draws, undrawn, whole
from knowledge.database.whose import NOW
from knowledge.database.why.asked import Wondered, wondered
from knowledge.database.why.explain import Explainer
from knowledge.database.write import Failed, SqlWriter, Written
from knowledge.errors import AnalysisError, UnavailableError
from knowledge.models.llm import write
from knowledge.phrasing import language
from knowledge.types import Answer, Check, Choice, Question, Turn

Words = Callable[[str], None]
DOUBTED = 0.85  # Below this belief of the model's, the asker is told what the data does not speak of.
EXAMPLES = 2  # Verified queries of like questions that the model is shown.
SAME = 0.97  # From here on a verified question is the one asked.
IN_SCOPE = Scope(True)
_TRANSLATOR = (
    "You translate questions about a bank's data into English. Keep names and numbers. Write only the translation."
)


@dataclass(slots=True)
class Asking:
    """One question on its way to an answer."""

    desk: Desk
    question: Question
    rules: str
    on_stage: Words
    stopped: Callable[[], bool]
    seconds: dict[str, float] = field(default_factory=dict)
    phrases: Phrases = ENGLISH
    definitions: list[str] = field(default_factory=list)
    understood: str = ""
    outdated: str = ""
    undated: str = ""  # Past periods asked about what is known only as it stands now.

    def answer(self) -> Answer:
        """Return the answer, a refusal, or the question asked back."""
        desk, question = self.desk, self.question
        text = self._understand()
        today = desk.today()
        sight = desk.sight(question)
        if not sight.view.tables:
            return self._refused(self.phrases.hidden.format(names="the bank's data"), "forbidden")
        last = next((turn for turn in reversed(question.thread) if turn.sql), None)
        if last is not None and only_draws(text):
            self.understood = last.question
            return self.told(text, self._again(last.sql, sight))
        if question.thread and question.thread[-1].sql and (wonder := wondered(text)):
            explained = self._explained(text, wonder, question.thread[-1], sight)
            if explained is not None:
                return explained
        if last is not None and (hint := wish.wished(text)) and not asks_anew(text, last, sight.catalog):
            return self._analysed(text, hint, self._again(last.sql, sight))
        text, asked_back = self._settled(undrawn(text))
        if asked_back is not None:
            return asked_back
        previous = Example(last.question, last.sql) if last is not None and follows(text) else None
        full = self.understood = whole(text, previous.question) if previous else text
        pair, examples = self._pairs(full)
        writer = SqlWriter(
            desk.llm,
            sight.catalog,
            sight.linker.values,
            Guard(sight.catalog.schema, sight.view, dialect=sight.catalog.dialect),
            desk.runner,
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
        if forbidden := desk.forbidden(full, sight):
            return self._refused(self.phrases.hidden.format(names=", ".join(forbidden)), "forbidden")
        with self._timed("doubt"):
            scope = sight.doubt.judge(full, linked, similarity, llm=desk.llm, stopped=self.stopped)
        if not scope.tried and previous is None:
            return self._out_of_scope(linked, scope, sight)
        self.on_stage("Writing the query")
        spoken = periods(text, today, fiscal_start=desk.catalog.semantics.fiscal_start)
        outcome = writer.write(text, linked, today=today, spoken=spoken, examples=examples, previous=previous)
        if isinstance(outcome, Failed):
            return self._failed(outcome, linked, sight)
        self.definitions += [f"{each.name}: {each.note}" for each in linked.metrics]
        past = [each.said for each in spoken if each.end is not None and each.end <= today]
        self.undated = ", ".join(past) if any(each.endswith(NOW) for each in outcome.changes) else ""
        self.definitions += linked.rules
        return self.told(text, outcome, scope=scope)

    def told(self, text: str, outcome: Written, pair: Pair | None = None, *, scope: Scope = IN_SCOPE) -> Answer:
        """Return the answer that a result makes."""
        desk, table = self.desk, outcome.result.table
        guarded = outcome.guarded
        units = units_of(guarded.asked, desk.catalog)
        spoken = tell.tell(table, self.phrases, units=units.of)
        checks = [
            Check("numbers", True, "every number in the text is taken from the result"),
            Check("guarded", True, f"reads {', '.join(guarded.tables)}"),
        ]
        if outcome.doubted:
            checks.append(Check("sure", False, "written once more, the query gave another result"))
            spoken = f"{spoken} ({self.phrases.unsure})"
        if outcome.repeated:
            checks.append(Check("counted once", False, f"some {outcome.repeated} may be counted more than once"))
            spoken = f"{spoken} ({self.phrases.repeated.format(things=outcome.repeated)})"
        if outcome.undefined:
            names = ", ".join(outcome.undefined)
            checks.append(Check("as defined", False, f"{names} is not worked out as it is defined"))
            spoken = f"{spoken} ({self.phrases.undefined.format(names=names)})"
        if self.undated:
            checks.append(Check("of that time", False, f"the data holds this as it stands now, not of {self.undated}"))
            spoken = f"{spoken} ({self.phrases.now.format(period=self.undated)})"
        if units.mixed:
            checks.append(Check("one currency", False, f"adds up amounts in {' and '.join(units.mixed)}"))
            spoken = f"{spoken} ({self.phrases.mixed.format(names=', '.join(units.mixed))})"
        if scope.strange:
            said = f"the data does not speak of {', '.join(scope.strange)} by that name"
            checks.append(Check("by name", scope.belief >= DOUBTED, said))
            if scope.belief < DOUBTED:
                spoken = f"{spoken} ({self.phrases.strange.format(names=', '.join(scope.strange))})"
        drawn = chart.chart_of(table, f"{self.question.text} {text}", units=units.of)
        with self._timed("fresh"):
            as_of = desk.as_of(guarded.tables, self.question)
        return Answer(
            spoken,
            route="data",
            table=table,
            chart=drawn.to_json() if drawn is not None else None,
            sql=guarded.asked,
            filters=conditions.filters(guarded.asked, desk.catalog),
            definitions=tuple(dict.fromkeys(self.definitions)),
            as_of=as_of,
            verified=pair.reviewer if pair is not None else "",
            verified_on=pair.reviewed_on if pair is not None else "",
            outdated=self.outdated,
            understood=self.understood,
            checks=tuple(checks),
            confidence=1.0 if pair is not None else scope.belief,
            searched=guarded.tables,
            timings=self.seconds,
        )

    def _understand(self) -> str:
        text = " ".join(self.question.text.split())
        spoken = language(text)
        self.phrases = LANGUAGES.get(spoken, ENGLISH)
        if spoken == "English":
            return text
        self.on_stage(f"Putting the question from {spoken} into English")
        with self._timed("translate"):
            messages = [SystemMessage(_TRANSLATOR), HumanMessage(f"Question: {text}\nEnglish:")]
            said = "".join(write(self.desk.llm, messages, tokens=80, stopped=self.stopped))
        return " ".join(said.split()).strip(' "“”') or text

    def _settled(self, text: str) -> tuple[str, Answer | None]:
        """Put what the asker once chose for an ambiguous word in its place; ask back when nothing is known yet."""
        user = self.question.asker.user
        choices = self.desk.choices
        for each in self.desk.catalog.semantics.ambiguities:
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
        if self.desk.pairs is None:
            return None, []

        def asked(found: list[tuple[Pair, float]]) -> Pair | None:
            for pair, score in found:
                moved = fixed_days(pair.sql) and bool(periods(text, self.desk.today()))
                if score >= SAME and _figures(pair.question) == _figures(text) and not moved:
                    return pair
            return None

        found = self.desk.pairs.alike(text, self.desk.catalog)
        similar = [each for each in found if not each[0].stale][:EXAMPLES]
        if pair := asked(similar):
            return pair, []
        if gone := asked([each for each in found if each[0].stale]):
            self.outdated = gone.reviewed_on
        return None, [Example(pair.question, pair.sql) for pair, _ in similar]

    def _again(self, sql: str, sight: Sight) -> Written:
        """Run the last query once more, with what the asker may see now."""
        guarded = Guard(sight.catalog.schema, sight.view, dialect=sight.catalog.dialect).check(sql)
        result = self.desk.runner.run(
            guarded, stopped=self.stopped, user=self.question.asker.user, question=self.question.text
        )
        return Written(guarded, result)

    def _explained(self, text: str, wonder: Wondered, last: Turn, sight: Sight) -> Answer | None:
        """Return where the difference lies that a message asks about, when it is about the last result."""
        self.on_stage("Taking the difference apart")
        with self._timed("why"):
            explainer = Explainer(sight, self.desk.runner, self.question, self.desk.today(), self.stopped)
            found = explainer.explain(text, wonder, last, self._again(last.sql, sight))
        return found.told(self.told(text, found.outcome)) if found is not None else None

    def _analysed(self, text: str, hint: str, outcome: Written) -> Answer:
        """Return what generated code finds in a result, or else what can be shown without it."""
        self.on_stage("Working it out")
        try:
            with self._timed("analysis"):
                found = self.desk.analyser.analyse(outcome.result.table, text, hint=hint, stopped=self.stopped)
        except (AnalysisError, UnavailableError) as error:
            plain = self.told(text, outcome)
            return replace(plain, text=f"{error} {LEFT} {plain.text}")
        as_of = self.desk.as_of(outcome.guarded.tables, self.question)
        return answered(found, outcome, self.desk.catalog, question=text, as_of=as_of, timings=self.seconds)

    def _out_of_scope(self, linked: Linked, scope: Scope, sight: Sight) -> Answer:
        near = [each.name for each in (linked.tables if linked.columns else sight.catalog.relations.values())]
        said = f"{self.phrases.refused} {self.phrases.holds.format(tables=tell.held_in(near, sight.catalog))}"
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

    def _failed(self, failed: Failed, linked: Linked, sight: Sight) -> Answer:
        if failed.forbidden:
            return self._refused(failed.trouble, "forbidden", sql=failed.sql)
        near = [each.name for each in linked.tables]
        said = f"{self.phrases.failed} {self.phrases.holds.format(tables=tell.held_in(near, sight.catalog))}"
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
