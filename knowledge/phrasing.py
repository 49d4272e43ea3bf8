"""Understand how a question is put, by rule: its language, its shorthand, what it leaves to the thread."""

import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import yaml

from knowledge.documents.words import stems
from knowledge.types import Turn

_TABLE = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
SHORTHAND: dict[str, str] = _TABLE["questions"]
ABBREVIATIONS: dict[str, str] = _TABLE["words"]
_KINDS: dict[str, list[str]] = _TABLE["kinds"]
_CONCEPTS = [(re.compile(f"(?i){asked}"), re.compile(f"(?is){told}")) for asked, told in _TABLE["concepts"].items()]
_LANGUAGES = {name: frozenset(words.split()) for name, words in _TABLE["languages"].items()}
GREETING = re.compile(
    r"(?i)^\W*(?:hi|hello|hey|hallo|hola|good (?:morning|afternoon|evening|day)|moin|servus|你好|您好|привет)"
    r"(?:\s+(?:there|teller|all|team|everyone|bot))?\W*$"
)
THANKS = re.compile(
    r"(?i)^\W*(?:(?:many |ok(?:ay)?,? )?thanks?(?: you)?(?: (?:a lot|so much|very much|teller|again))?|"
    r"thx|ty|cheers|great|perfect|ok(?:ay)?|cool|got it|gracias|danke|merci|谢谢)\W*$"
)
HELP = re.compile(
    r"(?i)^\W*(?:help(?: me)?|what can you do|who are you|how do(?:es)? (?:this|you|it) work|commands?|\?)\W*$"
)
_YES_NO = re.compile(
    r"(?i)^\W*(?:(?:and|but|so|also|then|ok)\W+)*(?:if .{3,60}?,\s*)?"
    r"(?:is|are|was|were|does|do|did|can|could|may|must|shall|should|will|would|has|have|had|isn't|aren't|doesn't|don't|can't)\s"
)
_SCRIPTS = (
    ("HIRAGANA", "Japanese"), ("KATAKANA", "Japanese"), ("HANGUL", "Korean"), ("CJK", "Chinese"),
    ("CYRILLIC", "Russian"),
    ("ARABIC", "Arabic"), ("GREEK", "Greek"), ("HEBREW", "Hebrew"), ("DEVANAGARI", "Hindi"), ("THAI", "Thai"),
)  # fmt: skip
_LEANING = re.compile(
    r"(?i)^\W*(?:and|but|so|then|also|what about|how about|or|if|even if|for how long|why|by when|since when|"
    r"until when|y|et|und|那)\b"
)
_PRONOUN = re.compile(
    r"(?i)\b(?:it|its|they|them|their|theirs|he|she|this|that|these|those|there|the same|the former|the latter|"
    r"the (?:first|second|third|other|last) (?:one|party|company|side)?)\b"
)
_NO_PARTY = r"\b(?! (?:year|month|day|term|period|extension|clause|sentence|anniversary|quarter|payment|instal))"
_ACTS = (  # What follows `the first` where it stands alone: `the first delivery` is a delivery, and no party.
    r"(?=['’]s\b|[ ,;]*[?.!]*\s*$| (?:per|if|when|must|may|can|shall|should|will|would|is|are|was|were|has|have|had|do|"
    r"does|did|(?:pay|owe|get|receive|give|sell|buy|supply|deliver|terminate|assign|provide|grant|lend|borrow|keep|own)s?)"
    r"\b)"
)
_BOTH = _ACTS[:-1] + r"| (?:and|or) the (?:second|latter)" + _ACTS + ")"
_THING = r" (?P<thing>one|party|company|contract|document)" + _NO_PARTY
_ORDINALS = (
    re.compile(rf"(?i)\bthe (?:first|former)(?:{_THING}|{_BOTH})"),
    re.compile(rf"(?i)\bthe (?:second|latter)(?:{_THING}|{_ACTS})"),
    re.compile(rf"(?i)\bthe third{_THING}"),
)
_PAPER = re.compile(r"(?i)\b(?:agreement|contract|lease|deed|note|letter|policy|terms|addendum|amendment|plan|order)\b")
_COMPANY = r"(?:Inc|Ltd|LLC|LLP|L\.?P|Corp|Co|GmbH|AG|N\.A|S\.A|PLC)\b\.?"
_PARTY = re.compile(rf"[A-Z][\w&.’'-]*(?: (?:(?:of|&|the|de) )*[A-Z][\w&.’'-]*|,? {_COMPANY})*")
_OPENING = re.compile(
    r"(?i)\b(?:effective|commencement|start(?:ing)?|sign(?:ing|ature)|execution) date\b|"
    r"\bdate of (?:the|this) (?:agreement|contract)\b|\b(?:parties|party) (?:to|of)\b|\bthe parties\W*$|"
    r"^\W*who(?:'s|’s| is| are) the\b|\bwhen (?:was|is) .{0,40}\b(?:signed|dated|made|entered)\b"
)
_SHORT = 6  # Words up to which shorthand is looked up.


def language(text: str) -> str:
    """Return the English name of the language of `text`, English when in doubt."""
    letters = [unicodedata.name(each, "") for each in text if each.isalpha()]
    for script, name in _SCRIPTS:
        if sum(each.startswith(script) for each in letters) * 5 >= max(len(letters), 1):
            return name
    if "¿" in text or "¡" in text:
        return "Spanish"  # No other language opens a question or a cry with a sign.
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {name: sum(word in known for word in words) for name, known in _LANGUAGES.items()}
    best = max(counts, key=lambda name: (counts[name], name == "English"))
    marked = 1 if re.search(r"[ñßäöüéèêçãõáíóú]", text.lower()) else 0
    return best if counts[best] + marked >= 2 and counts[best] > counts["English"] else "English"


def spell_out(question: str) -> str:
    """Return `question` with shorthand put as the full question that it stands for."""
    text = " ".join(question.split())
    bare = text.strip(" ?!.…").lower()
    if len(bare.split()) <= _SHORT:
        for pattern, full in SHORTHAND.items():
            if re.fullmatch(pattern, re.sub(r"^(?:the|what(?:'s|’s| is| are)? the|any)\s+", "", bare)):
                return full
    return re.sub(r"[\w/]+", lambda match: ABBREVIATIONS.get(match.group().lower(), match.group()), text)


def whole(question: str) -> str:
    """Return a question that only hangs on to the last one as one of its own: `and if …?` asks what happens then."""
    text = re.sub(r"(?i)^\W*(?:(?:and|but|so|then|also|ok(?:ay)?)\b[\s,]*)+", "", " ".join(question.split()))
    supposed = re.match(r"(?i)(?:what )?(?:even )?if ([^,]+?)\W*$", text)
    if supposed:
        return f"What happens if {supposed[1]}?"
    return text[:1].upper() + text[1:] if text else question


def yes_or_no(question: str) -> bool:
    """Tell whether a question asks whether something is so."""
    return bool(_YES_NO.match(question)) and not re.search(r"(?i)\bor\s+(?:is|are|the|which)\b", question)


def asks_for(question: str) -> str:
    """Return the kind of thing that a question asks for, or nothing when any sentence may answer."""
    found = (kind for kind, patterns in _KINDS.items() if any(re.search(f"(?i){each}", question) for each in patterns))
    return next(found, "")


def opens(question: str) -> bool:
    """Tell whether a question asks for what stands where an agreement begins: its parties, their roles, its date."""
    return bool(_OPENING.search(question))


def speaks_of(question: str, text: str) -> bool:
    """Tell whether `text` speaks of every concept that a question is about."""
    return all(told.search(text) for asked, told in _CONCEPTS if asked.search(question))


def leans(question: str, thread: Sequence[Turn]) -> bool:
    """Tell whether a question cannot be understood without the thread."""
    if not thread:
        return False
    return bool(_LEANING.match(question) or _PRONOUN.search(question) or len(stems(question)) <= 1)


def resolve(question: str, thread: Sequence[Turn], parties: Sequence[str] = ()) -> str:
    """Return `question` with `the first one` and the like put as the names last listed in the thread."""
    if not thread or not any(pattern.search(question) for pattern in _ORDINALS):
        return question
    listed = [re.sub(r"\W+$", "", each) for each in _PARTY.findall(re.sub(r"“[^”]*”|\[\d+\]", "", thread[-1].answer))]
    named = [each for each in listed if each.lower() not in {"yes", "no", "the", "parties"}] or list(parties)
    for place, pattern in enumerate(_ORDINALS):
        if place < len(named):
            question = pattern.sub(partial(_called, named[place]), question)
    return question


def _called(name: str, ordinal: re.Match[str]) -> str:
    """Return the name for an ordinal, which stays where a paper is asked for and the name is that of a party."""
    paper = (ordinal["thing"] or "").lower() in {"contract", "document"}
    return ordinal[0] if paper and not _PAPER.search(name) else name


def topic(question: str, thread: Sequence[Turn]) -> str:
    """Return what to search for: a question that leans on the thread takes the last one's words along."""
    if not leans(question, thread) or (not _LEANING.match(question) and len(stems(question)) > 2):
        return question
    return f"{question} {thread[-1].question}"
