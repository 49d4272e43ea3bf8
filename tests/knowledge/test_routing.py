"""Where messages go: by rule, by examples, by the thread, by what the sources know, and in doubt by the model."""

from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import yaml
from langchain_core.embeddings import Embeddings
from langchain_core.messages import BaseMessage

from knowledge import routing
from knowledge.intents import TABLE, Intents
from knowledge.models.embed import embeddings
from knowledge.models.weights import path_of
from knowledge.routing import Router
from knowledge.types import Question, Turn
from tests.knowledge.conftest import HashedEmbeddings, ScriptedModel

DATA = (Turn("Total deposits by branch", "Oslo leads with 4,000,000.", sql="SELECT 1"),)
DOCUMENTS = (Turn("Which law governs it?", "The laws of Florida govern.", documents=("a",)),)


class CountingEmbeddings(HashedEmbeddings):
    """Embeddings that count the texts they were given in bulk."""

    def __init__(self) -> None:
        self.texts = 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.texts += len(texts)
        return super().embed_documents(texts)


class NoEmbeddings(Embeddings):
    """Embeddings that nothing may need."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise AssertionError(texts)

    def embed_query(self, text: str) -> list[float]:
        raise AssertionError(text)


class DownModel(ScriptedModel):
    """A model whose server does not answer."""

    def _next(self, messages: list[BaseMessage]) -> str:
        self.prompts.append(messages)
        raise openai.APIConnectionError(request=httpx.Request("POST", "http://127.0.0.1"))


@pytest.fixture(scope="module")
def router():
    path = path_of("all-minilm-l6-v2", Path("~/.cache/teller").expanduser())
    if path is None:
        pytest.skip("run `teller models pull all-minilm-l6-v2`")
    return Router(embeddings(path))


def ask(router: Router, text: str, **more: Any) -> str:
    return router.route(Question(text, **more)).name


@pytest.mark.parametrize(
    ("text", "said"), [("hi there", "Hello!"), ("thanks!", "welcome"), ("help", "contracts"), ("", "documents")]
)
def test_plain_courtesies_are_answered_by_rule_alone(text, said):
    route = Router(NoEmbeddings()).route(Question(text))

    assert route.name == "chat"
    assert said in route.reply


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("May the tenant sublet under the lease with Harbor Estates?", "documents"),
        ("Is the licence transferable?", "documents"),
        ("gov law?", "documents"),
        ("What was Contoso's inventory turnover in FY2020, from the balance sheet?", "documents"),
        ("What does the data retention policy say about e-mails?", "documents"),
        ("How many mortgages did each branch sign in March?", "data"),
        ("top 7 merchants by refunds this year", "data"),
        ("Return the name and city of clients with two or more loans.", "data"),
        ("average salary per department, as a bar chart", "data"),
        ("Which of our borrowers exceed the debt limit that their credit agreement sets?", "both"),
        ("my debit card got eaten by the machine at the airport", "help"),
        ("How do I raise the daily limit of my card?", "help"),
        ("I was billed twelve euros by a shop I never visited", "help"),
        ("who came up with you?", "chat"),
        ("how are things with you this fine day?", "chat"),
        ("thank you so much, this was quick", "chat"),
        ("what's a good recipe for pancakes", "out_of_scope"),
        ("who was the emperor of Rome in the year 100", "out_of_scope"),
        ("switch on the radio", "out_of_scope"),
    ],
)
def test_messages_unlike_the_examples_go_where_they_belong(router, text, name):
    assert ask(router, text) == name


@pytest.mark.model
@pytest.mark.parametrize(
    "text", ["and only for Oslo?", "as a line", "why so low in May?", "top 3", "the same for loans"]
)
def test_what_leans_on_an_answer_from_data_stays_with_the_data(router, text):
    assert ask(router, text, thread=DATA) == "data"


@pytest.mark.model
@pytest.mark.parametrize("text", ["can it be assigned?", "for how long?", "and if they pay late?", "why?"])
def test_what_leans_on_an_answer_from_documents_stays_with_the_documents(router, text):
    assert ask(router, text, thread=DOCUMENTS) == "documents"


@pytest.mark.model
def test_a_new_subject_leaves_the_thread(router):
    assert ask(router, "Which law governs the hosting agreement with Bluefly?", thread=DATA) == "documents"
    assert ask(router, "How many customers do we have in Oslo?", thread=DOCUMENTS) == "data"
    assert ask(router, "my card was stolen yesterday, please block it", thread=DATA) == "help"


@pytest.mark.model
@pytest.mark.parametrize("text", ["who's STASCO?", "minimum volume per month?", "english or russian version?"])
def test_a_question_under_a_dropped_document_is_about_it(router, text):
    assert ask(router, text, focus=("a",)) == "documents"


@pytest.mark.model
def test_what_the_data_knows_is_not_out_of_scope(router):
    text = "Which lakes lie in Michigan?"
    knowing = Router(router._intents._embeddings, known_data=lambda _: 1.0)
    knowing._intents = router._intents

    assert ask(router, text) == "out_of_scope"
    assert ask(knowing, text) == "data"


@pytest.mark.model
@pytest.mark.parametrize("text", ["why was my card declined", "I forgot my PIN", "where is my transfer?"])
def test_however_much_the_data_knows_a_customers_problem_is_no_query(router, text):
    knowing = Router(router._intents._embeddings, known_data=lambda _: 1.0)
    knowing._intents = router._intents

    assert ask(knowing, text) == "help"


@pytest.mark.model
def test_a_title_that_the_library_knows_speaks_for_the_documents(router):
    knowing = Router(router._intents._embeddings, known_documents=lambda question: float("Harbor" in question.text))
    knowing._intents = router._intents

    assert ask(router, "when did Harbor Estates move in?") == "out_of_scope"
    assert ask(knowing, "when did Harbor Estates move in?") == "documents"


@pytest.mark.model
def test_every_route_says_what_is_needed(router):
    documents = router.route(Question("Is the licence exclusive?"))
    data = router.route(Question("How many loans did each branch sign in March?"))
    help_ = router.route(Question("my card was declined"))
    beyond = router.route(Question("what's a good recipe for pancakes"))
    name = router.route(Question("what are you called?"))

    assert (documents.reply, documents.other, data.reply, data.other) == ("", "data", "", "documents")
    assert "product documents" in help_.reply
    assert help_.other == "documents"
    assert "documents" in beyond.reply
    assert "Teller" in name.reply
    assert 0.5 < documents.confidence <= 1.0


class Doubtful(Router):
    """A router whose reading of every message is undecided."""

    def _weigh(self, question, reading, weights):
        return {"data": 0.36, "documents": 0.34, "help": 0.1, "chat": 0.1, "out_of_scope": 0.1}


def test_in_doubt_the_model_chooses_among_the_likely_routes(llm, tmp_path):
    llm.says("A")

    route = Doubtful(HashedEmbeddings(), llm=llm).route(Question("the Acme figures"))

    assert (route.name, route.other, route.asked_model) == ("documents", "data", True)
    assert "the Acme figures" in llm.prompt(0)
    assert "small talk" not in llm.prompt(0)


def test_a_model_that_is_down_or_babbles_leaves_the_likeliest_route(llm):
    llm.says("Perhaps")
    down = DownModel()

    babbled = Doubtful(HashedEmbeddings(), llm=llm).route(Question("the Acme figures"))
    alone = Doubtful(HashedEmbeddings(), llm=down).route(Question("the Acme figures"))

    assert (babbled.name, babbled.asked_model) == ("data", False)
    assert (alone.name, alone.asked_model) == ("data", False)
    assert down.prompts


@pytest.mark.model
def test_the_model_is_not_asked_about_a_clear_message(router, llm):
    sure = Router(router._intents._embeddings, llm=llm)
    sure._intents = router._intents

    assert ask(sure, "Which law governs the hosting agreement with Bluefly?") == "documents"


@pytest.mark.parametrize(
    ("text", "name"),
    [("¿Cuántos clientes hay en cada sucursal?", "data"), ("¿Qué ley rige el contrato con Acme?", "documents"),
     ("每个分行的存款总额是多少?", "data"), ("这份合同的管辖法律是什么?", "documents")],
)  # fmt: skip
def test_another_language_goes_by_its_words_when_there_is_no_model(text, name):
    assert ask(Router(HashedEmbeddings()), text) == name


def test_another_language_is_sorted_by_the_model(llm):
    llm.says("E")

    assert ask(Router(HashedEmbeddings(), llm=llm), "¿Cuál es la mejor receta de paella?") == "out_of_scope"


@pytest.mark.parametrize(
    "text", ["¿Cuántas tarjetas están bloqueadas?", "Wie viele Karten sind gesperrt?", "有多少张卡被冻结?"]
)
def test_who_counts_in_another_language_asks_the_data(llm, text):
    assert ask(Router(HashedEmbeddings(), llm=llm), text) == "data"
    assert not llm.prompts


def test_who_counts_in_another_language_what_a_contract_says_asks_the_model(llm):
    llm.says("A")

    assert ask(Router(HashedEmbeddings(), llm=llm), "¿Cuántos días de preaviso pide el contrato?") == "documents"


def test_the_examples_vectors_outlive_the_process_and_damage(tmp_path):
    kept = tmp_path / "kept" / "examples.npz"
    first, second, third = CountingEmbeddings(), CountingEmbeddings(), CountingEmbeddings()

    before = Intents(first, keep=kept).read("overdue loans")
    after = Intents(second, keep=kept).read("overdue loans")
    kept.write_bytes(kept.read_bytes()[:999])
    mended = Intents(third, keep=kept).read("overdue loans")

    assert first.texts == third.texts > 500
    assert second.texts == 0
    assert before == after == mended


def test_the_reviewed_file_says_each_thing_once():
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    texts = [text for group in table["examples"].values() for text in group]
    texts += [text for kind in table["chat"].values() for text in kind["examples"]]

    assert set(table["examples"]) | {"chat"} == {*routing.ROUTES, "both"}
    assert all(isinstance(text, str) for text in texts)
    assert len({text.lower() for text in texts}) == len(texts)
    assert all(kind["reply"] or name == "skills" for name, kind in table["chat"].items())


def test_a_message_of_any_length_is_read(tmp_path):
    long = "How many accounts? " * 20_000

    assert Intents(HashedEmbeddings()).read(long).weights


@pytest.mark.model
@pytest.mark.parametrize("text", ["fit a trend", "which branch is the outlier?", "cluster these", "correlate them"])
def test_an_analysis_of_a_result_stays_with_the_data(router, text):
    assert ask(router, text, thread=DATA) == "data"
