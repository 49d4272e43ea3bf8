"""Tell whether an answer asserts the opposite of what its quotes say: the same words, turned round."""

import re

from knowledge.documents.words import stems

_SHORTEST = 3  # Letters of a verb's stem; shorter ones are too many words.
_DENIES = re.compile(
    r"(?i)\b(?:not|no|never|neither|nor|none|nothing|without|unless|except|only|cannot|if|subject|consent|approval)\b|"
    r"n[’']t\b|\b(?:prohibit|forbid|refrain|restrict|exclude[sd]|barred|refus|fail)\w*"
)
_YES_NO = re.compile(r"(?i)^\W*(?P<said>yes|no)\b[,.:;]?\s*")
_NON = re.compile(r"(?i)\bnon-?\s?(?P<word>[a-z]*(?:able|ible|sive|tive)|binding|recourse)\b")
_NONE_IS = re.compile(
    r"(?i)\bthere\s+(?:is|are|shall\s+be|will\s+be)\s+no\s+(?P<word>(?:(?!more|less|later|other)[\w-]+\s*){1,3})"
)
_LEFT_OUT = re.compile(
    r"(?i)\b(?P<word>[\w-]{1,40})\s+(?:is|are|(?:shall|will)\s+be)\s+(?:\w+ly\s+)?(?:excluded|prohibited|forbidden)\b"
)
_FORBIDDEN_ACT = re.compile(
    r"(?i)(?:\b(?:shall|may|will|must|can|does|do)\s+not|\bcannot|\brefrain\s+from)\s+(?:\w+ly\s+)?"
    r"(?P<verbs>[a-z]+(?:(?:,\s+or|,|\s+or)\s+[a-z]+){0,5})\b(?P<rest>[^.;]{0,160})"
)
_EXCEPTION = re.compile(r"(?i)\b(?:except|other\s+than|save|unless)\b")
_LIMIT = re.compile(
    r"(?i)\b(?:until|before|prior|earlier|later|more|less|greater|longer|during|within|for|unreasonably|solely|merely|"
    r"because)\b"
)
_MODAL = (
    r"(?:(?:may|can|could|shall|will|must)|(?:entitled|allowed|permitted|able|free|right)\s+to)\s+"
    r"(?:(?:also|\w+ly)\s+)?"
)
_THING = r"(?:consent|approval|permission|authori[sz]ation)"
_NOT_NEEDED = re.compile(
    rf"(?i)\b{_THING}\b[^.;]{{0,60}}\b(?:not|n[’']t)\s+(?:be\s+)?(?:needed|required|necessary)\b|"
    rf"\bno\s+(?:\w+\s+){{0,3}}{_THING}\s+(?:is|shall\s+be|will\s+be)\s+(?:needed|required|necessary)\b|"
    rf"\b(?:does|do)\s+not\s+(?:need|require)\b[^.;]{{0,60}}\b{_THING}\b"
)
_NEEDED = re.compile(
    rf"(?i)\b(?:neither|not|no|nor|cannot)\b[^.;]{{0,160}}?\b(?:without|except\s+with|unless)\b[^.;]{{0,80}}?\b{_THING}\b"
)
_FREED = re.compile(
    rf"(?i)\bwithout\b[^.;]{{0,80}}\b{_THING}\b|\b(?:except|other\s+than|save|however|notwithstanding)\b|"
    r"\b(?:not|no)\b[^.;]{0,60}\b(?:needed|required|necessary)\b"
)
_VERB = r"(?P<verb>indemnif|pay|licen[cs]e|notif|deliver)(?:y|ies|s)?"
_ANYBODY = frozenset(
    ["it", "they", "he", "she", "we", "you", "who", "which", "that", "party", "parties", "other", "each"]
)
_ROLES = re.compile(
    rf"(?i)\b(?P<who>[a-z]+)\s+(?:(?:shall|will|must|does|may|agrees\s+to|has\s+to|is\s+required\s+to)\s+)?{_VERB}\s+"
    r"(?:to\s+)?(?:the\s+|(?=(?-i:[A-Z])))(?P<whom>[a-z]+)\b"
)
_ROLES_ASKED = re.compile(
    rf"(?i)^\W*(?:does|do|must|shall|will|should)\s+(?:the\s+)?(?P<who>[a-z]+)\s+(?:have\s+to\s+)?{_VERB}\s+"
    r"(?:to\s+)?(?:the\s+|(?=(?-i:[A-Z])))(?P<whom>[a-z]+)\b"
)


def reversals(said: str, question: str, quote: str) -> list[str]:
    """Return the words of `said` that `quote` says the opposite of; a bare yes says what was asked."""
    answer = _YES_NO.match(said)
    body = said[answer.end() :] if answer else said
    yes = answer is not None and answer["said"].lower() == "yes"
    if _NOT_NEEDED.search(body):
        return ["its “not needed”"] if _needs(quote) else []
    if _DENIES.search(body):
        return []
    bare = yes and len(body.split()) < 2
    claim = question if bare else body
    found = _missing_things(claim, quote)
    if not _DENIES.search(question):
        found += _forbidden_acts(claim, quote)
    if _swapped(claim, quote, asked=bare):
        found.append("who does it to whom")
    return found


def _missing_things(claim: str, quote: str) -> list[str]:
    """Return the words that a claim has and its quote only denies: `non-exclusive`, `there is no minimum`."""
    claimed = set(stems(_NON.sub(" ", claim)))
    rest = quote
    for pattern in (_NON, _NONE_IS, _LEFT_OUT):
        rest = pattern.sub(" ", rest)
    plain = set(stems(rest))
    denied = [
        stem for form in (_NON, _NONE_IS, _LEFT_OUT) for each in form.finditer(quote) for stem in stems(each["word"])
    ]
    return [f"“{stem}”, which is denied" for stem in dict.fromkeys(denied) if stem in claimed and stem not in plain]


def _forbidden_acts(claim: str, quote: str) -> list[str]:
    """Return the verbs that a claim says of the same thing of which its quote only forbids them."""
    found: list[str] = []
    for match in _FORBIDDEN_ACT.finditer(quote):
        if _LIMIT.search(match["rest"][:60].partition(",")[0]):
            continue  # `May not terminate before May` lets terminate in June.
        plain = quote[: match.start()] + " " + quote[match.end("verbs") :]
        after = set(stems(match["rest"]))
        for stem in stems(match["verbs"]):
            if len(stem) < _SHORTEST:
                continue
            root = re.escape(stem.rstrip("ei"))
            form = rf"{root}\w{{0,2}}?(?:e|s|es|ed|ing|y|ies)?\b"
            does = re.search(rf"(?i)(?:\b{_MODAL}{form}|\b{root}(?:e?s|ies)\b)(?P<what>.*)", claim)
            allowed = re.search(rf"(?i)\b(?:may|can|shall|will|must)\s+(?:\w+ly\s+)?{form}", plain)
            if does is None or allowed:
                continue
            what = stems(does["what"])[:1]
            rule, *spared = _EXCEPTION.split(match["rest"], maxsplit=1)
            if (set(stems(does["what"])) - set(stems(rule))) & set(stems(" ".join(spared))):
                continue  # It says the exception.
            if all(word in after or word in stems(match["verbs"]) for word in what):
                found.append(f"“{stem}”, which is forbidden")
    return found


def _needs(quote: str) -> bool:
    """Tell whether a quote forbids something without consent and nowhere frees anybody from it."""
    rest, times = _NEEDED.subn(" ", quote)
    return bool(times) and not _FREED.search(rest)


def _swapped(claim: str, quote: str, *, asked: bool) -> bool:
    """Tell whether a claim says that one party does to another what the quote has the other do to the one."""
    said = (_ROLES_ASKED if asked else _ROLES).search(claim)
    if said is None or {said["who"].lower(), said["whom"].lower()} & _ANYBODY:
        return False
    who, verb, whom = (re.escape(said[name]) for name in ("who", "verb", "whom"))
    duty = r"(?:shall|will|must|may|agrees?\s+to)\s+(?:[\w-]+,?\s+){0,4}?"
    turned = re.search(rf"(?i)\b{whom}\s+{duty}{verb}\w*[^.;]{{0,60}}\b{who}\b", quote)
    right = re.search(rf"(?i)\b{who}\b[^.;]{{0,80}}\b{verb}|\b{verb}\w*[^.;]{{0,60}}\bby\s+(?:the\s+)?{who}\b", quote)
    mutual = re.search(r"(?i)\b(?:each|either)\s+(?:party|other)\b", quote)
    return bool(turned) and not right and not mutual
