"""Answer a question from documents, and prove the answer before anyone sees it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from langchain_core.language_models import BaseChatModel

from knowledge.documents.library import Library, Search
from knowledge.documents.roles import FIRST, Part, opening_of, parts, with_parts
from knowledge.documents.words import stems
from knowledge.evidence import CHARACTERS, Source, gather
from knowledge.figures.clerk import Clerk
from knowledge.permission import permitted
from knowledge.phrasing import asks_for, language, leans, opens, resolve, speaks_of, spell_out, topic, whole, yes_or_no
from knowledge.proof import Proof, defined, prove, quoted, split_markers
from knowledge.refusal import refusal
from knowledge.reply import Reply
from knowledge.spelling import respelled
from knowledge.standing import with_standing
from knowledge.types import Answer, Check, Page, Passage, Question, Turn
from knowledge.verdict import gives, judge
from knowledge.write import NOT_STATED, Writer, restate, translate

Words = Callable[[str], None]
PASSAGES = 8
SEARCHED = 3 * PASSAGES  # Further down there may be what speaks of the thing in other words.
BESIDE = 2  # Passages that are read although they do not speak of it, where others do.
REPEATED = 4  # Words; a name alone may well answer a second question.
# From here on the model's belief that it is stated outweighs what it writes: that it is not, and it is asked once more;
# something that cannot be proven, and the passage is quoted instead. What is not stated was believed at most at 0.56.
BELIEVED = 0.65


class Counsel:
    """The one who knows the documents: a question in, a proven answer out."""

    def __init__(self, library: Library, llm: BaseChatModel, *, characters: int = CHARACTERS) -> None:
        """Answer from `library` with `llm`, which reads at most `characters` of evidence a question."""
        self._library = library
        self._llm = llm
        self._characters = characters

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
        question = replace(question, thread=self._still_visible(question))
        answering = _Answering(self._library, self._llm, self._characters, question, on_stage, on_text, stopped)
        return with_standing(answering.answer(), self._library.lineage(question.audience), self._library.pages)

    def touches(self, question: Question) -> bool:
        """Tell whether a question has words of a document's title, though it may be about something else."""
        return self._library.touches(question.text, question.audience)

    def _still_visible(self, question: Question) -> tuple[Turn, ...]:
        """Return the turns whose documents may still be seen: not a deleted file, nor one of a channel left."""
        if not question.thread:
            return ()
        visible = {document.id for document in self._library.documents(question.audience)}
        return tuple(turn for turn in question.thread if visible.issuperset(turn.documents))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as understood: in English, in full, with what to search for and the turn that it leans on.

    `whole` says that it can be understood without that turn, `parts` who the document that is asked about is between.
    """

    full: str
    topic: str
    language: str
    thread: tuple[Turn, ...]
    whole: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def english(self) -> bool:
        return self.language == "English"


@dataclass(slots=True)
class _Draft:
    """What the model wrote, sentence by sentence, with what could be proven of it."""

    reply: Reply
    proofs: list[Proof] = field(default_factory=list)
    denied: bool = False


@dataclass(slots=True)
class _Answering:
    """One question on its way to an answer."""

    library: Library
    llm: BaseChatModel
    characters: int
    question: Question
    on_stage: Words
    on_text: Words
    stopped: Callable[[], bool]
    seconds: dict[str, float] = field(default_factory=dict)

    def answer(self) -> Answer:
        with self._timed("understand"):
            asked = self._understand()
        with self._timed("search"):
            asked, found = self._found(asked)
            if (reckoned := self._reckoned(asked, found)) is not None:
                return reckoned
            kind = asks_for(asked.full)
            sources = gather(
                asked.topic,
                self._passages(asked, found),
                characters=self.characters,
                telling=lambda sentence: bool(kind) and gives(kind, sentence),
            )
        if not sources:
            return refusal(asked.language, found, timings=self.seconds)
        if (told := defined(asked.full, sources)) is not None:
            return self._told(told, "the document defines it", asked, found)
        if asked.english and len(found.documents) == 1 and (told := permitted(asked.full, sources)) is not None:
            return self._told(told, "the clause says who may", asked, found)
        self.on_stage(f"Reading {len(sources)} passages")
        writer = Writer(self.llm, asked.full, sources, thread=() if asked.whole else asked.thread, stopped=self.stopped)
        with self._timed("weigh"):
            stated = writer.stated()
        self.on_stage("Writing and checking")
        with self._timed("write"):
            draft = self._draft(writer, asked, sources, found)
            if draft.denied and stated >= BELIEVED:
                draft = self._draft(writer, asked, sources, found, again=True)
        if not any(proof.holds for proof in draft.proofs) and not draft.denied and stated >= BELIEVED:
            draft.proofs = [quoted(asked.full, sources)]
            draft.reply.quote(draft.proofs[0])
        verdict = judge(asked.full, draft.proofs, denied=draft.denied, stated=stated, confidence=found.confidence)
        if not verdict.shown:
            return refusal(
                asked.language,
                found,
                sources,
                question=asked.topic,
                page_text=self.library.page_text,
                verdict=verdict,
                timings=self.seconds,
            )
        return Answer(
            draft.reply.text,
            citations=tuple(draft.reply.citations),
            checks=verdict.checks,
            confidence=verdict.confidence,
            hidden_sources=found.hidden,
            searched=tuple(each.title or each.name for each in found.documents),
            timings=self.seconds,
        )

    def _reckoned(self, asked: _Asked, found: Search) -> Answer | None:
        """Return the answer that the cells of the documents' tables give beyond doubt, without the model."""
        if not asked.english or asked.thread:
            return None
        told = Clerk(self.library).answer(asked.full, found.documents, self.question.audience)
        return told and replace(told, hidden_sources=found.hidden, timings=self.seconds)

    def _understand(self) -> _Asked:
        text, thread = self.question.text, self.question.thread
        spoken = language(text)
        if spoken != "English":
            self.on_stage(f"Putting the question from {spoken} into English")
            text = translate(self.llm, text, stopped=self.stopped)
        text = resolve(text, thread)
        leaning = leans(text, thread)
        restated = restate(self.llm, text, thread[-1], stopped=self.stopped) if leaning else ""
        if restated:
            return _Asked(restated, restated, spoken, thread[-1:], whole=True)
        full = spell_out(whole(text) if leaning else text)
        return _Asked(full, topic(text, thread) if leaning else full, spoken, thread[-1:] if leaning else ())

    def _found(self, asked: _Asked) -> tuple[_Asked, Search]:
        """Return what a search finds, and the question spelt and its parties called as the documents do."""
        found = self._search(asked)
        texts = [f"{each.document.title} {each.chunk.heading} {each.chunk.text}" for each in found.passages]
        known = self._parts(found)

        def put(question: str) -> str:
            return with_parts(respelled(question, texts), known)

        full = put(asked.full)
        if full == asked.full:
            return asked, found
        asked = replace(asked, full=full, topic=put(asked.topic), parts=known)
        return asked, self._search(asked)

    def _parts(self, found: Search) -> tuple[Part, ...]:
        """Return who plays which part in the one document that is asked about."""
        if len(found.documents) != 1:
            return ()
        document = found.documents[0].id
        first = [Page(number, self.library.page_text(document, number)) for number in range(1, FIRST + 1)]
        return parts(opening_of(first))

    def _search(self, asked: _Asked) -> Search:
        spoken_of = (turn.documents for turn in reversed(self.question.thread) if turn.documents)
        within = self.question.focus or next(spoken_of, ())
        count = len(within) or len(self.library.documents(self.question.audience))
        self.on_stage(f"Searching {count} document{'' if count == 1 else 's'}")
        return self.library.search(asked.topic, self.question.audience, within=within, limit=SEARCHED)

    def _passages(self, asked: _Asked, found: Search) -> Sequence[Passage]:
        """Return what to read: first what speaks of the very thing that is asked, then little of what only may.

        Where a question asks for what stands at a document's beginning, that is read before everything.
        """
        told = {
            (each.document.id, each.chunk.ordinal)
            for each in found.passages
            if speaks_of(asked.full, f"{each.chunk.heading} {each.chunk.text}")
        }
        speaking: list[Passage] = []
        others: list[Passage] = []
        for each in found.passages:
            at = each.document.id, each.chunk.ordinal
            goes_on = (at[0], at[1] - 1) in told  # `(c) up to $100,000` belongs to what was said right before it.
            (speaking if at in told or goes_on else others).append(each)
        passages = [*speaking[:PASSAGES], *others[: BESIDE if speaking else PASSAGES]]
        if not opens(asked.full) or len(found.documents) != 1:
            return passages
        opening = self.library.opening(found.documents[0].id, self.question.audience)
        known = {each.chunk.id for each in opening}
        return [*opening, *(each for each in passages if each.chunk.id not in known)]

    def _draft(
        self, writer: Writer, asked: _Asked, sources: Sequence[Source], found: Search, *, again: bool = False
    ) -> _Draft:
        """Prove each sentence as soon as it is written; what cannot be proven is left out."""
        names = [name for each in found.documents for name in (each.title, *each.parties)]
        known = " ".join([*names, *(name for each in asked.parts for name in (each.name, each.term))])
        draft = _Draft(Reply(self.library.page_text, quoting=not asked.english))
        closed = asked.english and yes_or_no(asked.full)
        for sentence in writer.sentences(language=asked.language, yes_or_no=closed, again=again):
            if NOT_STATED in sentence.upper():
                draft.denied = not draft.proofs
                break
            said = split_markers(sentence)[0]
            if not any(map(str.isalnum, said)) or any(_repeats(said, turn.answer) for turn in asked.thread):
                continue  # A mark alone, or the last answer once more, answers nothing.
            foreign = not asked.english and language(said) != "English"  # It may answer in English all the same.
            proof = prove(sentence, sources, known=known, question=asked.full, translated=foreign)
            if proof.misread:
                draft.proofs.append(Proof("", proof.quotes, ()))
                draft.reply.quote(draft.proofs[-1])
                continue
            draft.proofs.append(proof)
            if proof.holds and draft.reply.add(proof):
                self.on_text(draft.reply.text)
        return draft

    def _told(self, told: Proof, reason: str, asked: _Asked, found: Search) -> Answer:
        """Return what the document itself says to the very question, without the model."""
        reply = Reply(self.library.page_text, quoting=True)
        if not reply.add(told):
            reply.quote(told)
        return Answer(
            reply.text,
            citations=tuple(reply.citations),
            checks=(Check("proven", True, reason),),
            confidence=1.0,
            hidden_sources=found.hidden,
            searched=tuple(each.title or each.name for each in found.documents),
            timings=self.seconds,
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[stage] = round(time.monotonic() - began, 3)


def _repeats(said: str, answer: str) -> bool:
    """Tell whether a sentence says nothing that the last answer did not, in its words or in other order."""
    words = stems(said)
    return said in answer or (len(words) >= REPEATED and set(words) <= set(stems(answer)))
