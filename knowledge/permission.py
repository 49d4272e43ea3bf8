"""Answer whether a party may do something by the clause that says so, without the model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents.words import stems
from knowledge.evidence import Source
from knowledge.proof import Proof, Quote

MOST = 2  # Clauses that are quoted: a rule and its exception.
_BEFORE = 300  # Characters before the party that can take away what follows.
_SUBJECT = (
    r"(?P<subject>(?:(?:the|an?|our|your|its|their|either|each|any)\s+[\w-]+|they|we|I|it|you|"
    r"(?-i:[A-Z][\w&.-]*(?:\s+[A-Z][\w&.-]*){0,4}))(?:\s+\(the [^)]+\))?)"
)
_ASKED = tuple(
    re.compile(rf"(?i)^\W*(?:and |but |so )?{form}\s+(?P<verb>[a-z]{{3,}})\b(?P<object>[^?]*)")
    for form in (
        rf"(?:can|may|could|might)\s+{_SUBJECT}",
        rf"(?:is|are)\s+{_SUBJECT}\s+(?:allowed|permitted|entitled|free|able|authori[sz]ed)\s+to",
        rf"(?:does|do|would|will)\s+(?:.{{1,60}}\s+)?(?:allow|permit|entitle|authori[sz]e|let)s?\s+{_SUBJECT}(?:\s+to)?",
        rf"(?:does|do)\s+{_SUBJECT}\s+have\s+(?:the\s+|a\s+)?(?:right|option|power)\s+to",
    )
)
_HOW = re.compile(
    r"(?i)\s*\b(?:for|without|before|after|upon|if|to|from|in|within|by|with|under|during|at|on|when|early)\b\s*"
)
_LACKING = re.compile(r"(?i)\bwithout\s+(?P<words>[\w’'-]+(?:\s+[\w’'-]+){0,5})")
_ENDS = re.compile(r"(?i)\s(?:of|from|to|for|at|by|in|on|under|and|or|if|before|after|during|within)\s")
_NO_GROUND = re.compile(r"(?i)\b(?:for\s+(?:its\s+|their\s+)?convenience|for\s+(?:any|no)\s+reason|at\s+any\s+time)\b")
_GROUND = re.compile(r"(?i)\bfor\s+(?:good\s+|just\s+)?cause\b")
_PART = re.compile(r"\(the (?P<term>[^)]+)\)")
_ARTICLE = re.compile(r"(?i)^(?:the|an?|our|your|its|their|this|that)\s+")
_ANYBODY = r"(?:either|each|any|neither|no)\s+party|the\s+parties|neither|both\s+parties"
_MODAL = (
    r"(?P<modal>may|can|cannot|shall(?:\s+not)?\s+(?:have\s+(?:the\s+|no\s+)?right\s+to|be\s+(?:entitled|permitted|allowed)\s+to)|"
    r"shall|will|must|(?:has|have)\s+(?:the\s+|no\s+)?right\s+to|(?:is|are)\s+(?:not\s+)?(?:entitled|permitted|allowed)\s+to)"
    r"(?P<not>\s+not\b)?(?P<only>\s+only\b)?"
)
_DENIED = re.compile(r"(?i)\b(?:not|no|neither|cannot)\b")
_TURNED = re.compile(  # Words before the party that take away what follows.
    r"(?i)\b(?:nothing|in no event|under no|denie[sd]|deny)\b|\b(?:no|none|neither|nor)\b[^,:]*$|"
    r"\bnot\b[^,:]*\bthat\b[^,:]*$"
)
_ANOTHER = re.compile(  # `Affiliates of the Customer` are not the customer; `each of the parties` are the parties.
    r"(?i)(?<!\beach )(?<!\beither )(?<!\bboth )(?<!\bany )\bof\s+(?:the\s+|an?\s+)?$|[’']s?\s+$"
)
_CONDITION = re.compile(
    r"(?i)\b(?:without|unless|only|except|if|provided|subject|consent|approval|conditions?|within|upon|prior|notice)\b"
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody wants to do."""

    who: str
    verb: str
    what: frozenset[str]
    how: frozenset[str]
    lacking: str  # The stem of what it is to be done without.


@dataclass(frozen=True, slots=True)
class _Clause:
    """A sentence that says whether it may be done."""

    quote: Quote
    allows: bool
    near: int  # Words of what is to be done that it has too.


def permitted(question: str, sources: Sequence[Source]) -> Proof | None:
    """Return what the sources say to whether a party may do what `question` asks, or None when no sentence does.

    A sentence does that names the party (or either party), a modal verb and the very verb that was asked for.
    """
    wish = _wish(question)
    if wish is None:
        return None
    clauses = [clause for source in sources for part in source.sentences if (clause := _clause(wish, source, part))]
    if not clauses:
        return None
    clauses.sort(key=lambda clause: (-clause.near, clause.quote.source.number))
    told = [clause for clause in clauses if clause.near == clauses[0].near][:MOST]
    return Proof(_said(told, wish), tuple(clause.quote for clause in told), ())


def _wish(question: str) -> _Wish | None:
    asked = next((match for form in _ASKED if (match := form.match(question))), None)
    if asked is None or asked["verb"].lower() in {"have", "does"}:
        return None
    part = _PART.search(asked["subject"])
    who = part["term"] if part else _ARTICLE.sub("", asked["subject"]).strip()
    (verb, *_) = stems(asked["verb"]) or [asked["verb"].lower()]
    what, *how = _HOW.split(asked["object"], maxsplit=1)
    lacking = _LACKING.search(asked["object"])
    head = stems(_ENDS.split(lacking["words"])[0]) if lacking else []
    return _Wish(who, verb, frozenset(stems(what)), frozenset(stems(" ".join(how))), head[-1] if head else "")


def _clause(wish: _Wish, source: Source, sentence: str) -> _Clause | None:
    who = rf"(?:{re.escape(wish.who)}|{_ANYBODY})"
    for match in re.finditer(
        rf"(?i)\b(?P<who>{who})\b(?![’'])[^.;:]{{0,30}}?\b{_MODAL}\s+(?P<rest>[^.;]{{1,60}})", sentence
    ):
        first = [stem for word in match["rest"].split()[:5] for stem in stems(word)][:3]
        if wish.verb not in first:
            continue
        before = sentence[: match.start("who")].rpartition(";")[2][-_BEFORE:]
        if _TURNED.search(before) or _ANOTHER.search(before):
            continue
        duty = match["modal"].lower() in {"shall", "will", "must"} and not match["not"]
        if duty:
            continue  # What must be done is no answer to whether it may.
        said = f"{match['who']} {match['modal']}{match['not'] or ''}"
        words = set(stems(sentence))
        if wish.lacking and not _does_without(wish.lacking, sentence):
            continue  # That it may be done for a fee says nothing about doing it without one.
        if not wish.lacking and wish.how and not wish.how & words:
            continue  # That one may terminate for a breach says nothing about convenience.
        near = len((wish.what | wish.how) & words)
        return _Clause(Quote(source, sentence), allows=not _DENIED.search(said), near=near)
    return None


def _does_without(lacking: str, sentence: str) -> bool:
    """Tell whether a sentence speaks of doing something without what is `lacking`; no cause is any cause."""
    if any(lacking in stems(match["words"]) for match in _LACKING.finditer(sentence)):
        return True
    groundless = lacking in stems("cause reason")
    return groundless and bool(_NO_GROUND.search(sentence)) and not _GROUND.search(sentence)


def _said(told: Sequence[_Clause], wish: _Wish) -> str:
    """Return yes or no, where the clauses agree and speak of the very thing; otherwise they speak for themselves."""
    if len({clause.allows for clause in told}) > 1 or (wish.what and not told[0].near):
        return ""
    bound = any(_CONDITION.search(clause.quote.text) for clause in told)
    if told[0].allows:
        return "Yes, on the terms that the clause states." if bound else "Yes."
    return "No, except as the clause allows." if bound else "No."
