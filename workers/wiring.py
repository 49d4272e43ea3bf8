"""Build every part from the settings: the one place where a laptop and production differ."""

import threading
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.engine import Engine

from knowledge.people.memory import Memory
from knowledge.tables import connect
from workers.celery import redis_client_url
from workers.gate import Gate
from workers.ledger import Ledger
from workers.roles import Roles
from workers.settings import Settings, read_settings
from workers.slack import Slack

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

    from knowledge.assistant import Assistant
    from knowledge.documents.library import Library
    from knowledge.documents.show import Shower
    from knowledge.models.engine import LlamaEngine


class Services:
    """The parts of one process; heavy ones (index, embedder, language model) are built when first used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine: Engine = connect(settings.state)
        self.ledger = Ledger(self.engine)
        self.slack = Slack(settings.slack_bot_token, settings.slack_api_url, gate=Gate(settings.pauses))
        self.roles = Roles.read(settings.roles, settings.admin_ids)
        self._llama: LlamaEngine | None = None
        self._lock = threading.RLock()

    @cached_property
    def memory(self) -> Memory:
        """Return what was said lately, kept in Redis."""
        client = redis.Redis.from_url(
            redis_client_url(self.settings.redis_url or "redis://127.0.0.1:6379/0"),
            socket_timeout=2,
            socket_connect_timeout=2,
            retry=Retry(NoBackoff(), 0),  # A thread's memory is not worth waiting for.
        )
        return Memory(client)

    @cached_property
    def embeddings(self) -> "Embeddings":
        """Return the embedder named by the settings."""
        from knowledge.models.embed import embeddings

        return embeddings(self._weights(self.settings.embedder))

    @cached_property
    def library(self) -> "Library":
        """Return the documents and their index."""
        from knowledge.documents.library import Library

        with self._lock:
            return Library(self.engine, self.settings.data / "library", self.embeddings)

    @cached_property
    def shower(self) -> "Shower":
        """Return what draws the pages of documents."""
        from knowledge.documents.places import Places
        from knowledge.documents.show import Shower

        return Shower(Places(self.engine), self.settings.data / "library")

    @cached_property
    def llm(self) -> "BaseChatModel":
        """Return the language model: a server of the bank's, or llama.cpp in this process."""
        from knowledge.models.llm import chat_model

        if self.settings.model_url:
            return chat_model(self.settings.model_url, self.settings.model_key, self.settings.model_name)
        from knowledge.models.engine import LlamaEngine

        with self._lock:
            if self._llama is None:
                self._llama = LlamaEngine.start(self._weights(self.settings.model_name))
            return chat_model(self._llama.url, self._llama.key, self.settings.model_name, llama=True)

    @cached_property
    def assistant(self) -> "Assistant":
        """Return what turns questions into answers."""
        from knowledge.assistant import Assistant

        with self._lock:
            return Assistant(self.library, self.llm)

    def close(self) -> None:
        """Stop the model and let go of the database."""
        if self._llama is not None:
            self._llama.close()
        self.engine.dispose()

    def _weights(self, name: str) -> Path:
        from knowledge.models.weights import require

        own = Path(name).expanduser()
        return own if own.exists() else require(name, self.settings.cache)


def build(settings: Settings) -> Services:
    """Return the parts that the settings ask for."""
    return Services(settings)


@cache
def services() -> Services:
    """Return this process's parts: the one process-wide object."""
    return build(read_settings())
