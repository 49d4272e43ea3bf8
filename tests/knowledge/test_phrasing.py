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


@pytest.mark.parametrize(
    "question",
    [
        "What is the first interest payment date?",
        "When is the first delivery?",
        "What does the first amendment change?",
        "May they hire the former employees?",
        "Is there a right of the first refusal?",
        "Which law governs the first contract?",
    ],
)
def test_what_is_first_of_something_else_is_no_party(question):
    assert resolve(question, PARTIES) == question


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("can the latter terminate?", "can Miami Dolphins, Ltd terminate?"),
        ("what about the second party?", "what about Miami Dolphins, Ltd?"),
        ("does the first or the second pay?", "does Hydron Technologies, Inc or Miami Dolphins, Ltd pay?"),
        ("what is the former's liability?", "what is Hydron Technologies, Inc's liability?"),
    ],
)
def test_an_ordinal_that_stands_alone_is_a_party(question, meant):
    assert resolve(question, PARTIES) == meant


def test_the_first_contract_is_the_first_paper_that_was_listed():
    thread = (Turn("Which papers are there?", "Supply Agreement and Lease Contract [1]"),)

    assert resolve("Which law governs the first contract?", thread) == "Which law governs Supply Agreement?"


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


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("Is there an arbitration clause?", "Disputes shall be settled by an arbitral tribunal."),
        ("Is there an arbitration clause?", "Disputes shall be arbitrated in Oslo."),
        ("Is there an arbitration clause?", "The dispute goes to a single arbitrator."),
        ("Who owns the intellectual property?", "Customer shall own all work product."),
        ("Who owns the intellectual property?", "All inventions are owned by the Company."),
        ("Who owns the IP?", "Each party retains ownership of its marks."),
        ("How long is the warranty period?", "Supplier represents that the goods are free of defects for 12 months."),
        ("When was the agreement signed?", "Signed on 3 May 2020."),
        ("What happens on a change of control?", "if the Supplier is acquired by a competitor"),
        ("What happens on a change of control?", "upon the acquisition of all or most of its shares"),
        ("Is liability capped?", "The aggregate liability of either party shall not exceed $1,000,000."),
        ("Is liability capped?", "Damages shall not exceed the fees paid."),
        (
            "How long does the confidentiality obligation last?",
            "The recipient shall not disclose the information for five years.",
        ),
        (
            "What insurance must each party carry?",
            "The tenant shall carry coverage of at least $1,000,000 per occurrence.",
        ),
        ("Is liability capped?", "The maximum liability of either party is NOK 1,000,000."),
        ("What is the liability cap?", "The Supplier is liable only up to $500,000."),
        ("What is the liability cap?", "The Supplier's liability is capped at $500,000."),
        ("What is the liability cap?", "Damages are capped at $500,000."),
        ("Which law governs the agreement?", "This Agreement is subject to Norwegian law."),
        ("Which law governs the agreement?", "The laws of Norway apply."),
        ("Which law governs the agreement?", "This contract is controlled by the law of Ohio."),
        ("What happens on a change of control?", "If a third party gains control of the Company, the loan falls due."),
        ("What happens on a change of control?", "if more than 50% of the share capital is sold"),
        ("Which obligations survive?", "Sections 5 to 9 shall remain in effect after termination."),
        ("When was the agreement signed?", "Dated 3 May 2020"),
        ("When was the agreement signed?", "This agreement is made on 3 May 2020 between Acme Ltd and Beta AS."),
        ("How long does a party have to cure a breach?", "if the breach continues for thirty (30) days after notice"),
        ("How long does a party have to cure a breach?", "a default that is not corrected in 30 days"),
        ("May a party terminate without cause?", "The Bank may terminate this Agreement in its sole discretion."),
        ("What is the maximum interest rate?", "The rate shall never be higher than 8%."),
        ("What is the minimum balance?", "The balance must never fall below NOK 10,000."),
        (
            "Is there a force majeure clause?",
            "No party is liable for delay due to causes outside its reasonable control.",
        ),
        ("Does the agreement renew?", "The term shall roll over each year."),
        ("Does the agreement renew automatically?", "and thereafter for further periods of 12 months"),
    ],
)
def test_a_clause_in_plain_words_speaks_of_what_is_asked(question, clause):
    assert speaks_of(question, clause)


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("Is there an arbitration clause?", "Consent shall not be arbitrarily withheld."),
        ("Who owns the intellectual property?", "Each party shall prepare its report at its own expense."),
        ("How long is the warranty period?", "The representatives meet every three months."),
        ("When was the agreement signed?", "The parties expect significant delays in 2021."),
        ("What happens on a change of control?", "Supplier shall acquire all materials."),
        ("Is liability capped?", "The aggregate fees shall not exceed $1,000,000."),
        (
            "How long does the confidentiality obligation last?",
            "The broker shall disclose its commission at least 30 days before closing.",
        ),
        ("What insurance must each party carry?", "The operator shall extend its network coverage."),
        ("Which law governs the agreement?", "The Supplier shall comply with all laws that apply to its business."),
        ("Which law governs the agreement?", "The Company is subject to securities law."),
        (
            "Which law governs the agreement?",
            "To the extent permitted by applicable law, subject to law, fees are due.",
        ),
        ("What happens on a change of control?", "The Supplier shall maintain quality control of the Company's goods."),
        ("Which obligations survive?", "The prices shall remain in effect for one year."),
        ("When was the agreement signed?", "Payments are made on 3 May 2020 by the Bank."),
        ("How long does a party have to cure a breach?", "The term continues for thirty days."),
        ("May a party terminate without cause?", "The Bank may withhold consent in its sole discretion."),
        ("What is the liability cap?", "Insurance is capped at $500,000."),
        ("What is the liability cap?", "The Supplier is liable for the goods. The fee shall not exceed $100."),
        ("Who owns the intellectual property?", "Tenant pays for its own water."),
        ("Is there a force majeure clause?", "The thermostat is outside the control room."),
        ("Does the agreement renew automatically?", "The Parties shall meet further."),
        ("What insurance must each party carry?", "Coverage of the mobile network is 98%."),
    ],
)
def test_a_clause_that_only_shares_a_stem_with_the_concept_does_not_speak_of_it(question, clause):
    assert not speaks_of(question, clause)


def test_every_pattern_of_the_table_is_sound():
    for pattern in [*phrasing.SHORTHAND, *(each for kind in phrasing._KINDS.values() for each in kind)]:
        re.compile(pattern)
