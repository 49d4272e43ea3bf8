"""Read what a data sheet states as a quantity, and tell whether two are the same whatever their units."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

NEAR = 0.005  # Share by which two numbers may differ and still be one number rounded.

TABLE = Path(__file__).with_name("units.yaml")
_UNITS: dict[str, tuple[str, float]] = {
    str(unit): (str(measures), float(size))
    for measures, units in yaml.safe_load(TABLE.read_text(encoding="utf-8")).items()
    for unit, size in units.items()
}
# Of these the first letter decides: a megawatt is no milliwatt.
_MEGA = {"MW": ("power", 1e3), "mW": ("power", 1e-6), "MPa": ("pressure", 10.0), "mPa": ("pressure", 1e-8)}
_MONEY = r"(?:US\$|[€$£¥]|EUR|USD|GBP|NOK|SEK|DKK|CHF|JPY|CNY)"
_BETWEEN = (" to ", " × ")
_NUMBER = r"[-−+]?\d{1,3}(?:[,'\u202f ]\d{3})+(?:\.\d+)?|[-−+]?\d+(?:[.,]\d+)?"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_LAST_UNIT = re.compile(rf"(?<=[\d\s])(?P<unit>{_UNIT})(?![\w/²³])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One or more numbers of what `measures` says, in the first unit of its kind; money is not converted.

    `between` is what stands between numbers: `10 to 20`, `2 × 3`.
    """

    numbers: tuple[float, ...]
    measures: str = ""
    between: str = field(default="", compare=False)

    def same(self, other: "Quantity") -> bool:
        """Tell whether another states the same, rounding apart."""
        return (
            self.measures == other.measures
            and len(self.numbers) == len(other.numbers)
            and all(abs(a - b) <= NEAR * max(abs(a), abs(b)) for a, b in zip(self.numbers, other.numbers, strict=True))
        )


def quantity(text: str) -> Quantity | None:
    """Return what a value states, None for one that states no quantity or more than one.

    `1,250 kg`, `0.5 t`, `10–20 mm`, `1200 x 800 x 600 mm`, `EUR 1,500`, `12 %` and a bare `4` are quantities.
    """
    text = " ".join(text.split()).strip(" .;")
    units = [_kind(match["unit"]) for match in _LAST_UNIT.finditer(text)]
    stripped = _LAST_UNIT.sub(" ", text)
    money = re.match(rf"\s*({_MONEY})\s?(?=\d)", stripped, re.IGNORECASE)
    if money:
        units.append(_kind(money[1]))
        stripped = stripped[money.end() :]
    parts = re.split(r"\s*(?:[x×*–]|\bto\b|\.\.\.|…|(?<=\d)\s*-\s*(?=\d))\s*", stripped.strip())
    if not 0 < len(parts) <= 4 or not all(re.fullmatch(_NUMBER, part.strip()) for part in parts):
        return None
    if len({measures for measures, _ in units}) > 1:
        return None
    measures, size = units[-1] if units else ("", 1.0)
    sizes = [each for _, each in units] if len(units) == len(parts) else [size] * len(parts)
    numbers = tuple(_number(part) * each for part, each in zip(parts, sizes, strict=True))
    if measures == "fahrenheit":
        return Quantity(tuple((each - 32) / 1.8 for each in numbers), "temperature", " to ")
    return Quantity(numbers, measures, _BETWEEN[bool(re.search(r"[x×*]", stripped))])


def unit_of(text: str) -> str:
    """Return the last unit that a value or a name has, as written; "" where it has none."""
    found = list(_LAST_UNIT.finditer(f" {text}"))
    return found[-1]["unit"] if found else ""


def written_in(stated: Quantity, unit: str) -> str:
    """Return a quantity in a unit of its kind, "" where the unit is of another."""
    kind = _kind(unit) if unit else ("", 1.0)
    if kind[0] == "fahrenheit" and stated.measures == "temperature":
        numbers = [each * 1.8 + 32 for each in stated.numbers]
    elif kind[0] != stated.measures or not unit:
        return ""
    else:
        numbers = [each / kind[1] for each in stated.numbers]
    return f"{stated.between.join(map(_shown, numbers))} {unit}"


def _kind(unit: str) -> tuple[str, float]:
    return _MEGA.get(unit) or _UNITS[unit.lower()]


def _number(text: str) -> float:
    text = text.strip().replace("−", "-").replace("'", "").replace("\u202f", "").replace(" ", "")
    if re.fullmatch(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))


def _shown(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 or number == round(number) else f"{number:.4g}"
