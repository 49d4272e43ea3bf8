"""Two contracts beside one another: what is the same, what changed, what only one has, and what the bank would want."""

import re
import time
from html.parser import HTMLParser

import pytest

from knowledge.documents.align import match
from knowledge.documents.clauses import clauses
from knowledge.documents.compare import changes, compare
from knowledge.documents.comparing import Comparer, CompareWish, compare_wish
from knowledge.documents.key_terms import key_terms
from knowledge.documents.playbook import TABLE, check, read_playbook
from knowledge.documents.report import difference, report
from knowledge.errors import UserError
from knowledge.types import PUBLIC, Audience, Document, Page, Question

FIRST = """HOSTING AGREEMENT

This Agreement is made by and between Alpha Bank ASA and Hoster Ltd. The parties agree as follows.

1. TERM. This Agreement begins on 1 March 2026 and continues for an initial term of three (3) years.

2. TERMINATION. Either party may terminate this Agreement for convenience upon ninety (90) days written notice.

3. FEES. The customer shall pay a fee of $5,000 a month within thirty (30) days of the invoice.

4. CONFIDENTIALITY
4.1 Each party shall keep the other's confidential information secret and shall not disclose it.
4.2 The obligation lasts for five (5) years after the end of this Agreement.

5. GOVERNING LAW. This Agreement shall be governed by and construed in accordance with the laws of Norway.

6. AUDIT. The customer may audit the books and records of the supplier on ten (10) days notice.
"""
SECOND = """HOSTING AGREEMENT

This Agreement is made by and between Beta Bank AB and Hoster Ltd. The parties agree as follows.

1. CHOICE OF LAW. This Agreement shall be governed by and construed in accordance with the laws of Sweden.

2. FEES. The customer shall pay a fee of $5,000 a month within thirty (30) days of the invoice.

3. TERM. This Agreement begins on 1 March 2026 and continues for an initial term of five (5) years. It shall be
automatically renewed for successive terms of one year.

4. TERMINATION. Either party may terminate this Agreement for convenience upon thirty (30) days written notice.

5. INSURANCE. The supplier shall maintain general liability insurance of at least $1,000,000 for each claim.

6. CONFIDENTIAL INFORMATION. Each party shall keep the other's confidential information secret and shall not
disclose it.
"""
A = Document("a" * 64, "alpha.txt", "HOSTING AGREEMENT", ("Alpha Bank ASA", "Hoster Ltd"), 1)
B = Document("b" * 64, "beta.txt", "HOSTING AGREEMENT", ("Beta Bank AB", "Hoster Ltd"), 1)


@pytest.fixture
def comparison(embeddings):
    return compare(A, (Page(1, FIRST),), B, (Page(1, SECOND),), embeddings)


def test_clauses_have_number_heading_kind_and_the_numbered_parts_of_a_section_are_one():
    found = {each.number: each for each in clauses((Page(1, FIRST),))}

    assert [found[number].kind for number in "123456"] == [
        "term and renewal", "termination", "payment", "confidentiality", "governing law", "audit and records",
    ]  # fmt: skip
    assert found["4"].heading == "CONFIDENTIALITY"
    assert "five (5) years" in found["4"].text


def test_a_table_of_contents_holds_no_clauses():
    contents = "1. TERM ............ 2\n2. TERMINATION ............ 3\n3. FEES ............ 4\n\n"

    assert [each.number for each in clauses((Page(1, contents), Page(2, FIRST, len(contents) + 2)))].count("1") == 1


def test_clauses_are_paired_whatever_their_order_and_each_once(comparison):
    paired = {pair.a[0].number: pair.b[0].number for pair in comparison.pairs if pair.a[0].number}

    assert paired == {"1": "3", "2": "4", "3": "2", "4": "6", "5": "1"}
    assert [each.clause.heading for each in comparison.only_a] == ["AUDIT"]
    assert [each.clause.heading for each in comparison.only_b] == ["INSURANCE"]


def test_what_changed_is_told_word_by_word(comparison):
    pairs = {pair.a[0].heading: pair for pair in comparison.pairs}

    assert pairs["FEES"].verdict == "same"
    ended = pairs["TERMINATION"]
    assert ended.verdict == "changed"
    assert [(each.where, each.text) for each in ended.changes if each.where != "both"] == [
        ("a", "ninety"), ("b", "thirty"), ("a", "90"), ("b", "30"),
    ]  # fmt: skip


def test_each_kind_of_clause_says_what_periods_amounts_and_laws_differ(comparison):
    rows = {row.kind: row for row in comparison.kinds}

    assert (rows["termination"].only_a, rows["termination"].only_b) == (("90 days",), ("30 days",))
    assert (rows["governing law"].only_a, rows["governing law"].only_b) == (("law of Norway",), ("law of Sweden",))
    assert rows["payment"].same
    assert rows["insurance"].a == ()


def test_words_in_common_are_counted_and_nothing_is_lost():
    likeness, found = changes("The fee is $5 (five).", "The fee is $6 (six) now.")

    assert 0.5 < likeness < 1
    for side, words in (("a", "The fee is $5 (five)."), ("b", "The fee is $6 (six) now.")):
        said = "".join(each.text for each in found if each.where in {"both", side})
        assert re.sub(r"\s", "", said) == re.sub(r"\s", "", words)


WHOLE = """1. REPRESENTATIONS AND WARRANTIES. The supplier represents and warrants that it is a company in good
standing. The supplier represents and warrants that the services are performed in a professional manner.

2. CHOICE OF LAW; ARBITRATION. This Agreement shall be governed by the laws of Norway. Any dispute shall be settled by
binding arbitration in Oslo under the rules of the chamber of commerce.

3. INSURANCE. The supplier shall maintain general liability insurance and show a certificate of insurance.
"""
PARTS = """1. REPRESENTATIONS AND WARRANTIES
1.1 Good Standing. The supplier represents and warrants that it is a company in good standing.
1.2 Performance. The supplier represents and warrants that the services are performed in a professional manner.

2. GOVERNING LAW. This Agreement shall be governed by the laws of Sweden.

3. ARBITRATION. Any dispute shall be settled by binding arbitration in Stockholm under the rules of the chamber.

4. PUBLICITY. Neither party shall issue a press release about this Agreement.
"""


@pytest.mark.parametrize("turned", [False, True])
def test_one_clause_stands_against_several_that_are_its_parts(embeddings, turned):
    texts = (PARTS, WHOLE) if turned else (WHOLE, PARTS)
    found = compare(A, (Page(1, texts[0]),), B, (Page(1, texts[1]),), embeddings)

    sides = [(pair.b, pair.a) if turned else (pair.a, pair.b) for pair in found.pairs]
    assert {one[0].number: [each.number for each in several] for one, several in sides} == {
        "1": ["1.1", "1.2"], "2": ["2", "3"],
    }  # fmt: skip
    assert found.several == 2
    assert {each.clause.heading for each in (*found.only_a, *found.only_b)} == {"INSURANCE", "PUBLICITY"}
    page = report(found)
    assert "one clause against several" in page
    assert "<b>2 GOVERNING LAW</b> <span class=note>p. 1</span> + <b>3 ARBITRATION</b>" in page


def test_lettered_parts_stand_under_the_numbered_section_before_them():
    sections = ("7. WARRANTIES", "A. PERIOD. The goods are warranted.", "B. LIMITS. No other warranty is given.")
    text = "\n\n".join((*sections, "8. TERM. This agreement runs for a year."))

    assert [each.path for each in clauses((Page(1, text),))] == [("WARRANTIES",), ("WARRANTIES",), ()]


def test_key_terms_are_written_one_way():
    text = (
        "within thirty (30) business days, for 3 years, $1,000,000, 1.5 percent, by the laws of the State of New York"
    )

    assert key_terms(text) == ("30 days", "3 years", "USD 1,000,000", "1.5 %", "law of New York")


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("on ninety days notice", ("90 days",)),
        ("on one hundred and twenty days notice", ("120 days",)),
        ("a three-month period", ("3 months",)),
        ("within 24 hours", ("24 hours",)),
        ("until 31 December 2027", ("2027-12-31",)),
        ("5,000 euros", ("EUR 5,000",)),
        ("one million dollars ($1,000,000)", ("USD 1,000,000",)),
        ("2.5 million dollars", ("USD 2,500,000",)),
        ("$4.50m a year", ("USD 4,500,000",)),
        ("five percent (5%)", ("5 %",)),
        ("under Irish law", ("law of Ireland",)),
        ("the laws of the State of Texas", ("law of Texas",)),
        ("the laws of Texas", ("law of Texas",)),
    ],
)
def test_key_terms_are_read_however_they_are_written(text, terms):
    assert key_terms(text) == terms


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("ninety days notice", "thirty days notice", "first: 90 days; second: 30 days"),
        ("thirty days notice", "thirty (30) days written notice", "other words, the same periods and amounts"),
        ("notice in good time", "a letter that comes soon enough", "other words"),
    ],
)
def test_periods_are_called_the_same_only_where_both_name_some(embeddings, first, second, told):
    texts = (f"1. TERMINATION. Either party may end this Agreement upon {words}." for words in (first, second))
    found = compare(
        *(each for document, text in zip((A, B), texts, strict=True) for each in (document, (Page(1, text),))),
        embeddings,
    )

    assert [difference(row) for row in found.kinds] == [told]


LEASED = """1. CHOICE OF LAW; ARBITRATION; VENUE. Every dispute is settled by binding arbitration in Oslo before one
arbitrator, and the arbitrator applies Norwegian law.

2. INDEMNITY. The lessor shall indemnify and hold harmless the lessee. IN NO EVENT SHALL THE LESSOR'S LIABILITY EXCEED
THE RENT OF A YEAR.
"""
RENTED = """1. GOVERNING LAW. This lease shall be governed by the laws of Sweden.

2. LIMITATION OF LIABILITY. The lessor's aggregate liability shall not exceed the rent of two years.

3. INSURANCE. The lessee shall maintain general liability insurance.
"""


@pytest.mark.parametrize("turned", [False, True])
def test_a_kind_stands_in_one_only_where_nothing_in_the_other_speaks_of_it(embeddings, turned):
    texts = (RENTED, LEASED) if turned else (LEASED, RENTED)
    found = compare(A, (Page(1, texts[0]),), B, (Page(1, texts[1]),), embeddings)

    told = {row.kind: difference(row) for row in found.kinds}

    leased, rented = ("second", "first") if turned else ("first", "second")
    assert "only in" not in told["governing law"]
    assert told["liability"] == f"in the {leased} under another heading"
    assert told["insurance"] == f"only in the {rented}"


def test_the_best_pairs_are_taken_first():
    import numpy as np

    assert match(np.array([[0.9, 0.8], [0.85, 0.2]], dtype=np.float32)) == {0: 0}


def test_the_playbook_finds_what_is_missing_and_what_must_not_be_there_with_its_words():
    first, second = (
        {each.rule.id: each for each in check(clauses((Page(1, text),)), read_playbook())} for text in (FIRST, SECOND)
    )

    assert first["audit"].status == "met"
    assert second["audit"].status == "missing"
    assert second["audit"].evidence == ()
    assert second["insurance"].status == "met"
    assert first["silent-renewal"].status == "met"
    assert second["silent-renewal"].status == "forbidden"
    assert "automatically renewed" in second["silent-renewal"].evidence[0].quote
    for finding in (*first.values(), *second.values()):
        for proof in finding.evidence:
            assert proof.quote in " ".join(proof.clause.text.split())


def _status(words, rule, heading="GENERAL"):
    found = check(clauses((Page(1, f"7. {heading}. {words}\n"),)), read_playbook())
    return next(each.status for each in found if each.rule.id == rule)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("governing-law", "Each purchase order shall be governed by this Agreement and its annexes."),
        ("governing-law", "A clause is enforced as far as the laws of any place permit."),
        ("liability-cap", "In no event will the Reseller grant sublicences to anyone."),
        ("liability-cap", "The Supplier bears all liabilities, including but not limited to fines."),
        ("dispute-resolution", "If a term is held by a court of competent jurisdiction to be invalid, the rest stays."),
        ("dispute-resolution", "A term that the courts of a country find unenforceable is left out."),
        (
            "termination-for-convenience",
            "If a breach is not cured within ten days, the other party may terminate this Agreement at any time.",
        ),
        (
            "termination-for-convenience",
            "The Bank may terminate this Agreement on written notice at any time following the end of that cure time.",
        ),
        ("termination-for-convenience", "Upon termination for any reason each party returns what it was lent."),
        ("termination-for-convenience", "Either party may terminate upon notice if the other fails to pay."),
    ],
)
def test_words_that_only_sound_like_a_rule_do_not_meet_it(rule, words):
    assert _status(words, rule) == "missing"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("governing-law", "This deed is governed, construed and interpreted in accordance with the laws of Ohio."),
        ("governing-law", "It shall be construed and enforced in accordance with the laws of the State of Ohio."),
        ("governing-law", "This contract shall be governed by Irish law."),
        ("governing-law", "The laws of the State of New York shall apply."),
        ("liability-cap", "In no event shall either party be liable for lost profits."),
        ("liability-cap", "The Supplier's total liability shall not exceed the fees of one year."),
        ("dispute-resolution", "The parties submit to the exclusive jurisdiction of the courts of Oslo."),
        ("dispute-resolution", "Suits are brought in the federal courts located in Boston."),
        ("dispute-resolution", "Any dispute is settled by arbitration."),
        ("termination-for-convenience", "The Bank may terminate this Agreement at any time on thirty days' notice."),
        ("termination-for-convenience", "The Bank may at any time terminate this Agreement by letter."),
        ("termination-for-convenience", "The Bank may, without cause, terminate this Agreement."),
        ("termination-for-convenience", "The Bank may terminate at any time after the first year."),
        ("termination-for-convenience", "Either party may terminate this Agreement upon sixty days' written notice."),
        ("audit", "The ledgers shall be open for inspection by an independent accountant."),
        ("assignment-needs-consent", "Neither party shall assign it without the prior written approval of the other."),
    ],
)
def test_what_a_rule_asks_for_is_found_in_other_words(rule, words):
    assert _status(words, rule) == "met"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("This Agreement may be amended at any time by a paper in writing and signed by both parties.", "met"),
        ("The parties may amend this Agreement at any time.", "met"),
        ("Each party may change its address at any time.", "met"),
        ("The Supplier may change its prices at any time.", "forbidden"),
        ("The Supplier may at any time amend the price list.", "forbidden"),
        ("The Supplier reserves the right to modify the services without notice.", "forbidden"),
        ("The fees may be changed by the Supplier in its sole discretion.", "forbidden"),
    ],
)
def test_a_change_is_forbidden_only_where_one_side_makes_it_alone(words, status):
    assert _status(words, "unilateral-change") == status


@pytest.mark.parametrize(
    "words", ["may ", "party may terminate ", "liability ", "construed ", "breach may at any time "]
)
def test_the_rules_read_long_sentences_in_little_time(words):
    began = time.monotonic()

    _status(words * 2000, "governing-law")

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- {id: a}", "no name"),
        ("- {id: a, name: A}", "nothing is required"),
        ("- {id: a, name: A, required: ['(']}", "pattern"),
        ("- {id: a, name: A, required: [x], kinds: [nonsense]}", "nonsense"),
        ("- {id: a, name: A, required: [x], wanted: 1}", "wanted"),
        ("- {id: a, name: A, required: [x]}\n- {id: a, name: A, required: [x]}", "two rules"),
        ("just words", "not a list"),
        ("{", "cannot be read"),
    ],
)
def test_a_wrong_playbook_is_refused_with_the_place(tmp_path, text, words):
    path = tmp_path / "playbook.yaml"
    path.write_text(text)

    with pytest.raises(UserError, match=words):
        read_playbook(path)


def test_every_rule_of_the_playbook_that_comes_along_says_why():
    assert all(rule.why for rule in read_playbook(TABLE))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "onclick", "onload"}


def test_the_report_is_one_page_that_nothing_in_a_contract_can_change(embeddings):
    evil = FIRST.replace("TERMINATION.", "<script>alert(1)</script> TERMINATION <img src=x onerror=alert(1)>.")
    found = compare(A, (Page(1, evil),), B, (Page(1, SECOND),), embeddings)
    checks = tuple(zip(*(check(clauses((Page(1, text),)), read_playbook()) for text in (evil, SECOND)), strict=True))

    page = report(found, checks)

    tags = Tags()
    tags.feed(page)
    assert not {"script", "img", "link", "iframe"} & set(tags.tags)
    assert {"del", "ins", "table"} <= set(tags.tags)
    assert "default-src 'none'" in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("compare alpha.pdf with beta.pdf", CompareWish("alpha.pdf", "beta.pdf")),
        (
            "Please compare the IBM agreement and the VIP agreement.",
            CompareWish("the IBM agreement", "the VIP agreement"),
        ),
        ("What are the differences between Alpha and Beta?", CompareWish("Alpha", "Beta")),
        ("Vergleiche Alpha mit Beta", CompareWish("Alpha", "Beta")),
        ("Compara Alpha con Beta", CompareWish("Alpha", "Beta")),
        ("比较 Alpha 和 Beta", CompareWish("Alpha", "Beta")),
        ("compare these two contracts", CompareWish()),
        ("compare the two", CompareWish()),
        ("Can you compare both files please?", CompareWish()),
    ],
)
def test_a_wish_to_compare_is_heard(text, wish):
    assert compare_wish(text) == wish


@pytest.mark.parametrize(
    "text", ["What is the term?", "Who may terminate with cause?", "total deposits by branch", "compared"]
)
def test_other_questions_are_left_alone(text):
    assert compare_wish(text) is None


@pytest.fixture
def comparer(library, embeddings, ingest):
    ingest("alpha.txt", FIRST, "C1")
    ingest("beta.txt", SECOND, "C1")
    return Comparer(library, embeddings)


HERE = Audience(frozenset({PUBLIC, "C1"}))


def test_two_documents_by_name_are_compared_with_words_from_both(comparer, library):
    answer = comparer.answer(Question("compare alpha.txt with beta.txt", HERE))

    assert answer is not None
    assert answer.route == "compare"
    assert "first: 90 days; second: 30 days" in answer.text
    assert "Audit" in answer.text
    assert answer.table is not None
    assert {each.document for each in answer.citations} == {"alpha.txt", "beta.txt"}
    for each in answer.citations:
        assert each.quote in " ".join(library.page_text(each.document_id, each.page).split())
    marks = {int(mark) for mark in re.findall(r"\[(\d+)\]", answer.text)}
    assert max(marks) <= len(answer.citations)
    page = comparer.html(answer, HERE)
    assert page is not None
    assert "alpha.txt" in page
    assert "beta.txt" in page


def test_the_two_files_of_a_thread_are_compared_without_their_names(comparer, library):
    focus = tuple(document.id for document in library.documents(HERE))

    assert comparer.answer(Question("compare these two contracts", HERE, focus=focus)) is not None
    assert comparer.answer(Question("compare these two contracts", HERE, focus=focus[:1])) is None


def test_a_document_that_may_not_be_seen_is_not_compared(comparer):
    answer = comparer.answer(Question("compare alpha.txt with beta.txt", HERE))

    assert comparer.answer(Question("compare alpha.txt with beta.txt", Audience())) is None
    assert comparer.html(answer, Audience()) is None


def test_names_that_fit_no_document_or_two_are_not_guessed(comparer):
    assert comparer.answer(Question("compare deposits in Oslo with Bergen", HERE)) is None
    assert comparer.answer(Question("compare hosting agreement with beta.txt", HERE)) is None


def test_the_summary_by_kind_of_clause_says_who_gains(comparison):
    told = {row.kind: row.gains for row in comparison.kinds if row.gains}

    assert told == {
        "termination": (
            (
                "notice to end it: 90 days in the first, 30 days in the second; "
                "the first is better for who is given notice, the second for who wants to leave"
            ),
        )
    }
    assert "better for who is given notice" in report(comparison, [])
