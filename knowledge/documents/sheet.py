"""Read a data sheet: the attributes of one product or of several, each with the line that states it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.documents.quantity import quantity
from knowledge.types import Document, Page

FEWEST = 4  # Attributes of a data sheet.
SHARE = 0.5  # Of its lines that state an attribute.
LONGEST_NAME, LONGEST_VALUE = 60, 160

# What the columns of a sheet about one thing are called.
_NAMES = frozenset({"attribute", "attributes", "parameter", "property", "characteristic", "feature", "item", "field"})
_VALUES = frozenset({"value", "values", "specification", "data", "details", "spec", "description"})
_UNITS = frozenset({"unit", "units", "uom"})
_COLON = re.compile(r"(?P<name>[^\W\d_][^:|]{0,58}?)\s*:\s+(?P<value>\S.*)")
_QUANTITY = re.compile(r"(?P<name>[^\W\d_][^|:]{1,58}?)\s+(?P<value>(?:[A-Z]{3}\s|[€$£¥+−-])?\d\S*(?:\s\S+){0,6})")
_IN_UNIT = re.compile(
    r"(?P<name>.+?)\s*(?:[(\[](?:in\s+)?(?P<unit>[^()\[\]]{1,8})[)\]]|,\s*(?:in\s+)?(?P<short>\S{1,4}))$"
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a data sheet states; `line` is how it stands on its page, white space apart."""

    name: str
    value: str
    page: int
    line: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The attributes of one product in a document; `product` is "" where the document is about one alone."""

    document: Document
    product: str
    attributes: tuple[Attribute, ...]

    @property
    def called(self) -> str:
        """Return what heads its column."""
        name = self.document.name or self.document.title
        return f"{self.product} ({name})" if self.product else name


def sheets(document: Document, pages: Sequence[Page]) -> tuple[Sheet, ...]:
    """Return the products whose attributes a document states; none where it is anything but a data sheet."""
    products: dict[str, list[Attribute]] = {}
    lines = [(page.number, " ".join(line.split())) for page in pages for line in page.text.split("\n") if line.strip()]
    stating = 0
    several = _several([line for _, line in lines])
    for number, line in lines:
        found = list(_stated(line, several))
        stating += bool(found)
        for product, name, value in found:
            products.setdefault(product, []).append(Attribute(name, value, number, line))
    made = tuple(Sheet(document, product, _once(each)) for product, each in products.items() if len(each) >= FEWEST)
    return made if stating >= SHARE * len(lines) else ()


def _several(lines: Sequence[str]) -> frozenset[str]:
    """Return the names of the products that a matrix has beside one another, none where it has but values."""
    counts = Counter(name for line in lines for name, _ in _cells(line)[1])
    named = {name for name, count in counts.items() if count >= 2 and name.lower() not in _VALUES | _UNITS | _NAMES}
    return frozenset(named) if len(named) >= 2 else frozenset()


def _cells(line: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the first cell of a row and the others with the names of their columns."""
    first, *rest = [each.strip() for each in line.split("|")]
    cells = [each.partition(":") for each in rest]
    return first, [(name.strip(), value.strip()) for name, colon, value in cells if colon and value.strip()]


def _stated(line: str, several: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Yield product, attribute and value of a line."""
    if "|" in line:
        line = line.strip("| ")
        name, cells = _cells(line)
        if not 0 < len(name) <= LONGEST_NAME:
            return
        if several:
            yield from ((product, name, value) for product, value in cells if product in several)
        elif cells:
            values = [value for column, value in cells if column.lower() not in _UNITS | _NAMES]
            units = [value for column, value in cells if column.lower() in _UNITS]
            if len(values) == 1:
                yield "", *_with_unit(name, " ".join([*values, *units]))
        elif line.count("|") == 1 and not {each.strip().lower() for each in line.split("|")} & (_NAMES | _VALUES):
            value = line.split("|")[1].strip()
            if value and set(value) - set("-: "):
                yield "", *_with_unit(name, value)
        return
    for pattern in (_COLON, _QUANTITY):
        found = pattern.fullmatch(line)
        if found and len(found["value"]) <= LONGEST_VALUE and (pattern is _COLON or quantity(found["value"])):
            yield "", *_with_unit(found["name"], found["value"])
            return


def _with_unit(name: str, value: str) -> tuple[str, str]:
    """Return a name without the unit that it gives, put to the value: `Weight (kg)`, `1,250`."""
    found = _IN_UNIT.fullmatch(name)
    bare = quantity(value)
    if found and bare and not bare.measures:
        together = f"{value} {found['unit'] or found['short']}"
        stated = quantity(together)
        if stated and stated.measures:
            return found["name"], together
    return name, value


def _once(found: Sequence[Attribute]) -> tuple[Attribute, ...]:
    """Return each attribute once: the first that states it."""
    return tuple({each.name.lower(): each for each in reversed(found)}.values())[::-1]
