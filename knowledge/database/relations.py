"""Hold what is known of the tables and parts that a query reads while its names are resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from knowledge.database.policy import TableView
from knowledge.errors import RefusedSqlError

TEXT = "text"  # Where an identifier keeps the spelling it was written in.


@dataclass(frozen=True, slots=True)
class Relation:
    """What a query or table gives: its columns, each masked or not; `small` when it is summed up or cut."""

    columns: Mapping[str, bool]
    small: bool = False


@dataclass(slots=True)
class Source:
    """One entry of a FROM clause by its alias; a base table has a `view` and notes the columns in use."""

    name: str
    relation: Relation
    node: exp.Expr
    view: TableView | None = None
    used: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Frame:
    """What the names of one SELECT may mean; `known` are the common table expressions in reach."""

    sources: dict[str, Source]
    shared: set[str] = field(default_factory=set)
    aliases: dict[str, exp.Expr] = field(default_factory=dict)
    masked: dict[str, bool] = field(default_factory=dict)
    clause: str = "select"
    known: Mapping[str, Relation] = field(default_factory=dict)


Stack = tuple[Frame, ...]  # The SELECT that a name stands in, then those around it.


def masked_error(name: str, how: str) -> RefusedSqlError:
    """Return the refusal of a masked column that is more than listed or counted."""
    return RefusedSqlError(
        f"{name} is masked for you: it can be listed or counted, but not {how}.",
        reason="masked",
        repair=f"The column {name} may only be selected as it is or counted, not {how}.",
    )
