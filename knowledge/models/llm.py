"""Speak with a language model behind an OpenAI-compatible address, whichever server it is."""

import math
import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, cast

import openai
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from knowledge.errors import TellerError, TransientError, UnavailableError, UserError

_LOOK = 0.2  # Seconds between two looks at whether the asker said stop.


class StoppedError(TellerError):
    """The asker stopped the answer."""


def chat_model(url: str, key: str, name: str, *, llama: bool = False, timeout: float = 600.0) -> BaseChatModel:
    """Return the model `name` served at `url`; `llama` says that the server is llama.cpp.

    The same question always gets the same words: no temperature, a fixed seed.
    """
    # Without progress reports llama.cpp does not notice while it reads a prompt that the asker has gone.
    extra = {"cache_prompt": True, "return_progress": True} if llama else None
    return ChatOpenAI(
        base_url=url,
        api_key=SecretStr(key or "none"),
        model=name,
        temperature=0,
        seed=1,
        max_retries=0,
        timeout=timeout,
        extra_body=extra,
    )


def write(
    llm: BaseChatModel,
    messages: Sequence[BaseMessage],
    *,
    tokens: int = 256,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[str]:
    """Yield the model's words as they come; closing the iterator makes the server stop.

    Raises:
        StoppedError: `stopped` said so; noticed within a fraction of a second, even while the prompt is read.
        TransientError: the server failed or could not be reached.
        UserError: the question is too long for the model.
    """
    for chunk in _chunks(llm, messages, stopped, max_tokens=tokens):
        if chunk.content:
            yield str(chunk.content)


def weighed(
    llm: BaseChatModel,
    messages: Sequence[BaseMessage],
    *,
    tokens: int = 256,
    stopped: Callable[[], bool] = lambda: False,
    **options: Any,
) -> tuple[str, float]:
    """Return what the model writes, and how likely its least likely word was to it; 1 where the server does not say.

    Raises:
        StoppedError, TransientError, UserError: as `write` does.
    """
    text, least = "", 0.0
    for chunk in _chunks(llm, messages, stopped, max_tokens=tokens, logprobs=True, **options):
        text += str(chunk.content)
        for each in (chunk.response_metadata.get("logprobs") or {}).get("content") or []:
            least = min(least, float(each["logprob"]))
    return text, math.exp(least)


def likelihood(
    llm: BaseChatModel, messages: Sequence[BaseMessage], *, stopped: Callable[[], bool] = lambda: False
) -> float:
    """Return how likely the model's answer to a yes-or-no question is Yes, from 0 to 1.

    Raises:
        StoppedError, TransientError, UserError: as `write` does.
    """
    text = ""
    content: list[dict[str, Any]] = []
    for chunk in _chunks(llm, messages, stopped, max_tokens=1, logprobs=True, top_logprobs=10):
        text += str(chunk.content)
        content += (chunk.response_metadata.get("logprobs") or {}).get("content") or []
    if not content:  # A server without log probabilities: its word must do.
        return 1.0 if text.strip().lower().startswith("yes") else 0.0
    shares = {"yes": 0.0, "no": 0.0}
    for each in content[0]["top_logprobs"]:
        word = str(each["token"]).strip().lower()
        if word in shares:
            shares[word] += math.exp(each["logprob"])
    return shares["yes"] / (sum(shares.values()) or 1.0)


def _chunks(
    llm: BaseChatModel, messages: Sequence[BaseMessage], stopped: Callable[[], bool], **options: Any
) -> Iterator[AIMessageChunk]:
    """Yield what the model streams; a thread of its own waits for it, so that Stop need not."""
    chunks: queue.Queue[AIMessageChunk | None] = queue.Queue()
    gone = threading.Event()

    def read() -> None:
        stream = cast("Generator[AIMessageChunk, None, None]", llm.stream(list(messages), **options))
        with _translated(), closing(stream):
            for chunk in stream:
                if gone.is_set():
                    return
                chunks.put(chunk)

    if stopped():
        raise StoppedError
    pool = ThreadPoolExecutor(1, thread_name_prefix="model")
    reading = pool.submit(read)
    reading.add_done_callback(lambda _: chunks.put(None))
    pool.shutdown(wait=False)
    try:
        while True:
            try:
                chunk = chunks.get(timeout=_LOOK)
            except queue.Empty:
                chunk = AIMessageChunk(content="")
            if stopped():
                raise StoppedError
            if chunk is None:
                return reading.result()
            yield chunk
    finally:
        gone.set()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as error:
        raise UnavailableError("The language model's server refuses this key or model: check MODEL_URL.") from error
    except openai.BadRequestError as error:
        if "context" in str(error).lower():
            raise UserError(
                "That is too much text for the language model at once. Please ask a shorter question."
            ) from error
        raise
    except (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError) as error:
        raise TransientError("The language model does not answer right now.") from error
