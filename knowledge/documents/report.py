"""Write a comparison as one page of HTML that needs nothing else: no script, no picture, no network."""

from collections.abc import Iterable, Sequence
from html import escape

from knowledge.documents.clauses import Clause
from knowledge.documents.compare import Alone, Comparison, KindRow, Pair
from knowledge.documents.playbook import Finding

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1d1c1d;max-width:1100px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:2px solid #0b5394}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid #d0d0d0;padding:.4rem .6rem;text-align:left;vertical-align:top}
th{background:#f2f5f9}del{background:#ffe3e0;color:#8a1c12}
ins{background:#dff3e4;color:#0f5a2b;text-decoration:none;font-weight:600}
.pair{margin:1.2rem 0;border:1px solid #d0d0d0;border-radius:6px;padding:.6rem .9rem}
.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
.note{color:#555;font-size:.9rem;font-weight:400}.met{color:#0f5a2b}.missing,.forbidden{color:#8a1c12;font-weight:600}q{color:#333}
@media print{details{display:block}.pair{break-inside:avoid}}
"""
VERDICTS = {"same": "the same", "changed": "changed", "reworded": "written otherwise"}
STATUSES = {"met": "✓ met", "missing": "✗ missing", "forbidden": "✗ stands in it"}
HOW = (
    "Clauses were aligned by heading, number, kind and meaning, one with one or one with several. "
    "Check what matters on the pages."
)
ALONE_SHOWN = 1500  # Characters of a clause that stands alone.


def report(comparison: Comparison, checks: Sequence[tuple[Finding, Finding]] = ()) -> str:
    """Return the page; `checks` are the playbook's findings for both contracts, rule by rule."""
    a, b = (_name(each.name or each.title) for each in (comparison.a, comparison.b))
    counts = ", ".join(f"{comparison.count(verdict)} {words}" for verdict, words in VERDICTS.items())  # type: ignore[arg-type]
    numbers = (
        f"<p>{len(comparison.pairs)} clauses stand in both ({counts}); {len(comparison.only_a)} only in the first, "
        f"{len(comparison.only_b)} only in the second.{_several(comparison)}</p>"
    )
    parts = [
        f"<h1>{a} <small>beside</small> {b}</h1>",
        numbers,
        f"<p class=note>{HOW}</p>",
        _summary(comparison.kinds, a, b),
        *([_playbook(checks, a, b)] if checks else []),
        "<h2>Clause by clause</h2>",
        "<p class=note><del>Words only in the first</del>, <ins>words only in the second</ins>.</p>",
        *map(_pair, comparison.pairs),
        _alone(f"Only in {a}", comparison.only_a),
        _alone(f"Only in {b}", comparison.only_b),
    ]
    head = (
        f'<meta charset=utf-8><meta http-equiv=Content-Security-Policy content="{POLICY}">'
        f"<title>{a} beside {b}</title><style>{STYLE}</style>"
    )
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _several(comparison: Comparison) -> str:
    count = comparison.several
    return f" In {count} of them one clause stands against several." if count else ""


def _summary(rows: Iterable[KindRow], a: str, b: str) -> str:
    lines = [
        f"<tr><th>{escape(row.kind.capitalize())}</th><td>{_places(row.a)}</td><td>{_places(row.b)}</td><td>{_difference(row)}</td><td>{_gains(row)}</td></tr>"
        for row in rows
    ]
    head = f"<tr><th>Kind</th><th>{a}</th><th>{b}</th><th>Difference</th><th>Who gains</th></tr>"
    note = (
        "<p class=note>Who gains is said where a number or a party decides it; the rest is for a lawyer to weigh.</p>"
    )
    return f"<h2>By kind of clause</h2>{note}<table>{head}{''.join(lines)}</table>"


def _gains(row: KindRow) -> str:
    return "<br>".join(escape(f"{each[0].upper()}{each[1:]}.") for each in row.gains)


def difference(row: KindRow) -> str:
    """Return in plain words how the two contracts differ in one kind of clause."""
    if row.a and not row.b:
        return "only in the first"
    if row.b and not row.a:
        return "only in the second"
    if row.elsewhere:
        return f"in the {row.elsewhere} under another heading"
    if row.same:
        return "the same"
    told = [
        f"{side}: {', '.join(terms[:5])}" for side, terms in (("first", row.only_a), ("second", row.only_b)) if terms
    ]
    return "; ".join(told) or ("other words, the same periods and amounts" if row.shared else "other words")


def _difference(row: KindRow) -> str:
    return escape(difference(row))


def _places(found: Sequence[Clause]) -> str:
    return "<br>".join(f"{escape(each.label[:70])} <span class=note>p. {each.page}</span>" for each in found[:6]) + (
        f"<br><span class=note>and {len(found) - 6} more</span>" if len(found) > 6 else ""
    )


def _playbook(checks: Sequence[tuple[Finding, Finding]], a: str, b: str) -> str:
    lines = []
    for first, second in checks:
        rule = first.rule
        wording = f"<br><span class=note>Preferred: {escape(rule.preferred)}</span>" if rule.preferred else ""
        lines.append(
            f"<tr><th>{escape(rule.name)}<br><span class=note>{escape(rule.why)}</span>{wording}</th>"
            f"<td>{_finding(first)}</td><td>{_finding(second)}</td></tr>"
        )
    return f"<h2>Against the playbook</h2><table><tr><th>Rule</th><th>{a}</th><th>{b}</th></tr>{''.join(lines)}</table>"


def _finding(finding: Finding) -> str:
    quotes = "".join(
        f"<br>{escape(each.clause.label[:60])}, p. {each.clause.page}: <q>{escape(each.quote)}</q>"
        for each in finding.evidence
    )
    return f"<span class={finding.status}>{STATUSES[finding.status]}</span>{quotes}"


def _pair(pair: Pair) -> str:
    kind = pair.a[0].kind if len(pair.a) == 1 else pair.b[0].kind
    several = "" if len(pair.a) == len(pair.b) else " · one clause against several"
    head = (
        f"{_labels(pair.a)} ↔ {_labels(pair.b)} "
        f"<span class=note>· {escape(kind)} · {VERDICTS[pair.verdict]}{several}</span>"
    )
    if pair.verdict == "same":
        return f"<div class=pair>{head}</div>"
    if pair.verdict == "reworded":
        return (
            f"<div class=pair>{head}<div class=two><div>{_texts(pair.a)}</div><div>{_texts(pair.b)}</div></div></div>"
        )
    tags = {"both": ("", ""), "a": ("<del>", "</del>"), "b": ("<ins>", "</ins>")}
    words = " ".join(f"{tags[each.where][0]}{escape(each.text)}{tags[each.where][1]}" for each in pair.changes)
    return f"<div class=pair>{head}<p>{words}</p></div>"


def _labels(found: Sequence[Clause]) -> str:
    return " + ".join(f"<b>{escape(each.label[:90])}</b> <span class=note>p. {each.page}</span>" for each in found)


def _texts(found: Sequence[Clause]) -> str:
    return "".join(f"<p>{_text(each.text)}</p>" for each in found)


def _alone(title: str, found: Sequence[Alone]) -> str:
    parts = []
    for each in found:
        near = f" · nearest: {escape(each.near.label[:70])}, p. {each.near.page}" if each.near else ""
        parts.append(
            f"<div class=pair><b>{escape(each.clause.label[:90])}</b> <span class=note>p. {each.clause.page} · "
            f"{escape(each.clause.kind)}{near}</span><p>{_text(each.clause.text[:ALONE_SHOWN])}</p></div>"
        )
    return f"<h2>{title}</h2>{''.join(parts) or '<p>Nothing.</p>'}"


def _text(text: str) -> str:
    return escape(" ".join(text.split()))


def _name(name: str) -> str:
    return escape(" ".join(name.split())[:120])
