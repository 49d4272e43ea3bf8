"""Tell from its cover what a report to the authorities is, and whose."""

import re
from dataclasses import dataclass

FORM = re.compile(r"\bFORM\s+(10-?K|10-?Q|8-?K|20-?F|40-?F|6-?K)(?:/A)?\b", re.IGNORECASE)
ANNOUNCED = "release"
NAMES = {
    "10K": "annual report (10-K)",
    "10Q": "quarterly report (10-Q)",
    "8K": "current report (8-K)",
    "20F": "annual report (20-F)",
    "40F": "annual report (40-F)",
    "6K": "report (6-K)",
}
EXACT = re.compile(r"\(?\s*Exact\s+name\s+of\s+(?:the\s+)?registrant", re.IGNORECASE)
FILE_NUMBER = re.compile(r"Commission\s+File\s+(?:Number|No\.?):?\s*[\d–-]+", re.IGNORECASE)
LISTED = re.compile(
    r"([A-Z][\w&.’' -]{1,50}?(?:,\s+Inc\.)?)\s*\((?:NYSE|NASDAQ|Nasdaq|LSE)[^)\n]{0,20}:\s*[A-Z.]{1,6}\)"
)
BARE = re.compile(r"(?:inc|corp|corporation|co|company|ltd|llc|plc)\.?,?", re.IGNORECASE)
DATE = (
    r"((?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2}\s*,\s*\d{4})"
)
PERIOD = re.compile(
    rf"(?:fiscal\s+)?(?:year|quarterly\s+period|quarter|transition\s+period)\s+ended:?\s*{DATE}|"
    rf"Date\s+of\s+(?:Report|earliest\s+event)[^:\n]{{0,60}}:?\s*{DATE}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Filing:
    """A report, by its cover."""

    company: str
    form: str
    period: str

    @property
    def title(self) -> str:
        """Return what people would call it."""
        if self.form == ANNOUNCED:
            return f"{self.company} announcement{f' of {self.period}' if self.period else ''}"
        of = f" for the period ended {self.period}" if self.form[:2] in {"10", "20", "40"} else f" of {self.period}"
        return f"{self.company} {NAMES[self.form]}{of if self.period else ''}"


def filing(opening: str) -> Filing | None:
    """Return what the first pages say of themselves, if they are those of a report."""
    form, company = FORM.search(opening[:3000]), _registrant(opening[:6000])
    if form is None or not company:
        return _announcement(opening[:5000])
    period = PERIOD.search(opening[:6000])
    date = " ".join((period[1] or period[2]).split()) if period else ""
    return Filing(company, form[1].upper().replace("-", ""), date)


def _announcement(opening: str) -> Filing | None:
    """Return a press release, told by its company's listing in brackets."""
    listed, date = LISTED.search(opening), re.search(DATE, opening)
    if listed is None:
        return None
    company = re.split(r"\s[-–—]+\s", listed[1])[-1].strip()
    return Filing(company, ANNOUNCED, " ".join(date[1].split()) if date else "")


def _registrant(opening: str) -> str:
    """Return the company: what stands over the words for it, or else after the number of its file."""
    exact, number = EXACT.search(opening), FILE_NUMBER.search(opening)
    if exact:
        lines = [line.strip(" _-*") for line in FILE_NUMBER.sub("\n", opening[: exact.start()]).split("\n")]
        lines = [line for line in lines if any(map(str.isalpha, line))]
        name = lines[-1] if lines else ""
        if BARE.fullmatch(name) and len(lines) > 1:
            name = f"{lines[-2]} {name}"
    else:
        after = opening[number.end() :].split("\n") if number else []
        name = next((line.strip(" _-*") for line in after if any(map(str.isalpha, line))), "")
    return " ".join(name.split())[:80]
