"""A follow-up that no query answers is worked out by generated code from the last result, as the asker may see it."""

from pathlib import Path

import pytest

from knowledge.analysis import wish
from knowledge.analysis.analyser import Analyser
from knowledge.types import GENERATED, Answer, Asker, Question, Turn

BANKER = Asker("U1", frozenset({"banker"}))
ADMIN = Asker("U2", frozenset({"admin"}))
BALANCES = Turn("Balance of each account?", "4 rows.", sql="SELECT account_id, balance FROM accounts")
SUM = '```python\nresult = {"type": "number", "value": df["balance"].sum()}\n```'


@pytest.fixture
def analysing(analyst, llm):
    analyst.desk.analyser = Analyser(Path("~/.cache/teller").expanduser(), llm)
    return analyst


def ask(analyst, text, *, asker=ADMIN):
    return analyst.answer(Question(text, asker=asker, thread=(BALANCES,)))


def test_the_last_query_runs_again_for_whoever_asks_and_its_rows_are_analysed(analysing, llm, attempts):
    llm.says(SUM, SUM)

    everything, own = (ask(analysing, "which one is the outlier?", asker=each) for each in (ADMIN, BANKER))

    assert (everything.text, own.text) == ("3,050.50.", "3,000.50.")
    assert [each.outcome for each in attempts[:2]] == ["ran", "ran"]
    assert "3050" not in llm.prompt(1)


def test_the_answer_says_that_code_made_it_and_keeps_query_and_code(analysing, llm):
    llm.says(SUM)

    answer = ask(analysing, "fit a trend")

    assert [each.name for each in answer.checks if not each.passed] == [GENERATED]
    assert "accounts" in answer.sql
    assert "sum()" in answer.code
    assert answer.route == "data"
    assert Answer.from_json(answer.to_json()) == answer


def test_where_it_is_not_set_up_the_rows_are_offered(analyst):
    answer = ask(analyst, "cluster these")

    assert "teller analysis" in answer.text
    assert len(answer.table.rows) == 4
    assert not answer.code


def test_code_that_never_runs_leaves_the_rows(analysing, llm):
    llm.says(*["```python\nraise ValueError\n```"] * 3)

    answer = ask(analysing, "is there a trend?")

    assert "did not run" in answer.text
    assert len(answer.table.rows) == 4


def test_what_names_other_data_is_a_question_of_its_own(analyst, llm):
    llm.says("SELECT joined_on, COUNT(*) AS customers FROM customers GROUP BY joined_on")

    answer = ask(analyst, "What is the trend of customers by segment?")

    assert "customers" in answer.sql


@pytest.mark.parametrize(
    "text", ["fit a trend", "which branch is the outlier?", "Cluster these", "forecast the next month", "median?"]
)
def test_an_analysis_is_known_by_its_words(text):
    assert wish.wished(text)


@pytest.mark.parametrize("text", ["and only for Oslo?", "as a line", "why is there a trend?", "top 3", "sort by city"])
def test_other_follow_ups_are_none(text):
    assert not wish.wished(text)
