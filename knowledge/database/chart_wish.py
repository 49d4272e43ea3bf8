"""Hear what kind of chart someone wishes for, in English, German, Spanish or Chinese."""

import re
from dataclasses import dataclass

_CHART = r"(?:charts?|graphs?|plots?|diagrams?)"
_ARTICLE = r"(?:an?\s+|the\s+|eine?[mnr]?\s+|una?s?\s+)?"
_AS = rf"\b(?:as|into|draw|plot|make (?:it|this|that)|als|como)\s+{_ARTICLE}(?:\w+\s+)?"
_THEN = r"(?=\s*[,.;:!?]|\W*(?:please|instead|now|and|with|for|chart|graph|plot|bitte|und|y|por|para)\b|\W*$)"
_ALONE = r"^\W*(?:and\s+|now\s+|please\s+|und\s+|bitte\s+|y\s+|ahora\s+)?(?:an?\s+)?"
_END = r"(?:,?\s*(?:please|instead|now|bitte|jetzt|por favor|ahora))?\W*$"


def _words(english: str, german: str, spanish: str, chinese: str) -> re.Pattern[str]:
    """Match a kind's names where they ask for a chart, not where they are a trade's own words, as in `credit line`."""
    named = rf"(?:{english})[\s-]?{_CHART}\b"
    plain = rf"(?:{_AS}(?:{english}|{german}|{spanish})\b{_THEN}|{_ALONE}(?:{english}|{german}|{spanish}){_END})"
    compound = rf"\b(?:{german})\w*(?:diagramme?n?|grafike?n?|charts?)\b"
    latin = rf"\b(?:gr[áa]fic[oa]s?|diagramas?)\s+(?:de\s+|en\s+)?(?:\w+\s+)?(?:{spanish})\b"
    return re.compile(rf"(?i)\b{named}|{plain}|{compound}|{latin}|(?:{chinese})")


_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("table", _words("tables?", "tabellen?", "tablas?", "表格|列表")),
    ("scatter", _words("scatter", "streu|punkte?wolken?", "dispersi[óo]n", "散点")),
    ("histogram", _words("histograms?", "histogramme?", "histogramas?", "直方")),
    (
        "pie",
        _words(
            "pies?|donuts?|doughnuts?", "torten?|kuchen|kreis", "tarta|pastel|circular|sectores|torta", "饼[图状]|圆饼"
        ),
    ),
    ("area", _words("areas?", "flächen?", "[áa]reas?", "面积")),
    ("line", _words("lines?|curves?", "linien?|kurven?", "l[íi]neas?|curvas?|lineal", "折线|曲线|线图|线形")),
    ("bar", _words("bars?|columns?", "balken|säulen?", "barras?|columnas?", "柱[状形图]|条形|棒图")),
)
_NAMED_ALONE = re.compile(r"(?i)\b(?:histogramm?[aes]?s?|scatter\s?plots?)\b")
_STACKED = re.compile(r"(?i)\b(?:stacked|gestapelt\w*|apilad[oa]s?)\b|堆[叠积]")
_ACROSS = re.compile(r"(?i)\b(?:horizontal\w*|waagerecht\w*|liegend\w*)\b|水平|横向")
_SHARES = re.compile(r"(?i)\b(?:shares?|proportions?|breakdown|anteile?n?|proporci[óo]n|cuotas?)\b|占比|比例|份额")
_ANY = re.compile(
    r"(?i)\b(?:charts?|graphs?|plot(?:ted|s)?|diagrams?|visuali[sz]e[ds]?|draw|diagramm[es]?\w*|grafik(?:en)?|grafisch|"
    r"zeichne\w*|gr[áa]fic[oa]s?|graficar|diagramas?|dibuja\w*)\b|图|画"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of chart was wished for: "" where the words say a chart of any kind, or nothing of one."""

    kind: str = ""
    chart: bool = False
    stacked: bool = False
    horizontal: bool = False
    shares: bool = False


def wished(text: str) -> Wish:
    """Return what `text` says of the chart to show; its kind may be `table`, for none."""
    kind = next((name for name, pattern in _KINDS if pattern.search(text)), "")
    if not kind and (alone := _NAMED_ALONE.search(text)):
        kind = "scatter" if alone[0].lower().startswith("scatter") else "histogram"
    chart = kind not in {"", "table"} or bool(_ANY.search(text))
    return Wish(kind, chart, bool(_STACKED.search(text)), bool(_ACROSS.search(text)), bool(_SHARES.search(text)))
