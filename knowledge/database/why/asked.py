"""Tell whether a message asks why a result is as it is, and which way it says the result goes."""

import re
from dataclasses import dataclass

LOW = r"low(?:er|est)?|few(?:er|est)?|less|least|small(?:er|est)?|down|weak(?:er|est)?|minim(?:um|al)|dip(?:s|ped)?"
HIGH = r"high(?:er|est)?|more|most|many|much|big(?:ger|gest)?|large[rst]*|up|maxim(?:um|al)|peak(?:s|ed)?|spike[sd]?"
DROP = (
    r"drop(?:s|ped)?|fall(?:s|en|ing)?|fell|declin(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)|reduction|shrink(?:s|ing)?|"
    r"shrank|shrunk|slump(?:s|ed)?|plung(?:e|es|ed)|collaps(?:e|es|ed)|s[ai]nk"
)
RISE = (
    r"rise[sn]?|rising|rose|increas(?:e|es|ed|ing)|grow(?:s|n|th|ing)?|grew|jump(?:s|ed)?|surg(?:e|es|ed)|climb(?:s|ed)?|"
    r"soar(?:s|ed)?|went up"
)
_OPENING = r"(?i)^\W*(?:(?:and|but|so|ok(?:ay)?|now|then|also|hm+|please|can you (?:say|tell me|explain))\W+)*"
_WHAT = (
    r"what(?:'s|’s| is| was| are| were)? (?:(?:is|was|the) )?(?:explains?|explained|drives?|drove|driving|"
    r"caus(?:es?|ed|ing)|behind|accounts? for|led to|leads to|made|(?:the )?(?:main )?(?:reasons?|causes?|drivers?)\b)"
)
_WHENCE = r"where (?:does|did|do|is) .{1,60}\b(?:come|came|coming) from\b"
_WHY = re.compile(
    rf"{_OPENING}(?:why\b|how come\b|{_WHAT}|{_WHENCE}|(?:the )?reasons? for\b|explain (?:the|this|that|why)\b)"
)
_HAPPENED = re.compile(_OPENING + r"what (?:happened|changed|was going on|is going on) (?:in|on|at|with|during)\b")
_NAMED = rf"(?:(?P<drop>{DROP})|(?P<rise>{RISE})|(?P<low>{LOW})|(?P<high>{HIGH}))\b"
_STRESSED = re.compile(rf"(?i)\b(?:so|too|such an?|that|this|much|the|an?)\s+(?:much\s+)?{_NAMED}")
_DIRECTIONS = re.compile(rf"(?i)\b{_NAMED}")
_THAN = re.compile(r"(?i)\b(?:than|compared (?:to|with)|in comparison (?:to|with)|versus|vs\.?|against)\s")
_FROM_TO = re.compile(r"(?i)\bfrom\s+(?P<start>.{2,40}?)\s+to\s+(?P<end>.{2,40})$")


@dataclass(frozen=True, slots=True)
class Wondered:
    """What somebody wonders at in a result.

    `way` is 1 for high, -1 for low, 0 where the message does not say; `step` that it speaks of a change rather than of
    a level. `about` holds the words that may name the row meant, `against` those that may name what it is held against.
    """

    way: int
    step: bool
    about: str
    against: str = ""
    happened: bool = False  # Asks what happened, which is about a result only where it names one of its rows.


def wondered(text: str) -> Wondered | None:
    """Return what a message wonders at, or None when it does not ask why."""
    happened = bool(_HAPPENED.match(text))
    if not happened and not _WHY.match(text):
        return None
    found = _STRESSED.search(text) or _DIRECTIONS.search(text)  # "Why is low so high?" speaks of a value called low.
    kind = found.lastgroup if found else ""
    way = {"drop": -1, "low": -1, "rise": 1, "high": 1}.get(kind or "", 0)
    step = kind in {"drop", "rise"} or not kind
    if span := _FROM_TO.search(text):
        return Wondered(way, True, span["end"], span["start"], happened)
    about, *against = _THAN.split(text, maxsplit=1)
    return Wondered(way, step, about, against[0] if against else "", happened)
