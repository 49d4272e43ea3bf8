"""Read how people write fiscal years and how they ask to be answered."""

import re

YEAR = re.compile(r"\bF(?:Y|iscal(?:\s+year)?)\s*['’]?\s*((?:19|20)?\d\d)(?!\d)(?:\s*(Q[1-4]))?", re.IGNORECASE)
QUARTER = re.compile(r"\b(?:Q([1-4])|([1-4])Q)\s*(?:of\s+)?(?:FY)?\s*['’]?\s*((?:19|20)?\d\d)\b", re.IGNORECASE)
JOINED = re.compile(r"\b((?:19|20)\d\d)(Q[1-4])", re.IGNORECASE)
ORDINALS = ("first", "second", "third", "fourth")
SENTENCE = re.compile(r"(?<=[.?!:;])\s+(?=[A-Z]|if\b)")
MANNER = re.compile(
    r"(?i)^(?:please\s+|kindly\s+)?(?:respond|answer|round|give\s+(?:a|your)\s+(?:response|answer)|provide\s+(?:a|your)\s+"
    r"(?:response|answer)|approach\s+the|base\s+your|state\s+your|we\s+(?:need|want)\s+to|here[’']s\s+the\s+question|"
    r"state\s+(?:the\s+|an\s+)?(?:answer|figure|number|amount|result)|"
    r"if\b.{0,160}?\b(?:(?:then|please)\s+(?:please\s+)?|,\s*)(?:state|say|answer|explain|mention|note|write|give)\b|"
    r"if\b.{0,90}\bnot\s+(?:an?\s+)?(?:\w+\s+)?(?:useful|relevant|meaningful|outlined|explicitly))"
)


def written_out(text: str) -> str:
    """Return `text` with fiscal years and quarters as reports write them: "FY22" is "fiscal 2022"."""
    text = YEAR.sub(lambda match: f"fiscal {_whole(match[1])} {match[2] or ''}".rstrip(), text)
    text = QUARTER.sub(_quarter, text)
    return JOINED.sub(r"\1 \2", text)


def _quarter(match: re.Match[str]) -> str:
    number = int(match[1] or match[2])
    return f"{ORDINALS[number - 1]} quarter Q{number} {_whole(match[3])}"


def _whole(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"


def subject(question: str) -> str:
    """Return a question without the sentences that only say how it should be answered."""
    sentences = SENTENCE.split(question)
    kept = [each for each in sentences if not MANNER.match(each)]
    return " ".join(kept) or question
