"""What is answered from the data, what is asked back, and what is refused."""

import dataclasses

import pytest

from knowledge.database.analyst import Analyst
from knowledge.database.conditions import filters
from knowledge.errors import NotAllowedError, RefusedSqlError, UserError
from knowledge.types import Asker, Question, Turn
from tests.knowledge.conftest import ScriptedModel

BANKER = Asker("U1", frozenset({"banker"}))
ADMIN = Asker("U2", frozenset({"admin"}))
BY_SEGMENT = "SELECT segment, COUNT(*) AS customers FROM customers GROUP BY segment ORDER BY segment"


def ask(analyst, text, *, asker=ADMIN, thread=()):
    return analyst.answer(Question(text, asker=asker, thread=thread))


def test_a_question_gets_its_rows_the_query_and_words_of_the_result(analyst, llm):
    llm.says(f"```sql\n{BY_SEGMENT};\n```")

    answer = ask(analyst, "How many customers are there in each segment?")

    assert answer.table.rows == (("business", 1), ("retail", 2))
    assert "retail: 2" in answer.text
    assert "GROUP BY" in answer.sql
    assert answer.route == "data"
    assert not answer.refused


def test_a_column_in_another_table_is_found_and_joined(analyst, llm):
    llm.says("SELECT city, COUNT(*) AS customers FROM customers GROUP BY city")

    answer = ask(analyst, "How many customers by city?")

    assert set(answer.table.rows) == {("Oslo", 2), ("Bergen", 1)}
    assert not llm.replies


def test_what_the_database_refuses_is_mended_by_the_model(analyst, llm):
    llm.says("SELECT COUNT(*) FROM vaults", "SELECT COUNT(*) AS accounts FROM accounts")

    answer = ask(analyst, "How many accounts are there?")

    assert answer.table.rows == ((4,),)
    assert "There is no table vaults" in llm.prompt(1)


def test_what_cannot_be_mended_is_refused_and_never_shown(analyst, llm):
    llm.says("SELECT 1 FROM vaults", "SELECT 2 FROM vaults", "SELECT 3 FROM vaults")

    answer = ask(analyst, "How many accounts are there?")

    assert answer.refused
    assert answer.table is None


def test_a_writing_statement_never_reaches_the_database(analyst, llm, attempts):
    llm.says("DELETE FROM accounts", "DELETE FROM accounts")

    answer = ask(analyst, "How many accounts are there?")

    assert answer.refused
    assert all(attempt.outcome != "ran" for attempt in attempts)


def test_rows_follow_the_role_of_the_asker(analyst, llm):
    llm.says(*["SELECT SUM(balance) AS total FROM accounts"] * 2)

    assert ask(analyst, "What is the sum of all account balances?").table.rows == ((3050.5,),)
    assert ask(analyst, "What is the sum of all account balances?", asker=BANKER).table.rows == ((3000.5,),)


def test_a_hidden_column_is_refused_by_name(analyst):
    answer = ask(analyst, "What is the secret score of each customer?", asker=BANKER)

    assert answer.refused
    assert "secret score" in answer.text


def test_who_has_no_role_sees_nothing(analyst):
    answer = ask(analyst, "How many accounts are there?", asker=Asker("U9"))

    assert answer.refused


def test_a_masked_column_cannot_be_filtered_by(analyst, llm):
    llm.says("SELECT COUNT(*) FROM customers WHERE full_name = 'Ada Berg'")

    answer = ask(analyst, "How many customers have the full name Ada Berg?", asker=BANKER)

    assert answer.refused
    assert answer.table is None


def test_what_the_data_does_not_speak_of_is_refused_without_a_query(analyst):
    answer = ask(analyst, "How do volcanoes erupt?")

    assert answer.refused
    assert "customers" in answer.text


def test_a_thing_that_no_column_holds_is_refused_when_the_model_doubts_it_too(analyst, llm):
    llm.says("No")

    answer = ask(analyst, "Which branch city of which customers has a museum?")

    assert answer.refused
    assert "museum" in answer.checks[0].detail


def test_an_ambiguous_word_is_asked_back_once_and_remembered(analyst, llm):
    first = ask(analyst, "How many accounts were opened last quarter?")
    assert [choice.label for choice in first.choices] == ["Calendar", "Fiscal"]

    llm.says(
        *["SELECT COUNT(*) AS opened FROM accounts WHERE opened_on >= '2025-07-01' AND opened_on < '2025-10-01'"] * 2
    )
    chosen = ask(analyst, first.choices[0].question)
    again = ask(analyst, "How many accounts were opened last quarter?")

    assert chosen.table.rows == ((0,),)
    assert not again.choices
    assert any("Calendar" in each for each in again.definitions)


def test_days_of_a_period_are_given_to_the_model(analyst, llm):
    llm.says("SELECT COUNT(*) AS opened FROM accounts WHERE opened_on >= '2025-10-23'")

    answer = ask(analyst, "How many accounts were opened in the last 30 days?")

    assert "'2025-10-23'" in llm.prompt(0)
    assert any("opened on" in each for each in answer.filters)


def test_a_follow_up_changes_the_last_query(analyst, llm):
    before = Turn("How many customers in each segment?", "…", sql=BY_SEGMENT)
    llm.says(
        "SELECT segment, COUNT(*) AS customers FROM customers JOIN branches USING (branch_id) "
        "WHERE city = 'Oslo' GROUP BY segment"
    )

    answer = ask(analyst, "and only for oslo?", thread=(before,))

    assert BY_SEGMENT.split("FROM", maxsplit=1)[0].strip() in llm.prompt(0)
    assert set(answer.table.rows) == {("retail", 1), ("business", 1)}


def test_another_form_of_the_last_result_needs_no_model(analyst):
    answer = ask(analyst, "as a pie", thread=(Turn("How many customers in each segment?", "…", sql=BY_SEGMENT),))

    assert len(answer.table.rows) == 2


def keep(analyst, text, sql, **more):
    """Run a query that a person has written, and have it wait for a reviewer."""
    shown = analyst.run(Question(text, asker=ADMIN), sql)
    return shown, analyst.keep(text, shown, **{"author": "U2", **more})


def test_a_correction_counts_once_another_person_has_approved_it(analyst):
    shown, number = keep(analyst, "How many customers are there?", "SELECT COUNT(*) AS customers FROM customers")
    assert shown.table.rows == ((3,),)
    assert not shown.verified
    with pytest.raises(NotAllowedError):
        analyst.pairs.approve(number, reviewer="U2")

    decided = analyst.pairs.approve(number, reviewer="U3")
    answer = ask(analyst, "how many customers are there")

    assert (answer.verified, answer.verified_on) == ("U3", decided.reviewed_on)
    assert answer.table.rows == ((3,),)
    assert not answer.outdated


def changed(analyst, catalog):
    """The same analyst before a bank that has lost a column since."""
    less = catalog.restrict(catalog.relations, [("customers", "joined_on")])
    desk = analyst.desk
    return Analyst(less, desk.policy, desk.runner, desk.llm, desk.embeddings, analyst.pairs)


def test_a_verified_query_goes_stale_when_its_table_changes(analyst, catalog):
    _, number = keep(analyst, "How many customers are there?", "SELECT COUNT(*) AS n FROM customers")
    analyst.pairs.approve(number, reviewer="U3")
    less = changed(analyst, catalog).catalog

    assert not analyst.pairs.all(catalog)[0].stale
    assert analyst.pairs.all(less)[0].stale
    assert not analyst.pairs.similar("How many customers are there?", less)


def test_those_who_read_no_catalogue_see_what_is_stale_until_it_is_as_before(analyst, catalog):
    _, number = keep(analyst, "How many customers are there?", "SELECT COUNT(*) AS n FROM customers")
    analyst.pairs.approve(number, reviewer="U3")

    analyst.pairs.mark(changed(analyst, catalog).catalog)
    assert analyst.pairs.get(number).stale
    analyst.pairs.mark(catalog)
    assert not analyst.pairs.get(number).stale


def test_a_stale_query_is_not_used_and_the_answer_says_that_there_is_one(analyst, catalog, llm):
    _, number = keep(analyst, "How many customers are there?", "SELECT COUNT(*) AS n FROM customers")
    approved = analyst.pairs.approve(number, reviewer="U3")
    llm.says("SELECT COUNT(*) AS customers FROM customers")

    answer = ask(changed(analyst, catalog), "How many customers are there?")

    assert (answer.verified, answer.outdated) == ("", approved.reviewed_on)
    assert answer.table.rows == ((3,),)


def test_a_stale_query_counts_again_once_it_ran_on_what_there_is_now(analyst, catalog):
    _, number = keep(analyst, "How many customers are there?", "SELECT COUNT(*) AS n FROM customers")
    analyst.pairs.approve(number, reviewer="U3")
    now = changed(analyst, catalog)
    analyst.pairs.mark(now.catalog)
    with pytest.raises(NotAllowedError):
        now.renew(number, Question("", asker=ADMIN))

    renewed = now.renew(number, Question("", asker=Asker("U4", frozenset({"admin"}))))

    assert (renewed.reviewer, renewed.stale) == ("U4", False)
    assert ask(now, "How many customers are there?").verified == "U4"


def test_a_stale_query_that_does_not_run_any_more_stays_stale(analyst, catalog):
    _, number = keep(analyst, "Since when?", "SELECT MIN(joined_on) AS n FROM customers")
    analyst.pairs.approve(number, reviewer="U3")
    now = changed(analyst, catalog)
    analyst.pairs.mark(now.catalog)

    with pytest.raises(UserError):
        now.renew(number, Question("", asker=Asker("U4", frozenset({"admin"}))))

    assert now.pairs.get(number).stale


def test_what_is_retired_is_used_no_more_and_decided_once(analyst, llm):
    _, number = keep(analyst, "How many customers are there?", "SELECT COUNT(*) AS n FROM customers")
    analyst.pairs.approve(number, reviewer="U3")
    analyst.pairs.retire(number, reviewer="U2")
    llm.says("SELECT COUNT(*) AS customers FROM customers")

    assert not ask(analyst, "How many customers are there?").verified
    with pytest.raises(UserError):
        analyst.pairs.retire(number, reviewer="U3")


def test_a_question_that_is_tried_again_proposes_one_query_the_last(analyst):
    _, first = keep(analyst, "Customers?", "SELECT COUNT(*) AS n FROM customers", request="r1")
    _, again = keep(analyst, "Customers?", "SELECT COUNT(*) AS many FROM customers", request="r1")

    assert first == again
    assert "many" in analyst.pairs.get(first).sql
    assert analyst.pairs.count("waiting") == 1


def test_a_follow_up_is_understood_with_the_words_of_the_question_before(analyst, llm):
    llm.says(BY_SEGMENT + " LIMIT 1")

    answer = ask(analyst, "and only the first?", thread=(Turn("Customers by segment?", "…", sql=BY_SEGMENT),))

    assert answer.understood == "Customers by segment; and only the first?"


def test_a_correction_is_guarded_as_any_query(analyst):
    with pytest.raises(RefusedSqlError):
        keep(analyst, "x", "DROP TABLE customers")


@pytest.mark.parametrize(
    ("text", "english", "said"),
    [
        ("¿Cuántos clientes hay en cada segmento?", "How many customers are in each segment?", "filas"),
        ("每个客户类别有多少客户？", "How many customers are in each segment?", "共 2 行"),
    ],
)
def test_a_question_is_answered_in_its_own_language(analyst, llm, text, english, said):
    llm.says(english, BY_SEGMENT)

    assert said in ask(analyst, text).text


def test_how_fresh_the_data_is_and_what_was_counted_are_said(analyst, llm):
    llm.says("SELECT SUM(balance) AS total FROM accounts WHERE status <> 'closed'")

    answer = ask(analyst, "What are the total deposits?")

    assert answer.as_of == "2025-11-01"
    assert "status is not “closed”" in answer.filters
    assert any("open accounts" in each for each in answer.definitions)
    assert answer.text == "Total: 3,000.50 NOK."


def test_an_empty_result_says_so(analyst, llm):
    llm.says("SELECT name FROM branches WHERE city = 'Tromsø'")

    assert "Nothing" in ask(analyst, "Which branches are in the city of Tromsø?").text


def test_the_data_knows_what_it_is_about(analyst):
    assert analyst.knows("customers by segment in Oslo") > analyst.knows("who may terminate the agreement early?")


class HesitantModel(ScriptedModel):
    """A model that was not sure of any of its words."""

    def _stream(self, *given, **options):
        for chunk in super()._stream(*given, **options):
            chunk.message.response_metadata = {"logprobs": {"content": [{"token": "x", "logprob": -3.0}]}}
            yield chunk


def test_a_query_that_comes_out_otherwise_when_written_again_is_marked_as_unsure(analyst):
    analyst.desk.llm = HesitantModel()
    analyst.desk.llm.says(BY_SEGMENT, "SELECT segment, COUNT(*) + 1 AS customers FROM customers GROUP BY segment")

    answer = ask(analyst, "How many customers are there in each segment?")

    assert answer.table.rows == (("business", 1), ("retail", 2))
    assert [check.name for check in answer.checks if not check.passed] == ["sure"]


ALL = "SELECT COUNT(*) AS n FROM customers"
HOLDERS = "SELECT COUNT(DISTINCT customer_id) AS n FROM accounts WHERE balance > 100"


@pytest.mark.parametrize(("again", "unsure"), [(HOLDERS, ["sure"]), (ALL, [])])
def test_a_query_that_leaves_out_what_the_question_speaks_of_is_written_again_with_it(analyst, llm, again, unsure):
    llm.says(ALL, again)

    answer = ask(analyst, "How many customers have accounts?")

    assert answer.table.rows == ((3,),)
    assert [check.name for check in answer.checks if not check.passed] == unsure
    assert "Read accounts where what is asked stands there." in llm.prompt(1)


def test_a_rolling_period_is_kept_as_counted_from_today(analyst, llm):
    llm.says("SELECT COUNT(*) AS opened FROM accounts WHERE opened_on >= '2025-10-23'")

    assert "'-30 day" in ask(analyst, "How many accounts were opened in the last 30 days?").sql


def test_who_is_overheard_is_told_where_to_ask(analyst):
    asker = Asker("U2", frozenset({"guest"}), overheard=True)

    answer = analyst.answer(Question("How many accounts are there?", asker=asker))

    assert answer.refused
    assert "direct message" in answer.text


def test_a_month_that_was_counted_is_said_without_the_function_that_cuts_it(catalog):
    sql = "SELECT COUNT(*) FROM accounts WHERE STRFTIME('%Y-%m', accounts.opened_on) = '2025-11' AND status = 'open'"

    assert filters(sql, catalog) == ("opened on is 2025-11", "status is “open”")


@pytest.mark.parametrize("days", ["WEEKDAY(opened_on) IN (5, 6)", "STRFTIME('%w', opened_on) IN ('0', '6')"])
def test_a_weekend_is_said_in_one_word(catalog, days):
    assert filters(f"SELECT COUNT(*) FROM accounts WHERE {days}", catalog) == ("opened on at a weekend",)  # noqa: S608


@pytest.mark.parametrize(
    ("dialect", "where", "said"),
    [
        ("sqlite", "opened_on >= DATE('now', '-90 days')", "opened on from the day 90 days ago"),
        ("mysql", "opened_on >= DATE_SUB(CURRENT_DATE, INTERVAL 1 MONTH)", "opened on from the day 1 month ago"),
        ("sqlite", "opened_on < DATE('now')", "opened on before today"),
        ("sqlite", "opened_on >= DATE('now', 'start of month')", "opened on from the first day of this month"),
        ("mysql", "opened_on > CURDATE()", "opened on after today"),
        ("sqlite", "EXISTS(SELECT 1 FROM cards AS c WHERE c.id = a.id)", "there are cards"),
        ("mysql", "NOT EXISTS(SELECT 1 FROM cards AS c WHERE c.id = a.id)", "there are no cards"),
        ("sqlite", "customer_id NOT IN (SELECT customer_id FROM loans)", "there are no loans"),
        (
            "sqlite",
            "balance > (SELECT AVG(balance) FROM accounts)",
            "balance more than the average balance of accounts",
        ),
    ],
)
def test_conditions_are_said_as_people_say_them(catalog, dialect, where, said):
    told = dataclasses.replace(catalog, dialect=dialect)

    assert filters(f"SELECT COUNT(*) FROM accounts AS a WHERE {where}", told) == (said,)  # noqa: S608


def test_conditions_in_brackets_are_said_one_by_one(catalog):
    sql = "SELECT COUNT(*) FROM accounts WHERE (status = 'open' AND opened_on < '2025-01-01') AND balance > 5"

    assert filters(sql, catalog) == ("status is “open”", "opened on before 2025-01-01", "balance more than 5")
