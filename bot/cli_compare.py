"""Compare files without Slack: `teller compare`."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import UserError
from knowledge.types import Document
from workers.settings import Settings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from knowledge.documents.read import Reading
    from knowledge.documents.sheet import Sheet

WIDEST = 44  # Characters of a column on the terminal.


def compare(arguments: argparse.Namespace, settings: Settings) -> int:
    """Compare files; print what differs, and write the report where that is asked for."""
    from knowledge.documents.read import read
    from knowledge.documents.sheet import sheets
    from knowledge.documents.title import title_and_parties
    from workers.wiring import build

    paths = [Path(each) for each in (arguments.first, *arguments.others)]
    if missing := [str(path) for path in paths if not path.is_file()]:
        raise UserError(f"There is no file {missing[0]}.")
    readings = [read(path, name=path.name) for path in paths]
    documents = [
        Document(path.name, path.name, *title_and_parties(reading.pages, name=path.name), len(reading.pages))
        for path, reading in zip(paths, readings, strict=True)
    ]
    found = [sheets(document, reading.pages) for document, reading in zip(documents, readings, strict=True)]
    embeddings = build(settings).embeddings
    if all(found):
        return _compare_sheets(arguments, [each for one in found for each in one], embeddings)
    if len(paths) > 2:
        none = next(document.name for document, sheet in zip(documents, found, strict=True) if not sheet)
        raise UserError(f"More than two files are compared only where all are data sheets; {none} is none.")
    return _compare_contracts(arguments, documents, readings, embeddings)


def _compare_sheets(arguments: argparse.Namespace, found: "Sequence[Sheet]", embeddings: "Embeddings") -> int:
    from knowledge.documents.sheet_report import MARKS, sheet_report
    from knowledge.documents.sheets import compare_sheets

    table = compare_sheets(found, embeddings)
    if arguments.html:
        Path(arguments.html).write_text(sheet_report(table), encoding="utf-8")
    columns = [each.called for each in table.sheets]
    rows = [(row.name, [cell.shown if cell else None for cell in row.cells], row.mark) for row in table.rows]
    if arguments.json:
        told = [{"attribute": name, "values": values, "difference": mark} for name, values, mark in rows]
        print(json.dumps({"columns": columns, "attributes": told}, ensure_ascii=False))
        return 0
    lines = [
        ["", *columns, ""],
        *([name, *(each or "–" for each in values), MARKS[mark]] for name, values, mark in rows),
    ]
    cut = [[each if len(each) <= WIDEST else f"{each[: WIDEST - 1]}…" for each in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    for line in cut:
        print("  ".join(each.ljust(width) for each, width in zip(line, widths, strict=True)).rstrip())
    return 0


def _compare_contracts(
    arguments: argparse.Namespace,
    documents: Sequence[Document],
    readings: "Sequence[Reading]",
    embeddings: "Embeddings",
) -> int:
    from knowledge.documents.clauses import clauses
    from knowledge.documents.compare import compare as compare_documents
    from knowledge.documents.playbook import TABLE, check, read_playbook
    from knowledge.documents.report import difference, report

    rules = read_playbook(Path(arguments.playbook) if arguments.playbook else TABLE)
    found = compare_documents(documents[0], readings[0].pages, documents[1], readings[1].pages, embeddings)
    checks = tuple(zip(*(check(clauses(each.pages), rules) for each in readings), strict=True))
    if arguments.html:
        Path(arguments.html).write_text(report(found, checks), encoding="utf-8")
    if arguments.json:
        pairs = [{**asdict(pair), "changes": None, "verdict": pair.verdict} for pair in found.pairs]
        alone = {name: [asdict(each) for each in getattr(found, name)] for name in ("only_a", "only_b")}
        judged = [{"rule": pair[0].rule.id, "a": pair[0].status, "b": pair[1].status} for pair in checks]
        print(json.dumps({"pairs": pairs, **alone, "playbook": judged}, ensure_ascii=False))
        return 0
    for row in found.kinds:
        print(f"{row.kind}: {difference(row)}")
    print(
        f"{len(found.pairs)} clauses in both, {len(found.only_a)} only in the first, {len(found.only_b)} in the second"
    )
    for first, second in checks:
        print(f"{first.rule.name}: {first.status} / {second.status}")
    return 0
