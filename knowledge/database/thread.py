"""Tell how a question leans on the one before it in the thread."""

import re

_FOLLOWS = re.compile(
    r"(?i)^\W*(?:and|but|also|only|just|now|then|so|what about|how about|same|instead|without|excluding|including|"
    r"sort|order|group|split|break|show (?:it|that|them|me (?:that|it))|why|for|in|by|per|as|y|和|那)\b"
)
_LEANS = re.compile(r"(?i)\b(?:that|those|these|them|they|it|its|their|the same|ones?|there|of (?:this|these|them))\b")
_DRAWS = re.compile(
    r"(?i)^\W*(?:(?:and|now|please|show|draw|plot|make|give|put|display|turn|it|that|them|this|me|the|a|an|as|in|into|"
    r"instead|to|of|with|us|result|same|data|again|could|can|you)\W+)*"
    r"(?:(?:stacked|horizontal|simple|nice)\s+)*(?:bars?|lines?|pie|donut|column|scatter|area|table|chart|graph|plot)"
    r"(?:\W+(?:chart|graph|plot|diagram|please|instead|of (?:it|that|this)))*\W*$"
)
_FORM = (
    r"(?:(?:stacked|horizontal|simple|nice|little)\s+)*"
    r"(?:(?:bar|line|pie|donut|column|scatter|area)s?(?:\s+(?:chart|graph|plot|diagram))?|charts?|graphs?|plot|diagram|histogram)"
)
_WISHED = (
    re.compile(
        rf"(?i)[,;]?\s*\b(?:as|in|into|with|and (?:draw|plot|show)(?:\s+(?:it|them|that))?(?:\s+(?:as|in))?)\s+"
        rf"(?:an?\s+|the\s+)?{_FORM}(?=\W*(?:$|[,.;?!]|please\b))"
    ),
    re.compile(
        rf"(?i)^\W*(?:please\s+|can you\s+)?(?:(?:plot|chart|graph|draw|visuali[sz]e|show|make|give)\b\s+(?:me\s+)?)"
        rf"(?:an?\s+|the\s+){_FORM}\s+(?:of|with|for|showing)\s+"
    ),
    re.compile(r"(?i)^\W*(?:please\s+|can you\s+)?(?:plot|chart|graph|draw|visuali[sz]e)\b\s+(?:me\s+)?"),
)
_SHORT = 9  # Words of a question that may lean on the last by a pronoun alone.


def follows(text: str) -> bool:
    """Tell whether a question changes the last one rather than ask anew."""
    return bool(_FOLLOWS.match(text)) or (bool(_LEANS.search(text)) and len(text.split()) <= _SHORT)


def only_draws(text: str) -> bool:
    """Tell whether a message asks for nothing but the last result in another form."""
    return bool(_DRAWS.match(text))


def undrawn(text: str) -> str:
    """Return a question without the words that only say how its result is to be drawn."""
    bare = text
    for pattern in _WISHED:
        bare = pattern.sub("", bare)
    return bare if len(bare.split()) > 1 else text


def whole(text: str, before: str) -> str:
    """Return a follow-up with the words of the question that it leans on."""
    return f"{before.rstrip(' ?.')}; {text}"
