"""How questions are put: shorthand, languages, follow-ups."""

import re

import pytest

from knowledge import phrasing
from knowledge.phrasing import asks_for, language, leans, resolve, speaks_of, spell_out, topic, whole, yes_or_no
from knowledge.types import Turn

PARTIES = (Turn("who are the parties?", "The parties are Hydron Technologies, Inc. and Miami Dolphins, Ltd. [1]"),)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("gov law", "law"),
        ("term?", "how long"),
        ("which courts", "jurisdiction"),
        ("LoL", "liability"),
        ("tfc?", "cause"),
    ],
)
def test_shorthand_is_spelled_out(typed, word):
    assert word in spell_out(typed)
    assert len(spell_out(typed).split()) > 4


def test_a_full_question_stays_as_it_is():
    question = "Does the term of the licence end when Contoso is sold?"

    assert spell_out(question) == question


def test_abbreviations_inside_a_question_are_spelled_out():
    assert (
        spell_out("is there a window in the first yr of the agmt")
        == "is there a window in the first year of the agreement"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Which law governs the agreement?", "English"),
        ("gov law", "English"),
        ("¿Cuál es el plazo del contrato?", "Spanish"),
        ("¿Cuántas tarjetas bloqueadas?", "Spanish"),
        ("cuántas tarjetas están bloqueadas", "Spanish"),
        ("Wie viele Karten sind gesperrt?", "German"),
        ("Wie lange läuft der Vertrag?", "German"),
        ("Quelle est la loi applicable au contrat ?", "French"),
        ("已经付的钱能退吗?", "Chinese"),
        ("Какой срок договора?", "Russian"),
    ],
)
def test_the_language_of_a_question_is_recognised(text, name):
    assert language(text) == name


def test_yes_or_no_questions_are_recognised():
    assert yes_or_no("can Hydron get out early?")
    assert yes_or_no("and does it renew?")
    assert not yes_or_no("which courts decide?")


def test_the_first_one_is_the_first_that_the_last_answer_named():
    question = resolve("how much does the first one pay the second per year?", PARTIES)

    assert question == "how much does Hydron Technologies, Inc pay Miami Dolphins, Ltd per year?"


def test_the_first_year_is_no_party():
    assert resolve("what is paid in the first year?", PARTIES) == "what is paid in the first year?"


def test_a_question_that_leans_on_the_thread_takes_its_topic_along():
    thread = (Turn("how much does Hydron pay?", "It pays $24,000."),)

    assert leans("and if they are late with it?", thread)
    assert "Hydron pay" in topic("and if they are late with it?", thread)
    assert topic("which law governs the agreement?", thread) == "which law governs the agreement?"
    assert not leans("and then?", ())


@pytest.mark.parametrize(
    ("hanging", "asked"),
    [
        ("and if they're late with it?", "What happens if they're late with it?"),
        ("and when does it end?", "When does it end?"),
        ("what if it is sold", "What happens if it is sold?"),
        ("can they assign it?", "Can they assign it?"),
    ],
)
def test_a_question_that_hangs_on_is_made_one_of_its_own(hanging, asked):
    assert whole(hanging) == asked


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("how much notice must be given?", "duration"),
        ("how much does the buyer pay?", "money"),
        ("How much has the tax rate changed between 2021 and 2022?", "change"),
        ("How does the rent of 2023 compare to that of 2022?", "change"),
        ("what interest is due?", "rate"),
        ("when does it end?", "time"),
        ("who is the supplier?", "person"),
        ("what is their tax ID?", "identifier"),
        ("minimum volume per month in tonnes?", "quantity"),
        ("which law governs?", ""),
    ],
)
def test_what_a_question_asks_for_is_recognised(question, kind):
    assert asks_for(question) == kind


def test_an_insurance_limit_is_no_liability_cap():
    assert not speaks_of("Is liability capped?", "insurance with limits of liability of at least $1,000,000")
    assert speaks_of("Is liability capped?", "In no event shall either party be liable for more than the fees paid.")


@pytest.mark.parametrize(
    ("question", "clause", "other"),
    [
        (
            "Is there a non-disparagement clause?",
            "Neither party shall make statements that could harm the reputation of the other.",
            "Neither party will disclose the terms of this Agreement without prior written consent.",
        ),
        (
            "Are there any third-party beneficiaries?",
            "The lender is an intended third party beneficiary of this Section.",
            "No party shall reveal its contents to any third party except as required by law.",
        ),
        (
            "Is there a minimum commitment?",
            "The buyer shall order at least 5,000 units in each calendar year.",
            "The agent may retain payment for at least thirty (30) days after the end of the quarter.",
        ),
        (
            "Does the contract include an exclusivity agreement?",
            "The supplier appoints the agent as its sole and exclusive agent in Norway.",
            "Confidential information remains the sole and exclusive property of the disclosing party.",
        ),
        (
            "Does the licensor's affiliates have any licensing rights?",
            "The licensee grants the licensor and its affiliates a right to use the marks.",
            "The licensee shall not impair the titles of the licensor in the marks.",
        ),
        (
            "Which law governs the agreement?",
            "Effective legislation of the Republic of Kazakhstan\nshall apply to any relations of the Parties.",
            "such signing does not violate any law\napplicable to it, or any governmental permit required under law",
        ),
        (
            "Is there a most favoured nation clause?",
            "The prices shall be no less favourable than those of any other customer.",
            "The insurer shall issue a certificate in favour of the lessor.",
        ),
        (
            "Can this contract be terminated for convenience?",
            "Either party may end this contract by giving thirty days' notice.",
            "This contract terminates when the last instalment is paid.",
        ),
    ],
)
def test_a_clause_is_told_from_another_that_shares_its_words(question, clause, other):
    assert speaks_of(question, clause)
    assert not speaks_of(question, other)


def test_every_pattern_of_the_table_is_sound():
    for pattern in [*phrasing.SHORTHAND, *(each for kind in phrasing._KINDS.values() for each in kind)]:
        re.compile(pattern)
