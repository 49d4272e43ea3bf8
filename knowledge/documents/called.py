"""Find the one document that a person calls by a name."""

import re
from collections.abc import Sequence

from knowledge.documents.words import stems
from knowledge.types import Document

SURE = 0.5  # Share of a name's words that the one document which is called so must carry.


def called(words: str, documents: Sequence[Document]) -> Document | None:
    """Return the one document that goes by a name; None where none does, or two equally well."""
    wanted = frozenset(stems(re.sub(r"(?i)\.(?:pdf|docx?|txt|md)\b", "", words)))
    if not wanted:
        return None
    scores = []
    for document in documents:
        stem = re.sub(r"\.\w{2,4}$", "", document.name)
        carried = frozenset(stems(" ".join((stem.replace("_", " "), document.title, *document.parties))))
        scores.append((len(wanted & carried) / len(wanted), document.name.lower() == words.lower(), document))
    ranked = sorted(scores, key=lambda each: each[:2], reverse=True)
    if not ranked or ranked[0][0] < SURE or (len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]):
        return None
    return ranked[0][2]
