"""An answer says of what it quotes whether it was superseded or amended, and quotes the amendment."""

import pytest

from knowledge.assistant import Assistant
from knowledge.counsel import Counsel
from knowledge.types import PUBLIC, Audience, Question
from tests.knowledge.conftest import CONTRACT

AMENDMENT = """AMENDMENT NO. 1 TO THE SUPPLY AGREEMENT

This Amendment No. 1 is made on June 1, 2021 by and between NORTHWIND TRADERS, INC. and CONTOSO BANK LTD. and amends
the Supply Agreement dated March 3, 2019.

1. Section 2.2 of the Agreement is hereby deleted in its entirety and replaced with the following: Buyer shall pay a
late fee of 2.5% per month.

2. This Amendment has effect from its date.
"""
NEWER = CONTRACT.replace("March 3, 2019", "April 4, 2021").replace("1.5%", "1.75%")
LATE = "The late fee is 1.5% per month of the payment then due."


@pytest.fixture
def assistant(library, llm):
    return Assistant(Counsel(library, llm))


def test_the_amendment_of_the_quoted_clause_is_quoted_with_its_place(assistant, library, llm, add):
    base, amendment = add(), add(AMENDMENT, name="amendment-1.txt")
    llm.says("Yes", LATE)

    answer = assistant.answer(Question("what is the late fee?", focus=(base,)))

    assert "“supply.txt” is amended by “amendment-1.txt” of 1 June 2021. On this clause it says: “" in answer.text
    quoted = answer.citations[-1]
    assert quoted.document_id == amendment
    assert "late fee of 2.5% per month" in quoted.quote
    assert quoted.quote in " ".join(library.page_text(amendment, quoted.page).split())
    assert f"[{len(answer.citations)}]" in answer.text.splitlines()[-1]
    assert (amendment, "amendment-1.txt") in answer.listed


def test_an_amendment_of_other_clauses_is_named_and_not_quoted(assistant, llm, add):
    base = add()
    add(AMENDMENT.replace("2.2", "3.1").replace("late fee", "sum"), name="amendment-1.txt")
    llm.says("Yes", LATE)

    answer = assistant.answer(Question("what is the late fee?", focus=(base,)))

    assert answer.text.endswith("I find nothing in it about the clause that is quoted here.")
    assert {each.document_id for each in answer.citations} == {base}


def test_an_earlier_version_is_named_as_such(assistant, llm, add):
    base = add()
    add(NEWER, name="supply-2021.txt")
    llm.says("Yes", LATE)

    answer = assistant.answer(Question("what is the late fee?", focus=(base,)))

    assert answer.text.endswith("“supply.txt” is an earlier version: superseded by “supply-2021.txt” of 4 April 2021.")


def test_nothing_is_said_of_versions_that_the_audience_may_not_see(assistant, llm, add):
    base = add()
    add(NEWER, name="supply-2021.txt", place="C0SECRET")
    add(AMENDMENT, name="amendment-1.txt", place="C0SECRET")
    llm.says("Yes", LATE)

    answer = assistant.answer(Question("what is the late fee?", Audience(frozenset({PUBLIC})), focus=(base,)))

    assert answer.text == f"{LATE} [1]"
    assert answer.listed == ()
