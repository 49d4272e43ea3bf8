"""Answer a question: decide who knows, ask them, say which way it went."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from knowledge.counsel import Counsel
from knowledge.documents.comparing import Comparer
from knowledge.documents.register import Register
from knowledge.errors import UserError
from knowledge.models.llm import StoppedError
from knowledge.routing import Route, Router, route
from knowledge.types import Answer, Choice, Question

__all__ = ["Assistant", "StoppedError"]

Words = Callable[[str], None]
OFFERED = 0.85  # A route less sure than this is shown beside a button for the other.
NO_DATA = "The bank's data is not connected here. Ask an admin to set BANK_URL, or ask me about documents."
_SENT = re.compile(r"(?i)^\W*(?:in|from|ask) the (?P<where>data|documents?)\s*:\s*(?P<question>.+)$", re.DOTALL)
_OTHER = {
    "data": ("Ask the bank's data", "In the data: "),
    "documents": ("Look in the documents", "In the documents: "),
}


class DataAnalyst(Protocol):
    """Who answers from the bank's data."""

    def answer(
        self,
        question: Question,
        *,
        rules: str = "",
        on_stage: Words = ...,
        stopped: Callable[[], bool] = ...,
    ) -> Answer:
        """Answer `question` from the data; `rules` are definitions that hold for it."""
        ...


class Assistant:
    """The head: takes a question with all that it may look at, returns a proven answer."""

    def __init__(
        self,
        counsel: Counsel,
        *,
        router: Router | None = None,
        analyst: Callable[[], DataAnalyst] | None = None,
        comparer: Comparer | None = None,
        register: Register | None = None,
    ) -> None:
        """Answer from documents by `counsel`, from the bank's data by `analyst`, fetched when it is needed.

        Without a `router` everything but small talk is a question about documents.
        """
        self._counsel = counsel
        self._router = router
        self._analyst = analyst
        self._comparer = comparer
        self._register = register

    def answer(
        self,
        question: Question,
        *,
        on_stage: Words = lambda _words: None,
        on_text: Words = lambda _text: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """Answer `question`; `on_stage` hears what is being done, `on_text` the checked text so far.

        Raises:
            StoppedError: `stopped` said so.
            UserError: something stands in the way that the asker should know.
            TransientError: a part failed that may work in a moment.
        """
        if self._comparer is not None and (compared := self._comparer.answer(question, on_stage=on_stage)):
            return compared
        if self._register is not None and (listed := self._listed(question, on_stage)):
            return listed
        question, chosen = self._route(question, stopped)

        def from_documents() -> Answer:
            return self._counsel.answer(question, on_stage=on_stage, on_text=on_text, stopped=stopped)

        def from_data(rules: str = "") -> Answer:
            return self._data().answer(question, rules=rules, on_stage=on_stage, stopped=stopped)

        match chosen.name:
            case "documents":
                return _offered(from_documents(), chosen, question)
            case "data":
                counted = from_data()
                if _told_nothing(counted) and self._counsel.touches(question):
                    on_stage("The data does not say: looking in the documents")
                    found = from_documents()
                    if not found.refused:
                        return _offered(found, Route("documents", confidence=0.0, other="data"), question)
                return _offered(counted, chosen, question)
            case "both":
                return _joined(from_documents(), from_data)
            case "help":
                found = from_documents()  # What customers ask of their bank may stand in its own papers.
                return replace(found, route="help") if not found.refused else _said(chosen, found)
        return _said(chosen)

    def _listed(self, question: Question, on_stage: Words) -> Answer | None:
        """Return the documents that are asked for by what they state, unless the data is to be asked."""
        sent = _SENT.match(question.text)
        if self._register is None or (sent and sent["where"].lower() == "data"):
            return None
        return self._register.answer(replace(question, text=sent["question"]) if sent else question, on_stage=on_stage)

    def _route(self, question: Question, stopped: Callable[[], bool]) -> tuple[Question, Route]:
        """Return the question and where it goes; a person who says where is obeyed."""
        sent = _SENT.match(question.text)
        if sent:
            name = "data" if sent["where"].lower() == "data" else "documents"
            return replace(question, text=sent["question"]), Route(name)
        if self._router is None:
            return question, route(question.text)
        return question, self._router.route(question, stopped=stopped)

    def _data(self) -> DataAnalyst:
        if self._analyst is None:
            raise UserError(NO_DATA)
        return self._analyst()


def _said(chosen: Route, found: Answer | None = None) -> Answer:
    hidden = found.hidden_sources if found else 0
    return Answer(chosen.reply, route=chosen.name, confidence=chosen.confidence, hidden_sources=hidden)


def _offered(answer: Answer, chosen: Route, question: Question) -> Answer:
    """Return an answer that offers the other way, where it is refused or the way was not certain."""
    offer = _OTHER.get(chosen.other)
    if offer is None or answer.choices or (chosen.confidence >= OFFERED and not answer.refused):
        return answer
    return replace(answer, choices=(Choice(offer[0], f"{offer[1]}{question.text}"),))


def _told_nothing(answer: Answer) -> bool:
    """Tell whether the data was asked and has nothing to say: no answer, no row, or no value in any."""
    if answer.choices:
        return False
    cells = (cell for row in answer.table.rows for cell in row) if answer.table else ()
    return answer.refused or (answer.table is not None and all(cell is None for cell in cells))


def _joined(found: Answer, from_data: Callable[[str], Answer]) -> Answer:
    """Return what the data says by the rule that a document gives, with the words of that rule."""
    if found.refused:
        return found
    counted = from_data(" ".join(citation.quote for citation in found.citations))
    if counted.refused:
        return replace(found, text=f"{found.text}\n{counted.text}", checks=(*found.checks, *counted.checks))
    return replace(
        counted,
        text=f"{found.text}\n{counted.text}",
        route="both",
        citations=found.citations,
        checks=(*found.checks, *counted.checks),
        confidence=min(found.confidence, counted.confidence),
        hidden_sources=found.hidden_sources,
        timings=found.timings | counted.timings,
    )
