"""The one who knows the bank's data: answers questions, runs what people correct, keeps it for review."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from knowledge.database.analysed import Analyser
from knowledge.database.asking import Asking
from knowledge.database.catalog import Catalog
from knowledge.database.choices import Choices
from knowledge.database.desk import Desk
from knowledge.database.guard import Guard
from knowledge.database.pairs import Pairs
from knowledge.database.policy import Policy
from knowledge.database.run import Runner
from knowledge.database.write import Written
from knowledge.errors import RefusedSqlError
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
