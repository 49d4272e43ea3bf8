"""Decide what a message wants: documents, the bank's data, both, a customer's help, small talk, or nothing of ours."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from knowledge.analysis.wish import wished
from knowledge.database.why.asked import wondered
from knowledge.errors import TransientError, UnavailableError
from knowledge.intents import Intents, Reading
from knowledge.models.llm import write
from knowledge.phrasing import GREETING, HELP, THANKS, language, leans
from knowledge.types import Question, Turn

_HOW_MANY = re.compile(r"(?i)\bcu[aá]nt[ao]s\b|\bwie\s?viele\b|\bcombien\s+d[e'’]|\bquant[ie]\b|\bhoeveel\b|多少|几个")
WHAT_I_DO = (
    "I answer questions about contracts and other documents, and show the words on the page that prove each answer.\n"
    "• Drop a PDF into a channel or send it to me directly, then ask in its thread.\n"
    "• Or name the document: “Which law governs the Hydron sponsorship agreement?”\n"
    "• Short questions will do: “term?”, “gov law”, “liability cap?”. If I do not find it, I say so.\n"
    "• I also ask the bank's data for you: “Total deposits by branch this quarter, as a chart”."
)
DOUBT = 0.55  # A route less likely than this is put to the model.
GUESS = 0.05  # No use in asking the model whether it is a route as unlikely as this.
FRAGMENT = 4  # Words; what is so short leans on the thread.
LEANING, THREAD, FOCUS = 300.0, 4.0, 300.0  # How much likelier the thread's, or the dropped document's, route is.
REPORTED = 4.0  # How much likelier a document is when a fiscal year, a filing or a statement is named.
KNOWN, NAMED = 8.0, 300.0  # How much likelier data is that knows all words of a message, a document that it names.
HEARD = 0.4  # Of a message, what any source knows by chance.
MEANT = 600  # Characters of a message that the model reads.
ROUTES = {
    "documents": "a question about a contract, report, policy or other document",
    "data": "a question to be answered with figures or records from a database",
    "help": "a customer's question or problem with a card, account, payment or bank service",
    "chat": "a greeting, thanks, small talk, or a question about the assistant itself",
    "out_of_scope": "something that has nothing to do with a bank, its documents or its data",
}
_REPORTED = frozenset({"fiscal", "filing", "statement"})
_OF_DOCUMENTS = frozenset({"contract", "parties", *_REPORTED})
_OF_DATA = frozenset({"count", "rank", "sum", "split", "chart"})
_OWN = frozenset({"ours", "whose"})  # Of the bank's own, which a document knows nothing of.
_FOREIGN = {"documents": 0.4, "data": 0.4, "help": 0.1, "out_of_scope": 0.1}
Knows = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes.

    `reply` is all there is to say when no source is needed, or when none has an answer; `other` is the next best of
    documents and data, to be offered.
    """

    name: str
    reply: str = ""
    confidence: float = 1.0
    other: str = ""
    asked_model: bool = False


def route(text: str) -> Route:
    """Return the route of a message by rule alone: `documents`, or `chat` with its reply."""
    if not text.strip() or HELP.match(text):
        return Route("chat", WHAT_I_DO)
    if GREETING.match(text):
        return Route("chat", f"Hello! {WHAT_I_DO}")
    if THANKS.match(text):
        return Route("chat", "You are welcome. Ask on whenever you like.")
    return Route("documents")


def _spoken(known: float) -> float:
    """Return how much knowledge of a message counts: a word in common says nothing."""
    return max(0.0, known - HEARD) / (1.0 - HEARD)


def _unknown(_message: str | Question) -> float:
    return 0.0


class Router:
    """Tells where messages go, from their words, their thread and what the sources know."""

    def __init__(
        self,
        embeddings: Embeddings,
        *,
        known_data: Knows = _unknown,
        known_documents: Callable[[Question], float] = _unknown,
        llm: BaseChatModel | None = None,
        keep: Path | None = None,
    ) -> None:
        """Route with `embeddings`, whose vectors of the examples are kept in the file `keep`.

        `known_data` and `known_documents` say from 0 to 1 how much of a message the bank's data and the library's
        titles know; `llm` is asked in doubt only.
        """
        self._intents = Intents(embeddings, keep=keep)
        self._known_data = known_data
        self._known_documents = known_documents
        self._llm = llm

    def warm_up(self) -> None:
        """Learn the examples now, so that the first message does not wait for them."""
        self._intents.read("hello")

    def route(self, question: Question, *, stopped: Callable[[], bool] = lambda: False) -> Route:
        """Return where a question goes.

        Raises:
            StoppedError: `stopped` said so.
        """
        by_rule = route(question.text)
        if by_rule.reply:
            return by_rule
        reading = self._intents.read(question.text)
        foreign = language(question.text) != "English"
        shares = _shared(self._weigh(question, reading, _by_cues(reading.cues) if foreign else reading.weights))
        ranked = sorted(shares, key=lambda name: -shares[name])
        if foreign and _HOW_MANY.search(question.text):  # Customers do not count cards; bankers do.
            speaks = reading.cues & _OF_DOCUMENTS or question.focus or _before(question.thread) == "documents"
            ranked = [name for name in ranked if name == "data" or (speaks and name == "documents")]
        asked = False
        if (foreign or shares[ranked[0]] < DOUBT) and self._llm is not None and not question.focus:
            likely = [name for name in ranked if name != "both" and (foreign or shares[name] >= GUESS)]
            choice = self._choose(self._llm, question.text, likely if foreign else likely[:2], stopped)
            if choice:
                asked, ranked = True, [choice, *(name for name in ranked if name != choice)]
        return self._routed(ranked[0], shares, reading, asked=asked)

    def _weigh(self, question: Question, reading: Reading, weights: Mapping[str, float]) -> dict[str, float]:
        """Return how much speaks for each route, with what the thread and the sources say."""
        weights = dict(weights)
        if not (reading.cues & _OF_DOCUMENTS and reading.cues & _OWN):
            weights["documents"] = weights.get("documents", 0.0) + weights.pop("both", 0.0)
        if reading.cues & _REPORTED and not reading.cues & _OWN:
            weights["documents"] *= REPORTED
        likeliest = max(weights, key=lambda name: weights[name])
        data, documents = _spoken(self._known_data(question.text)), _spoken(self._known_documents(question))
        weights["documents"] *= NAMED**documents
        if likeliest != "help":  # Data has words for what customers ask of their own cards, and no answer to it.
            weights["data"] *= KNOWN**data
        weights["out_of_scope"] *= KNOWN ** -max(data, documents)
        before = _before(question.thread)
        if before == "data" and ("chart" in reading.cues or wished(question.text)):
            return {name: float(name == "data") for name in weights}  # The last result is to be drawn or analysed.
        leaning = leans(question.text, question.thread) or len(question.text.split()) <= FRAGMENT
        leaning = leaning or (before == "data" and wondered(question.text) is not None)
        if before:
            weights[before] *= LEANING if leaning else THREAD
        if question.focus:
            weights["documents"] *= FOCUS
        if question.focus or (before and leaning):
            weights["out_of_scope"] = 0.0
        return weights

    def _choose(self, llm: BaseChatModel, text: str, likely: list[str], stopped: Callable[[], bool]) -> str:
        """Return the route that the model chooses, or nothing when it gives no answer."""
        if len(likely) < 2:
            return ""
        letters = dict(zip("ABCDE", (name for name in ROUTES if name in likely), strict=False))
        kinds = "\n".join(f"{letter}: {ROUTES[name]}" for letter, name in letters.items())
        messages = [
            SystemMessage("You sort the messages that colleagues in a bank write. Answer with one letter."),
            HumanMessage(f"{kinds}\n\nMessage: {' '.join(text.split())[:MEANT]}\n\nWhich letter fits the message?"),
        ]
        try:
            said = "".join(write(llm, messages, tokens=2, stopped=stopped))
        except (TransientError, UnavailableError):
            return ""  # The route is good enough without; who needs the model next will say that it is missing.
        return letters.get(said.strip()[:1].upper(), "")

    def _routed(self, name: str, shares: Mapping[str, float], reading: Reading, *, asked: bool) -> Route:
        replies = self._intents.replies
        other = max(("documents", "data"), key=lambda each: (each != name, shares[each]))
        if name == "chat":
            said = f"{replies[reading.small_talk]} {WHAT_I_DO if reading.small_talk in _INTRODUCED else ''}".strip()
            return Route(name, said, shares[name], asked_model=asked)
        reply = replies.get(name, "")
        return Route(name, reply, shares[name], "" if name == "both" else other, asked)


_INTRODUCED = frozenset({"greeting", "name", "skills"})


def _before(thread: tuple[Turn, ...]) -> str:
    """Return where the last answer of a thread that rested on something came from."""
    for turn in reversed(thread):
        if turn.sql:
            return "data"
        if turn.documents:
            return "documents"
    return ""


def _by_cues(cues: frozenset[str]) -> dict[str, float]:
    """Return how likely the routes are by a message's cues alone: the examples are English."""
    weights = dict(_FOREIGN)
    weights["documents"] *= KNOWN if cues & _OF_DOCUMENTS else 1.0
    weights["data"] *= KNOWN if cues & _OF_DATA else 1.0
    return weights | {"chat": 0.05}


def _shared(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
