"""Say that an answer was not found: where it was looked for, and what came nearest."""

from collections.abc import Mapping, Sequence

from knowledge.documents.search import Search
from knowledge.documents.words import stems
from knowledge.evidence import Source, overlap
from knowledge.proof import PageText, Quote, cite
from knowledge.types import Answer, Citation
from knowledge.verdict import Verdict

_NEAREST = 2
_NAMED = 3
_NOT_FOUND = {
    "English": (
        "I did not find this in {names}.",
        "The nearest passages are quoted below.",
        "and {count} more documents",
    ),
    "Spanish": (
        "No lo he encontrado en {names}.",
        "Abajo cito los pasajes más cercanos.",
        "y {count} documentos más",
    ),
    "German": (
        "Das habe ich in {names} nicht gefunden.",
        "Die nächstliegenden Stellen stehen darunter.",
        "und {count} weiteren Dokumenten",
    ),
    "French": (
        "Je ne l’ai pas trouvé dans {names}.",
        "Les passages les plus proches sont cités ci-dessous.",
        "et {count} autres documents",
    ),
    "Chinese": ("我在{names}中没有找到这一内容。", "下面列出最接近的段落。", "及另外 {count} 份文件"),
}
_NO_DOCUMENTS = "I have no documents here that I may look into. Drop a PDF into this conversation, and ask again."
_NOTHING = "I found nothing about this in the documents that I may look into here. Name the document, or drop it here."


def refusal(
    language: str,
    found: Search,
    sources: Sequence[Source] = (),
    *,
    timings: Mapping[str, float],
    question: str = "",
    page_text: PageText = lambda _document, _page: "",
    verdict: Verdict | None = None,
) -> Answer:
    """Return the answer that says what was not found, with the nearest words of the pages."""
    titles = tuple(dict.fromkeys(each.title or each.name for each in found.documents))
    misses = nearest(question, sources, page_text)
    sentence, below, more = _NOT_FOUND.get(language, _NOT_FOUND["English"])
    names = ", ".join(f"“{title}”" for title in titles[:_NAMED])
    if len(titles) > _NAMED:
        names += " " + more.format(count=len(titles) - _NAMED)
    text = " ".join([sentence.format(names=names), below] if misses else [sentence.format(names=names)])
    if not titles:
        text = _NO_DOCUMENTS
    elif not found.passages:
        text = _NOTHING
    return Answer(
        text,
        refused=True,
        nearest=misses,
        checks=verdict.checks if verdict else (),
        confidence=round(1.0 - verdict.confidence, 3) if verdict else 0.0,
        hidden_sources=found.hidden,
        searched=titles,
        timings=dict(timings),
    )


def nearest(question: str, sources: Sequence[Source], page_text: PageText) -> tuple[Citation, ...]:
    """Return the words nearest to `question`, from the best passages, one each."""
    wanted = stems(question)
    quotes = [
        Quote(source, max(source.sentences, key=lambda sentence: overlap(wanted, sentence)))
        for source in sources[:_NEAREST]
    ]
    return cite(quotes, page_text)[:_NEAREST]
