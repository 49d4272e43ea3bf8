"""Know the words by which a question asks for documents: what they state, until when, with whom."""

import re
from functools import cache

from knowledge.documents.bounds import HOW, LONG
from knowledge.documents.law import place_pattern

LEAD = re.compile(
    r"(?i)^(?:(?:please|can\s+you|could\s+you|and|also|ok|so|hi|hello)[\s,]+)*(?:"
    r"(?:list|show|give|find|tell|name|get|display)(?:\s+(?:me|us))?(?:\s+(?:a\s+(?:list|table)|an\s+overview)\s+of|\s+(?:which|what))?|which|what|"
    r"how\s+many|do\s+we\s+have(?:\s+any)?|are\s+there(?:\s+any)?|(?:a\s+)?list\s+of|overview\s+of)"
    r"(?:\s+(?:of|all|any|the|our|my|every|each|other|these|those))*\s+"
)
HAVING = re.compile(r"(?i)\W*(?:which|what|how|do|are)\b")  # `Which have a cap?` asks for those; a list shows them all.
ALL = re.compile(r"(?i)^(?:(?:of|all|any|the|our|every|each)\s+)+")
NOUN = re.compile(
    r"(?i)^(?P<words>(?:[\w-]+\s+){0,3}?)(?P<noun>contracts?|agreements?|leases?|licen[cs]es|documents?|suppliers?|vendors?|"
    r"counterpart(?:y|ies)|ndas?|deeds|guarantees|amendments|papers)\b(?:\s+(?:do|does|did)\s+we\s+have|\s+we\s+have|\s+(?:have|has)\s+we)?"
)
RUNNING = frozenset({"active", "current", "live", "existing", "valid", "ongoing", "running"})
OVER = frozenset({"expired", "old", "past", "ended"})
EMPTY = frozenset(
    {"signed", "written", "legal", "supplier", "vendor", "different", "single", "kept", "stored", "commercial"}
)
JOIN = re.compile(
    r"(?i)^(?:[\s,;:.?!–-]+|(?:and|that|which|who|where|are|is|will|have|has|do|does|there|here|on\s+file|together|along|please|also|"
    r"currently|now|but|be|were|was|us|already|all|of\s+them|(?:do\s+)?we\s+have|have\s+we)\b)+"
)
THE = r"(?:(?:the|their|its|a|an|any|respective|each|all)\s+)*"
COLUMNS = {
    "law": r"(?:governing|applicable)?\s*laws?",
    "expiry": r"(?:expir(?:y|ation)|end|ending|termination)\s+dates?|expir(?:y|ations?)|"
    r"when\s+(?:they|it|each)\s+(?:expires?|ends?)",
    "effective": r"(?:effective|start|starting|commencement)\s+dates?|when\s+(?:they|it|each)\s+(?:starts?|begins?)",
    "agreed": r"(?:agreement|signing|signature|contract)\s+dates?|dates?\s+of\s+(?:agreement|signing)|"
    r"when\s+(?:they|it)\s+(?:were|was)\s+signed",
    "parties": r"part(?:y|ies)|counterpart(?:y|ies)|with\s+whom",
    "renewal": r"(?:automatic\s+)?renewals?(?:\s+(?:terms?|clauses?|periods?))?|"
    r"whether\s+(?:they|it)\s+renews?(?:\s+automatically)?",
    "notice": r"notice(?:\s+periods?|\s+terms?)?",
    "cap": r"(?:liability\s+caps?|caps?\s+on\s+liability)",
    "total": r"(?:total\s+|contract\s+)?(?:values?|amounts?|worth)",
    "kind": r"(?:kinds?|types?)(?:\s+of\s+(?:document|contract)s?)?",
    "title": r"titles?",
}
COLUMN = "|".join(f"(?P<{name}>{pattern})" for name, pattern in COLUMNS.items())
ANY_COLUMN = re.compile(rf"(?i)^(?:(?:with|showing|including|by|plus|&)\s+)*{THE}(?:{COLUMN})(?!\w)")
NOT = r"(?:(?:(?:do|does|did|will|are|is|were|was)\s*n[o']t|don't|doesn't|didn't|won't|aren't|isn't|not)\s+)"
MISSING = re.compile(
    rf"(?i)^(?:(?:(?:do|does|did)\s*n[o']t|don't|doesn't|not)\s+(?:state|say|name|mention|give|have|specify)|without|with\s+no|no|lack)\s+"
    rf"{THE}(?:{COLUMN})(?!\w)"
)
ENDS = r"(?:expir(?:e|es|ed|ing)|end(?:s|ed|ing)?|run(?:s|ning)?\s+out|terminat(?:e|es|ed|ing)|laps(?:e|es|ed|ing))"
EXPIRES = rf"(?i)^(?:(?:due|set|going|about)\s+to\s+)?{ENDS}(?!\w)|^(?:com(?:e|ing)\s+)?up\s+for\s+renewal\b"
STARTS = r"(?i)^(?:(?:start|beg[aiu]n|commenc|bec[ao]me\s+effective|t(?:ake|akes|ook)\s+effect)\w*|effective)\b"
SIGNED = r"(?i)^(?:signed|dated|made|entered\s+into|concluded|executed|agreed)\b"
VERBS = (
    ("expiry", re.compile(EXPIRES)),
    ("effective", re.compile(STARTS)),
    ("agreed", re.compile(SIGNED)),
)
NEXT = re.compile(r"(?i)^\s*(?:next|first|soonest|earliest)\b")
NOT_OVER = re.compile(
    r"(?i)^(?:(?:still\s+)?(?:in\s+force|active|running|valid|in\s+effect)|(?:have\s+)?not\s+(?:yet\s+)?(?:expired|ended))\b"
)
AUTOMATIC = re.compile(
    rf"(?i)^(?P<not>{NOT}(?:have\s+|contain\s+|state\s+)?|without\s+|with\s+no\s+|no\s+|lack\s+)?(?:(?:with\s+)?(?:an?\s+)?(?:auto(?:matic(?:ally)?)?[\s-]*"
    r"(?:renew(?:al|als|s|ed|ing)?|extend(?:s|ed)?)(?:\s+clauses?)?)|(?:renew|extend|roll\s+over)(?:s|ed)?\s+(?:automatically|by\s+(?:itself|themselves))|"
    r"roll\s+over)\b"
)
OVER_NOW = re.compile(
    r"(?i)^(?:(?:not|no\s+longer)\s+(?:still\s+)?(?:in\s+force|active|running|valid|in\s+effect)|inactive)\b|"
    r"^aren't\s+(?:active|in\s+force)\b"
)
UNENDING = re.compile(
    r"(?i)^(?P<not>not\s+|aren't\s+)?(?:open[\s-]ended|perpetual|never\s+(?:expire|end|run\s+out)s?|"
    r"without\s+(?:an?\s+)?end|run\s+(?:indefinitely|for\s+ever))\b"
)
OF_TIME = re.compile(r"(?i)^(?:from|of|dated|in|during|since)\s")
FROM_TIME = re.compile(r"(?i)^(?:of|dated|from)\s+(?=(?:the\s+)?(?:year\s+)?\S+)(?!.*\s(?:to|until|till|through)\s)")
BESIDES = re.compile(r"(?i)^\s*,?\s*(?:or|and)\s+")
TO_END = (
    r"(?:\s+(?:to\s+(?:end|terminate|stop|cancel|not\s+renew|(?:avoid|prevent|stop)\s+renewal|be\s+terminated)|before\s+(?:renewal|they\s+renew)|"
    r"(?:of|for)\s+(?:termination|non-?renewal)))?"
)
COMPARED = re.compile(
    rf"(?i)^(?:(?:with|having|need(?:ing)?|requir(?:e|ing))\s+)?{THE}(?:(?P<notice>{COLUMNS['notice']})|(?P<cap>{COLUMNS['cap']})|"
    rf"(?P<total>{COLUMNS['total']}))\s+(?:(?:that|which)\s+)?(?:(?:is|are|of)\s+)?(?:(?P<how>{HOW})\s+)?"
)
LONG_NOTICE = re.compile(
    rf"(?i)^(?:(?:with|having|need(?:ing)?|requir(?:e|ing))\s+)(?:(?P<how>{HOW})\s+)?(?P<long>{LONG})(?:\s+(?:or\s+(?:more|longer|less)))?"
    rf"\s+(?:prior\s+|written\s+|advance\s+|of\s+)*notice(?:\s+periods?)?{TO_END}(?!\w)"
)
EITHER = re.compile(r"(?i)\s+(?:or|and)(?:\s+|$)")
# Who is no party by name: anybody that we have a contract with, or all of some sort.
ANYBODY = re.compile(
    r"(?i)(?:our\s+|all\s+|any\s+|other\s+)*(?:suppliers?|vendors?|counterpart(?:y|ies)|(?:third\s+)?part(?:y|ies)|partners?)"
)
SORT = re.compile(
    r"(?i)(?:our\s+|all\s+|any\s+|other\s+)*(?:customers?|clients?|banks?|borrowers?|lenders?|tenants?|landlords?|companies|"
    r"people|us|them|in|now|\d+)|.*(?<!\w)(?:19|20)\d\d(?!\w).*"
)
NOTICE = re.compile(
    r"(?i)^(?:need(?:s|ed|ing)?|requir(?:e|es|ed|ing)|with)\s+(?:a\s+|any\s+)?(?:prior\s+|written\s+|advance\s+)*notice(?:\s+periods?)?"
    + TO_END
)


@cache
def of_law() -> re.Pattern[str]:
    """Return the pattern of a clause that names whose law governs, or does not."""
    place = place_pattern()

    def several(name: str) -> str:
        return rf"(?P<{name}>{place}(?:\s*(?:,|or|and|/)\s*(?:the\s+)?(?:laws?\s+of\s+)?{place})*)"

    of = r"(?:the\s+)?laws?\s+of\s+(?:the\s+)?(?:state\s+of\s+)?"
    return re.compile(
        rf"(?i)(?P<not>{NOT})?(?:(?:governed\s+by|subject\s+to|in\s+accordance\s+with)\s+(?:the\s+)?(?:{of})?{several('places')}"
        rf"(?:\s+(?:governing\s+)?laws?)?|(?:under|with|on)\s+{of}{several('of')}|"
        rf"(?:under|with|on)\s+{several('under')}\s+(?:(?:as\s+)?(?:the\s+)?governing\s+)?laws?|"
        rf"(?:whose\s+|the\s+)?governing\s+law\s+(?:is\s+)?(?:that\s+of\s+)?{several('is')})(?!\w)"
    )
