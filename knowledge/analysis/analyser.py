"""Analyse a result that was fetched: the model writes code, a jailed process runs it, and we look at what comes out."""

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from knowledge.analysis import environment, talk
from knowledge.analysis.finding import Finding, MalformedError, finding
from knowledge.analysis.frame import arrow
from knowledge.errors import AnalysisError, UnavailableError
from knowledge.jail import bubble
from knowledge.models.llm import write
from knowledge.types import Table

log = logging.getLogger(__name__)

WRITER = "You write short Python that analyses a pandas DataFrame. Answer with one block of code and nothing else."
TOKENS = 400
QUESTION = 400  # Characters.
UNSAFE = (
    "Free analysis is off: this machine has neither bubblewrap, nor Landlock with namespaces or seccomp, to jail it."
)
FAILED = "I did not manage to work that out: {why}."


class Analyser:
    """Works out what queries cannot: trends, outliers, clusters."""

    def __init__(self, cache: Path | None, llm: BaseChatModel, *, limits: talk.Limits = talk.LIMITS) -> None:
        """Use the environment that lies in `cache` by the time it is needed; without one it always says so."""
        self._cache = cache
        self._llm = llm
        self._limits = limits

    def analyse(
        self, table: Table, question: str, *, hint: str = "", stopped: Callable[[], bool] = lambda: False
    ) -> Finding:
        """Return what `question` asks about the rows of `table`.

        Raises:
            UnavailableError: it is not set up here, or cannot be jailed.
            AnalysisError: it was tried and did not work.
            StoppedError: `stopped` said so.
            TransientError: the model does not answer.
        """
        found = environment.find(self._cache) if self._cache else None
        if found is None:
            raise UnavailableError(environment.MISSING)
        if not table.rows:
            raise AnalysisError("There are no rows to work anything out of.")

        def answer(prompt: str) -> str:
            messages = [SystemMessage(WRITER), HumanMessage(prompt)]
            return "".join(write(self._llm, messages, tokens=TOKENS, stopped=stopped))

        with tempfile.TemporaryDirectory(prefix="teller-analysis-") as folder:
            try:
                said = talk.talk(
                    found.interpreter,
                    found.folder,
                    Path(folder),
                    frame=arrow(table),
                    question=question[:QUESTION],
                    hint=hint,
                    answer=answer,
                    stopped=stopped,
                    in_bubble=bubble.works(),
                    limits=self._limits,
                )
                if said == {"open": True}:
                    raise UnavailableError(UNSAFE)
                if "failed" in said:
                    log.info("The code for an analysis did not run: %s", str(said["failed"])[:300])
                    raise AnalysisError(FAILED.format(why="the code that was written for it did not run"))
                return finding(said)
            except talk.BrokenOffError as error:
                log.warning("An analysis was broken off: the process %s", error)
                raise AnalysisError(FAILED.format(why=f"its process {error}")) from error
            except MalformedError as error:
                log.warning("An analysis gave no result that can be shown")
                raise AnalysisError(FAILED.format(why="it gave no result that can be shown")) from error
