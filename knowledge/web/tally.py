"""Count what came of a crawl, and say it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some pages were left out, how many, and the address of the first of them."""

    why: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a crawl so far, in pages: `same` did not change, `gone` were kept and are no more."""

    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    left_out: int = 0
    reasons: tuple[Reason, ...] = ()

    @property
    def read(self) -> int:
        """Return how many pages were read."""
        return self.new + self.changed + self.same

    @property
    def news(self) -> bool:
        """Return whether anything is otherwise than before."""
        return bool(self.new or self.changed or self.gone)

    def leave_out(self, url: str, why: str) -> "Tally":
        """Return the tally with one more page that was left out."""
        reasons = list(self.reasons)
        for at, each in enumerate(reasons):
            if each.why == why:
                reasons[at] = replace(each, count=each.count + 1)
                break
        else:
            reasons.append(Reason(why, 1, url))
        return replace(self, left_out=self.left_out + 1, reasons=tuple(reasons[:MOST_REASONS]))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        reasons = [[each.why, each.count, each.example] for each in self.reasons]
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"reasons": reasons}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Make the tally that `to_json` wrote."""
        return cls(**{**data, "reasons": tuple(Reason(*each) for each in data["reasons"])})

    @property
    def words(self) -> str:
        """Return the tally as a person would tell it."""
        pages = "1 page" if self.read == 1 else f"{self.read} pages"
        told = f"{pages} read: {self.new} new, {self.changed} changed, {self.same} unchanged; {self.gone} gone"
        return told + (f", {self.left_out} left out" if self.left_out else "")

    def why(self, most: int) -> Sequence[str]:
        """Return why pages were left out, the most frequent reasons first, each with an address."""
        often = sorted(self.reasons, key=lambda each: -each.count)[:most]
        return [f"{each.count} × {each.why.rstrip('.')}, as {each.example}" for each in often]
