"""The language model's engine, with real weights of the smallest kind."""

import time
from pathlib import Path

import httpx
import pytest
from langchain_core.messages import HumanMessage

from knowledge.errors import TransientError, UnavailableError, UserError
from knowledge.models.engine import LlamaEngine
from knowledge.models.llm import StoppedError, chat_model, likelihood, write
from knowledge.models.weights import path_of

CACHE = Path("~/.cache/teller").expanduser()


@pytest.fixture(scope="module")
def engine():
    path = path_of("smollm2-135m", CACHE)
    if path is None:
        pytest.skip("run `teller models pull smollm2-135m`")
    with LlamaEngine.start(path, threads=1, context=4096) as engine:
        yield engine


@pytest.fixture
def llm(engine):
    return chat_model(engine.url, engine.key, engine.name, llama=True)


def test_missing_weights_name_the_command(tmp_path):
    with pytest.raises(UnavailableError, match="teller models pull qwen"):
        LlamaEngine.start(tmp_path / "qwen" / "model.gguf")


def test_damaged_weights_are_reported(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + b"junk" * 100)

    with pytest.raises(UnavailableError, match="cannot be loaded"):
        LlamaEngine.start(path)


@pytest.mark.model
def test_it_listens_on_loopback_and_refuses_who_has_no_key(engine):
    question = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}

    without = httpx.post(f"{engine.url}/chat/completions", json=question)
    with_wrong = httpx.post(f"{engine.url}/chat/completions", json=question, headers={"Authorization": "Bearer no"})

    assert engine.url.startswith("http://127.0.0.1:")
    assert without.status_code == with_wrong.status_code == 401
    assert engine.healthy()


@pytest.mark.model
def test_the_same_question_gets_the_same_words(llm):
    asked = [HumanMessage("Name three colours.")]

    first, second = ("".join(write(llm, asked, tokens=12)) for _ in range(2))

    assert first
    assert first == second


@pytest.mark.model
@pytest.mark.parametrize("text", ["word " * 3500, "Write a very long story about the sea."], ids=["reading", "writing"])
def test_stop_takes_effect_at_once_and_frees_the_engine(llm, text):
    stop_at = time.monotonic() + 1.0

    with pytest.raises(StoppedError):
        for _ in write(llm, [HumanMessage(text)], tokens=3500, stopped=lambda: time.monotonic() > stop_at):
            pass

    assert time.monotonic() - stop_at < 15.0
    started = time.monotonic()
    assert "".join(write(llm, [HumanMessage("hi")], tokens=2))
    assert time.monotonic() - started < 150.0  # Unstopped it would take minutes.


@pytest.mark.model
def test_a_prompt_that_is_too_long_is_refused_in_plain_words(llm):
    with pytest.raises(UserError, match="too much text"):
        list(write(llm, [HumanMessage("word " * 5000)]))


@pytest.mark.model
def test_a_likelihood_is_a_share(llm):
    share = likelihood(llm, [HumanMessage("Is water wet? Answer Yes or No.")], stopped=lambda: False)

    assert 0.0 < share < 1.0


@pytest.mark.model
def test_a_wrong_key_is_reported(engine):
    with pytest.raises(UnavailableError, match="MODEL_URL"):
        list(write(chat_model(engine.url, "wrong", engine.name), [HumanMessage("hi")]))


def test_a_server_that_is_not_there_is_tried_again_later():
    with pytest.raises(TransientError):
        list(write(chat_model("http://127.0.0.1:9/v1", "key", "name"), [HumanMessage("hi")]))


@pytest.mark.model
def test_closing_twice_does_no_harm(engine):
    path = path_of("smollm2-135m", CACHE)
    other = LlamaEngine.start(path, threads=1, context=256)

    other.close()
    other.close()

    assert not other.healthy()
    assert engine.healthy()
