"""Compare two files without Slack: `teller compare`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from knowledge.errors import UserError
from workers.settings import Settings


def compare(arguments: argparse.Namespace, settings: Settings) -> int:
    """Compare two contracts; print what differs, and write the report where that is asked for."""
    from knowledge.documents.clauses import clauses
    from knowledge.documents.compare import compare as compare_documents
    from knowledge.documents.playbook import TABLE, check, read_playbook
    from knowledge.documents.read import read
    from knowledge.documents.report import difference, report
    from knowledge.documents.title import title_and_parties
    from knowledge.types import Document
    from workers.wiring import build

    paths = [Path(each) for each in (arguments.first, arguments.second)]
    if missing := [str(path) for path in paths if not path.is_file()]:
        raise UserError(f"There is no file {missing[0]}.")
    readings = [read(path, name=path.name) for path in paths]
    documents = [
        Document(path.name, path.name, *title_and_parties(reading.pages, name=path.name), len(reading.pages))
        for path, reading in zip(paths, readings, strict=True)
    ]
    rules = read_playbook(Path(arguments.playbook) if arguments.playbook else TABLE)
    found = compare_documents(
        documents[0], readings[0].pages, documents[1], readings[1].pages, build(settings).embeddings
    )
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
