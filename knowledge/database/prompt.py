"""Word what the model is shown: the tables a question needs, what their columns hold, and how they join."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.database.catalog import Catalog, Column, Relation
from knowledge.database.link import Linked
from knowledge.database.names import NUMBER_OF, stemmed, words
from knowledge.database.names import parts as parts_of
from knowledge.database.periods import Period

# Constant, and first in every prompt: it is read once and stays in the engine's cache.
SYSTEM = """You write one MySQL SELECT query that answers a question from the tables given.
Use only these tables and columns. Select exactly the columns that are asked for, in that order, and no others. \
Join only by the joins given. Follow the hints. Answer with the query alone.

Tables:
CREATE TABLE city (id int, name text, region text, people int)
CREATE TABLE shop (id int, city_id int, title text, opened date, open text)
CREATE TABLE receipt (id int, shop_id int, day date, total real)
Joins: shop.city_id = city.id; receipt.shop_id = shop.id
Question: What is the total by region since 1 March 2024?
SELECT c.region, SUM(r.total) AS total FROM receipt r JOIN shop s ON r.shop_id = s.id JOIN city c ON s.city_id = c.id \
WHERE r.day >= '2024-03-01' GROUP BY c.region
Question: Which 3 cities have the most shops? Give the name.
SELECT c.name FROM city c JOIN shop s ON s.city_id = c.id GROUP BY c.id, c.name ORDER BY COUNT(*) DESC LIMIT 3
Question: Which shops have no receipts?
SELECT s.title FROM shop s LEFT JOIN receipt r ON r.shop_id = s.id WHERE r.id IS NULL
Question: What share of the shops is open?
SELECT SUM(CASE WHEN open = 'yes' THEN 1 ELSE 0 END) / COUNT(*) AS share FROM shop
Question: What is the ratio of receipts to shops in each month?
SELECT DATE_FORMAT(day, '%Y-%m') AS month, COUNT(*) / COUNT(DISTINCT shop_id) AS ratio FROM receipt GROUP BY month"""
WIDE = 24  # Columns of a table from which on only those that matter are shown.
_TODAY = re.compile(r"(?i)\b(?:today|now|current(?:ly)?|ago|so far|since|recent(?:ly)?|old|age|last|past|next|this)\b")
_EACH = re.compile(
    r"(?i)\b(?:(?:for|in|by|at|to|from|per)\s+(?:each|every)|each|per|"
    r"(?<!order )(?<!ordered )(?<!sorted )(?<!ranked )by)"
    r"\s+(?P<what>(?!(?:of|the|total|number|average|most|highest|their)\b)[a-z]+(?:\s+[a-z]+){0,2})"
)
_COMPARES = re.compile(r"(?i)\b(?:compar\w+|versus|vs|against|beside|between)\b")
_SHAPES = {
    "month": "DATE_FORMAT({}, '%Y-%m')",
    "year": "YEAR({})",
    "day": "DATE({})",
    "quarter": "CONCAT(YEAR({0}), '-Q', QUARTER({0}))",
}
LISTED = 6  # Values of a column shown when it is spoken of.
TYPES = {"number": "int", "date": "date", "epoch": "int", "boolean": "bool", "text": "text"}


@dataclass(frozen=True, slots=True)
class Example:
    """A question whose SQL somebody has verified."""

    question: str
    sql: str


def prompt(
    question: str,
    catalog: Catalog,
    linked: Linked,
    *,
    today: date,
    spoken: Sequence[Period] = (),
    examples: Sequence[Example] = (),
    previous: Example | None = None,
) -> str:
    """Return all that the model is told about one question."""
    lines = ["Tables:", *(_table(each, linked) for each in linked.tables)]
    if joins := _joins(catalog, linked):
        lines.append(f"Joins: {'; '.join(joins)}")
    hints = [
        *_notes(linked),
        *_values(linked),
        *_compared(question, linked),
        *_groups(question, linked),
        *_counts(question, linked),
        *_metrics(linked),
        *linked.rules,
        *(_period(each, _date(linked)) for each in spoken),
    ]
    if hints:
        lines += ["Hints:", *(f"- {each}" for each in hints)]
    for example in examples:
        lines += [f"Question: {example.question}", _line(example.sql)]
    if previous is not None:
        lines += [f"Question: {previous.question}", _line(previous.sql), "Change that query so that it answers:"]
    if spoken or _TODAY.search(question):  # Told without need, a small model looks for today's rows only.
        lines.append(f"Today is {today:%A} {today.isoformat()}.")
    lines.append(f"Question: {_harmless(question)}")
    return "\n".join(lines)


def _table(relation: Relation, linked: Linked) -> str:
    shown = list(relation.columns.values())
    if len(shown) > WIDE:
        spoken = {each.full for each in linked.columns} | {each.column.full for each in linked.mentions}
        shown = [
            each
            for at, each in enumerate(shown)
            if each.full in spoken
            or each.key
            or at == 0
            or each.kind == "date"
            or stemmed(each.name)[-1:] in (("id",), ("name",))
        ]
    spoken = {each.full for each in linked.columns[:12]}
    return f"CREATE TABLE {relation.name} ({', '.join(_column(each, listed=each.full in spoken) for each in shown)})"


def _column(column: Column, *, listed: bool) -> str:
    """Return a column as it is declared, with its values where they are few and it is spoken of."""
    said = f"{column.name} {_type(column)}"
    coded = parts_of(column.name)[-1:] in (("id",), ("code",), ("name",))
    few = 1 < len(column.values) <= LISTED and sum(map(len, column.values)) < 90
    if not listed or coded or not few or _told(column):
        return said
    return f"{said} /* {', '.join(column.values)} */"


def _type(column: Column) -> str:
    if column.kind == "number" and any(mark in column.type.upper() for mark in ("REAL", "DEC", "NUM", "FLOA", "DOUB")):
        return "real"
    return TYPES[column.kind]


def _joins(catalog: Catalog, linked: Linked) -> list[str]:
    shown = {each.name.lower() for each in linked.tables}
    found = []
    for join in catalog.joins:
        if {join.table, join.to_table} <= shown:
            ends = [catalog.find(*end) for end in join.ends]
            found.append(" = ".join(each.full for each in ends if each))
    return found


def _notes(linked: Linked) -> list[str]:
    """Return what the columns that the question speaks of hold, where the name does not say it."""
    lines = []
    near = {each.name for each in linked.tables[:3]}
    for column in [each for each in linked.columns if each.table in near and "pii" not in each.tags][:7]:
        parts = []
        fresh = set(stemmed(column.note)) - set(
            stemmed(f"{words(column.name)} {words(column.table)} unique identifier")
        )
        if len(fresh) > 1:
            parts.append(column.note.rstrip(".")[:110])
        if column.kind == "epoch":
            parts.append(f"seconds since 1970: use FROM_UNIXTIME({column.name})")
        if column.unit:
            parts.append(f"in {column.unit}")
        if parts:
            lines.append(f"{column.full}: {'; '.join(parts)}")
    return lines


def _told(column: Column) -> bool:
    """Tell whether the note names the values already."""
    note = column.note.casefold()
    return sum(each.casefold() in note for each in column.values) * 2 > len(column.values)


def _values(linked: Linked) -> list[str]:
    """Return where the values stand that the question mentions; in the tables shown first."""
    rank = {each.name.lower(): at for at, each in enumerate(linked.tables)}
    said: dict[str, dict[int, list[str]]] = {}
    for mention in linked.mentions:
        if (at := rank.get(mention.column.table.lower())) is not None:
            said.setdefault(mention.said, {}).setdefault(at, []).append(mention.condition)
    # Of several tables that have a value, the one that the question is most about is meant.
    best = {each: list(dict.fromkeys(found[min(found)]))[:3] for each, found in said.items()}
    return [f"“{each}”: {' or '.join(found)}" for each, found in best.items()]


def _compared(question: str, linked: Linked) -> list[str]:
    """Return how values of one column are set side by side, where the question compares them."""
    if not _COMPARES.search(question):
        return []
    said: dict[str, list[str]] = {}
    for mention in linked.mentions:
        if mention.exact and mention.value not in said.setdefault(mention.column.full, []):
            said[mention.column.full].append(mention.value)
    column, values = next(((each, found) for each, found in said.items() if len(found) > 1), ("", []))
    if not column:
        return []
    quoted = ", ".join("'{}'".format(each.replace("'", "''")) for each in values)
    return [f"to compare: select {column}, WHERE {column} IN ({quoted}), and GROUP BY it"]


def _groups(question: str, linked: Linked) -> list[str]:
    """Return what the result is to be grouped by, where the question says it by a column's name."""
    lines = []
    for match in _EACH.finditer(question):
        said = stemmed(match["what"])[:3]
        shape = _SHAPES.get(said[0] if said else "")
        if shape and (moment := _date(linked)):
            lines.append(f"“{match[0].strip()}”: select {shape.format(moment)} AS {said[0]} and GROUP BY it")
        elif said and (column := _grouped(said, linked, bare=match[0].lower().startswith("by"))):
            lines.append(f"“{match[0].strip()}”: select {column.full} and GROUP BY it")
    return lines[:2]


def _counts(question: str, linked: Linked) -> list[str]:
    """Return which rows are counted, where the question asks for the number of a table's things."""
    lines = []
    for match in NUMBER_OF.finditer(question):
        said = stemmed(match["what"])
        for relation in linked.tables:
            own = stemmed(words(relation.name))
            # `number of seats` where a column holds them is no count of rows.
            held = any(set(own) < set(stemmed(words(each.name))) for each in relation.columns.values())
            if own and own == said[: len(own)] and not held:
                lines.append(f"“{match[0].strip()}”: count rows of {relation.name}, sum nothing")
                break
    return lines[:1]


def _grouped(said: Sequence[str], linked: Linked, *, bare: bool) -> Column | None:
    """Return the column that some words name: itself, or a table whose rows it names."""
    best: tuple[int, Column] | None = None
    for relation in linked.tables:
        table = set(stemmed(words(relation.name)))
        for column in relation.columns.values():
            own = set(stemmed(words(column.name)))
            if stemmed(column.name)[-1:] == ("id",) and "id" not in said:
                continue  # A thing is shown by its name, not by its number.
            if bare and column.kind == "number" and "year" not in own:
                continue  # The largest by an amount: no group.
            plain = (own - table - {"name", "id"}) or own
            fits = plain <= set(said) and said[0] in own | table
            if own == {"name"} and said[0] in table and len(table) == 1:
                fits = True
            score = 2 * len(own & set(said)) + len(table & set(said))
            if fits and (best is None or score > best[0]):
                best = (score, column)
    return best[1] if best else None


def _date(linked: Linked) -> str:
    """Return the column by which the first table with dates is dated: the one known, spoken of, or its first."""
    for relation in linked.tables[:2]:
        dates = [each.full for each in relation.columns.values() if each.kind == "date"]
        spoken = [each.full for each in linked.columns if each.full in dates]
        if relation.date:
            return f"{relation.name}.{relation.date}"
        if dates:
            return (spoken or dates)[0]
    return ""


def _metrics(linked: Linked) -> list[str]:
    return [
        f"{each.name} = {each.sql}{f' where {each.where}' if each.where else ''} (table {each.table})"
        for each in linked.metrics
    ]


def _period(period: Period, column: str) -> str:
    conditions = []
    column = column or "the date"
    if period.start:
        conditions.append(f"{column} >= '{period.start.isoformat()}'")
    if period.end:
        conditions.append(f"{column} < '{period.end.isoformat()}'")
    return f"“{period.said}”: {' and '.join(conditions)}"


def _line(sql: str) -> str:
    return " ".join(sql.split())


def _harmless(text: str) -> str:
    """Return `text` on one line, without what would be read as a change of speaker."""
    return " ".join("".join(each for each in text if each.isprintable() or each.isspace()).split()).replace("<|", "< |")
