import pytest

from knowledge.documents.cells import Row, Table
from knowledge.figures.reckon import reckon, said

INCOME = Table(
    "Harbour Robotics Consolidated Statements of Income",
    "in millions, except per share amounts",
    ("2021", "2020", "2019"),
    (
        Row("Net sales", ("$1,200", "$1,000", "$800")),
        Row("Cost of sales", ("900", "800", "700")),
        Row("Research and development", ("90", "80", "70")),
        Row("Operating income (loss)", ("120", "(50)", "20")),
        Row("Income taxes", ("20", "10", "5")),
        Row("Net income", ("$100", "$(60)", "$15")),
        Row("Earnings per share", ("$1.25", "$(0.75)", "$0.19")),
    ),
    page=3,
)
BALANCE = Table(
    "Consolidated Balance Sheets",
    "in millions",
    ("December 31, 2021", "December 31, 2020"),
    (
        Row("Inventories", ("110", "90")),
        Row("Total current assets", ("$500", "$400")),
        Row("Total assets", ("$900", "$800")),
        Row("Total current liabilities", ("250", "200")),
        Row("Total liabilities", ("300", "280")),
        Row("Total shareholders' equity", ("600", "520")),
    ),
    page=4,
)
TABLES = (INCOME, BALANCE)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What was net sales in 2021?", "$1,200 million"),
        ("What were total current liabilities in FY2020?", "$200 million"),
        ("What were earnings per share in 2020?", "−$0.75"),
        ("What is the change in cost of sales from 2020 to 2021?", "$100 million"),
        ("What is the percentage change in net sales from 2020 to 2021?", "20%"),
        ("By how many percent did net sales grow from 2020 to 2021?", "20%"),
        ("How much has cost of sales increased between 2020 and 2021?", "$100 million"),
        ("What was the change in research and development between 2019 and 2020?", "$10 million"),
        ("What is the average net sales for 2019, 2020 and 2021?", "$1,000 million"),
        ("What is the difference between total assets and total liabilities in 2021?", "$600 million"),
        ("What is the ratio of inventories to total assets in 2020?", "0.11 times"),
        ("What is the FY2021 working capital ratio? Round your answer to two decimal places.", "2.00 times"),
        ("What is the FY2021 inventory turnover ratio? Round to one decimal place.", "9.0 times"),
        ("What is FY2021 COGS in USD billions?", "$0.9 billion"),
    ],
)
def test_a_question_about_figures_is_answered_from_cells(question, answer):
    assert said(reckon(question, TABLES)) == answer


@pytest.mark.parametrize(
    "question",
    [
        "What was net sales in 2017?",
        "What was net sales?",
        "What were the sales of the Norwegian branch in 2021?",
        "What is the change in goodwill from 2020 to 2021?",
        "What is the percentage change in net income from 2020 to 2021?",
        "Why did net sales grow in 2021?",
        "What is the ratio of net income to net sales in 2020?",
        "Who audits the company?",
    ],
)
def test_what_is_not_beyond_doubt_is_left_to_others(question):
    assert reckon(question, TABLES) is None


def test_two_tables_that_say_otherwise_answer_nothing():
    other = Table("Sales by region", "in millions", ("2021", "2020"), (Row("Net sales", ("$7", "$8")),), page=9)
    plain = Table("Sales by product", "in millions", ("2021", "2020"), (Row("Net sales", ("$5", "$6")),), page=8)

    assert reckon("What was net sales in 2021?", (other, plain)) is None
    assert said(reckon("What was net sales in 2021?", (other, plain, INCOME))) == "$1,200 million"


def test_a_reckoning_shows_its_operands():
    found = reckon("What is the percentage change in cost of sales from 2020 to 2021?", TABLES)

    assert found.working == "(900 − 800) / 800"
    assert [(each.row.label, each.header, each.written) for each in found.cells] == [
        ("Cost of sales", "2020", "800"),
        ("Cost of sales", "2021", "900"),
    ]
