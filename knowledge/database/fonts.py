"""Find the fonts on this computer that can draw a text."""

import re
from collections.abc import Iterable
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

FONT = "DejaVu Sans"  # Comes with matplotlib, so charts look the same everywhere.
UNKNOWN = "\u25a1"
# Families that hold Chinese, Japanese and Korean, as Linux, Windows and macOS name them.
_EASTERN = re.compile(
    r"CJK|Source Han|WenQuanYi|Droid Sans Fallback|YaHei|SimHei|SimSun|PingFang|Hiragino|Heiti|Malgun|Yu Gothic|"
    r"Arial Unicode|Noto Sans (?:SC|TC|JP|KR)"
)
_MOST = 12  # Fonts that are looked into: each has tens of thousands of letters.


def families(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the fonts to draw `texts` with: the usual one, and one more where letters are missing from it."""
    missing = {ord(each) for text in texts for each in text if not each.isspace()} - _letters(FONT)
    if not missing:
        return (FONT,)
    installed = sorted({entry.name for entry in fontManager.ttflist if _EASTERN.search(entry.name)})
    covered = {name: len(missing & _letters(name)) for name in installed[:_MOST]}
    best = max(covered, key=lambda name: covered[name], default="")
    return (FONT, best) if best and covered[best] else (FONT,)


def drawable(text: str, names: tuple[str, ...]) -> str:
    """Return `text` with a box for each letter that none of the fonts has."""
    known = [_letters(name) for name in names]
    return "".join(
        each if each.isspace() or any(ord(each) in letters for letters in known) else UNKNOWN for each in text
    )


@cache
def _letters(name: str) -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=name))).get_charmap())
