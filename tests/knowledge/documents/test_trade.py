import pytest
import yaml

from knowledge.documents.trade import TABLES, expand
from knowledge.documents.words import stems


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("What is the governing law?", "construed"),
        ("Can they walk away from it?", "termination"),
        ("cap on liabilty or liability cap?", "consequential"),
        ("¿Cuál es la ley aplicable?", "construed"),
        ("合同的适用法律是什么？", "construed"),
        ("Do we get the best price?", "favored"),
    ],
)
def test_a_question_is_also_put_in_the_words_of_contracts(question, word):
    assert stems(word)[0] in expand(question).stems


def test_the_askers_own_words_count_most():
    weights = expand("What is the governing law?").stems

    assert weights["govern"] == max(weights.values())
    assert weights["constru"] < weights["govern"]


def test_the_longer_phrase_decides():
    says = expand("Does it include a right of first refusal?").wordings

    assert len(says) == 1


def test_a_question_of_no_known_topic_is_searched_as_it_stands():
    expansion = expand("Who feeds the llamas?")

    assert not expansion.wordings
    assert "llama" in expansion.stems


def test_how_much_something_changed_is_no_question_of_payment():
    expansion = expand("How much has the effective tax rate changed?")

    assert not any("invoice" in each for each in expansion.wordings)
    assert "much" not in expansion.stems


def test_every_topic_of_the_table_can_be_asked_for():
    for row in [row for table in TABLES for row in yaml.safe_load(table.read_text(encoding="utf-8"))]:
        for ask in row["asks"]:
            assert expand(ask).wordings, ask
