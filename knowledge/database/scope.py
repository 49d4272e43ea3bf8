"""Tell whether the data speaks of what is asked at all, before a model that always writes something is asked."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from knowledge.database.catalog import Catalog
from knowledge.database.link import Linked
from knowledge.database.names import parts, stemmed, words
from knowledge.models.llm import likelihood

FOREIGN = 0.3  # Below this likeness to every table, a question is about something else.
NEAR = 0.6  # From here on a word means what a column holds: revenue and sales.
SURE = 0.8  # The model's belief that a question with a strange word can be answered, from which on it is tried.
# Words that ask, join and compare; what is left names a thing that the data holds or does not hold.
ORDINARY = frozenset(
    stemmed(
        "bar pie chart graph plot diagram donut trend "
        "avg bought calculate gotten involve live offer reside sell sold spend went signup signups "
        "about above absolute according across after again along alphabetical alphabetically also although amount "
        "another any anything april are around associated august average away back based because been before being "
        "best better both break business but by calendar called case cases certain change check classify combination "
        "combinations come corresponding considered consider could daily data database dataset december "
        "decrease describe determine did "
        "differ distribution done down due earlier earliest either else end ended entire estimate even ever evolve "
        "exclusive exist factor far february few figure final for format frequent from full further gap general "
        "generate given go growth had half happen has have he help her here him his hour how hundred if ignore "
        "important inclusive increase individual information inside instead integer into it january join july june "
        "just keep kind know largest later latest least left length letter letters let like likely line list "
        "longer longest look lot lower main many march match may mean me member mention metric metrics might million "
        "minus minute minutes monthly more most move multiple my necessary need next non none normal not note november "
        "now occur october of off often on once only open or order ordinary other our out outer outside over overall "
        "own pair part particular parts people percent person place please plus point popular portion possible "
        "present previous prior quarterly quickly quite range rather ready real regarding relation relative relevant "
        "respective respectively result right round same say see second seconds see separately september set several "
        "she shortest should side similar simple since single size smallest so some something sort specific split "
        "stand start state still string strings such sum table take tell than that the their them then there these "
        "they thing this those thousand through throughout thus time to together trend true type types under until "
        "up upon us usage use user usually vary versus very via want was way ways we week weekday weekend weekends "
        "weekly well were what when whether which while whole whom why wide wildcard wildcards will with within "
        "without word worst would year yearly years yes yet you your haven hasn don didn doesn isn aren wasn "
        # What people do with money, in forms that no ending gives away.
        "became began begun bring brought choose chose chosen draw drawn drew fall fallen fell gave get got grew grown "
        "held hold kept lend lent lose lost made make owe paid pay put ran rise risen rose send sent shown spent taken "
        "took withdraw withdrawn withdrew"
    )
)
_ENDING = re.compile(r"(?:ed|ing|ly)$")
_TASK = "Can this question be answered from these tables and columns alone? Reply only Yes or No."
SYSTEM = "You decide whether a question can be answered from the tables of a database."


@dataclass(frozen=True, slots=True)
class Scope:
    """Whether to try; `strange` are the things asked for that the data does not seem to hold."""

    tried: bool
    strange: tuple[str, ...] = ()
    belief: float = 1.0


class Doubt:
    """Judges questions against one catalogue."""

    def __init__(self, catalog: Catalog, embeddings: Embeddings | None) -> None:
        self._embeddings = embeddings
        names = {words(column.name) for column in catalog.columns()} | {words(each) for each in catalog.relations}
        names |= {synonym for column in catalog.columns() for synonym in column.words}
        self._names = sorted(names | {word for name in names for word in name.split() if len(word) > 3})
        self._joined = {"".join(parts(column.name)) for column in catalog.columns()}
        self._vectors: np.ndarray | None = None

    def judge(
        self,
        question: str,
        linked: Linked,
        similarity: float,
        *,
        llm: BaseChatModel,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Scope:
        """Return whether the data may answer `question`; the model is asked only in doubt."""
        strange = tuple(each for each in linked.strange if self._is_thing(each, question, linked))
        anchored = bool(linked.metrics) or any(each.exact for each in linked.mentions)
        if similarity < FOREIGN and linked.known < 0.5 and not linked.metrics and not _defined(question, linked):
            return Scope(False, strange, 0.0)
        if not strange:
            return Scope(True)
        if len(strange) > 2 and not anchored:
            return Scope(False, strange, 0.0)
        belief = likelihood(llm, _messages(question, linked), stopped=stopped)
        return Scope(belief >= SURE, strange, belief)

    def _is_thing(self, word: str, question: str, linked: Linked) -> bool:
        """Tell whether a strange word names a thing that is asked for, and nothing the catalogue says otherwise."""
        if _ENDING.search(word.lower()) or set(stemmed(word)) <= ORDINARY or word.lower() in self._joined:
            return False
        at = question.find(word)
        if word[:1].isupper() and at > 0:  # A name: a value that may or may not be there.
            return False
        if any(word.lower() in rule.lower() for rule in linked.rules):
            return False
        return self._likeness(word) < NEAR

    def _likeness(self, word: str) -> float:
        if self._embeddings is None or not self._names:
            return 0.0
        if self._vectors is None:
            self._vectors = np.asarray(self._embeddings.embed_documents(self._names))
        return float(np.max(self._vectors @ np.asarray(self._embeddings.embed_query(word.lower()))))


def _defined(question: str, linked: Linked) -> bool:
    """Tell whether a short name in the question is explained by a rule given with it."""
    shorts = set(re.findall(r"\b[A-Z][A-Z0-9]+\b", question))
    return any(each in rule for each in shorts for rule in linked.rules)


def _messages(question: str, linked: Linked) -> list[SystemMessage | HumanMessage]:
    tables = "\n".join(
        f"{each.name}: {', '.join(words(column.name) for column in each.columns.values())}" for each in linked.tables
    )
    return [SystemMessage(SYSTEM), HumanMessage(f"Tables:\n{tables}\nQuestion: {question}\n{_TASK}")]
