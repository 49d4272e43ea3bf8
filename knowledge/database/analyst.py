"""The one who knows the bank's data: answers questions, runs what people correct, keeps it for review."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from knowledge.database.analysed import Analyser
from knowledge.database.asking import Asking
from knowledge.database.catalog import Catalog
from knowledge.database.choices import Choices
from knowledge.database.desk import Desk
from knowledge.database.guard import Guard
from knowledge.database.pairs import Pairs, fingerprint
from knowledge.database.policy import Policy
from knowledge.database.review import NOT_VERIFIED, Pair
from knowledge.database.run import Runner
from knowledge.database.write import Written
from knowledge.errors import RefusedSqlError, UserError
from knowledge.types import Answer, Question

Words = Callable[[str], None]


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
        analyser = analyser if analyser is not None else Analyser(None, llm)
        self.desk = Desk(catalog, policy, runner, llm, analyser, embeddings, pairs, choices, today)
        self.catalog = catalog
        self.pairs = pairs

    def knows(self, text: str) -> float:
        """Return from 0 to 1 how strongly the data's names, synonyms and values speak to a message."""
        linked = self.desk.linker.link(text)
        anchored = bool(linked.metrics) or any(each.exact and len(each.said) > 3 for each in linked.mentions)
        named = bool(linked.columns) or bool(linked.tables and linked.known > 0)
        score = 0.55 * linked.known * named + 0.45 * max(0.0, self.desk.linker.similarity(text))
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
        return Asking(self.desk, question, rules, on_stage, stopped).answer()

    def guard(self, question: Question) -> Guard:
        """Return the guard for one asker."""
        return self.desk.guard(question)

    def run(self, question: Question, sql: str) -> Answer:
        """Run SQL that a person has written, guarded as any, and return what it shows.

        Raises:
            RefusedSqlError, SqlError, QueryTooLongError, TransientError: as the guard and the database do.
        """
        asking = Asking(self.desk, question, "", lambda _: None, lambda: False)
        try:
            guarded = self.guard(question).check(sql)
        except RefusedSqlError as error:
            self.desk.runner.refused(sql, error, user=question.asker.user, question=question.text)
            raise
        result = self.desk.runner.run(guarded, user=question.asker.user, question=question.text)
        return asking.told(question.text, Written(guarded, result))

    def keep(self, question: str, answer: Answer, *, author: str, reason: str = "", request: str = "") -> int:
        """Keep the query of an answer for a reviewer, as what answers `question`; return the number to approve.

        A `request` keeps one, however often it is tried.
        """
        if self.pairs is None or not answer.sql:
            return 0
        return self.pairs.propose(
            question,
            answer.sql,
            tables=answer.searched,
            fingerprint=fingerprint(self.catalog, answer.searched),
            author=author,
            reason=reason,
            request=request,
        )

    def renew(self, number: int, question: Question) -> Pair:
        """Let a verified query count again, in the name of who asks, once it has run on the data as it is now.

        Raises:
            NotAllowedError, UserError: as `Review.renew` does.
            RefusedSqlError, SqlError, QueryTooLongError, TransientError: as `run` does.
        """
        pair = self.pairs.get(number) if self.pairs is not None else None
        if self.pairs is None or pair is None:
            raise UserError(NOT_VERIFIED)
        tables = self.run(replace(question, text=pair.question), pair.sql).searched
        reviewer, now = question.asker.user, fingerprint(self.catalog, tables)
        return self.pairs.renew(number, reviewer=reviewer, tables=tables, fingerprint=now)
