"""Build every part from the settings: the one place where a laptop and production differ."""

import logging
import threading
import time
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.engine import Engine

from knowledge.errors import TransientError, UserError
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
    from knowledge.database.analyst import Analyst
    from knowledge.documents.comparing import Comparer
    from knowledge.documents.library import Library
    from knowledge.documents.search import Judge
    from knowledge.documents.show import Shower
    from knowledge.models.engine import LlamaEngine
    from knowledge.routing import Router
    from knowledge.web.keep import Keeper

log = logging.getLogger(__name__)
DATA_AGAIN = 30.0  # Seconds after which data that could not be read is tried again for routing.
DEMO = Path(__file__).resolve().parent.parent / "knowledge" / "database" / "demo"


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
        self._data_again = 0.0

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

    def _judge(self) -> "Judge | None":
        from knowledge.models.rerank import reranker

        return reranker(Path(self.settings.reranker).expanduser()) if self.settings.reranker else None

    @cached_property
    def library(self) -> "Library":
        """Return the documents and their index."""
        from knowledge.documents.library import Library

        with self._lock:
            return Library(self.engine, self.settings.data / "library", self.embeddings, judge=self._judge())

    @cached_property
    def shower(self) -> "Shower":
        """Return what draws the pages of documents."""
        from knowledge.documents.places import Places
        from knowledge.documents.show import Shower

        return Shower(Places(self.engine), self.settings.data / "library")

    @cached_property
    def keeper(self) -> "Keeper":
        """Return what keeps web pages in the library."""
        from knowledge.web.crawl import Crawler
        from knowledge.web.fetch import Fetcher
        from knowledge.web.keep import Keeper

        return Keeper(self.library, self.engine, Crawler(Fetcher()))

    @cached_property
    def comparer(self) -> "Comparer":
        """Return what compares documents."""
        from knowledge.documents.comparing import Comparer

        return Comparer(self.library, self.embeddings)

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
        from knowledge.counsel import Counsel
        from knowledge.documents.fieldbook import FieldBook
        from knowledge.documents.register import Register

        with self._lock:
            counsel = Counsel(self.library, self.llm)
            return Assistant(
                counsel,
                router=self.router,
                analyst=lambda: self.analyst,
                comparer=self.comparer,
                register=Register(self.library, FieldBook(self.engine)),
            )

    @cached_property
    def router(self) -> "Router":
        """Return what tells where messages go."""
        from knowledge.routing import Router

        return Router(
            self.embeddings,
            known_data=self._known_data,
            known_documents=lambda question: float(self.library.names(question.text, question.audience)),
            llm=self.llm,
            keep=self.settings.data / "routing.npz",
        )

    @cached_property
    def analyst(self) -> "Analyst":
        """Return who answers from the bank's data.

        Raises:
            TransientError, UserError: the bank's data cannot be read; documents can.
        """
        from knowledge.analysis.analyser import Analyser
        from knowledge.database.analyst import Analyst
        from knowledge.database.audit import Audit
        from knowledge.database.catalog import read_catalog
        from knowledge.database.choices import Choices
        from knowledge.database.pairs import Pairs
        from knowledge.database.policy import Policy
        from knowledge.database.run import Runner

        with self._lock:
            settings = self.settings
            if not settings.bank_url and not (settings.data / "bank.db").is_file():
                raise UserError("The demo bank's data is still being made (or was never: `teller bank seed` makes it).")
            runner = Runner(settings.bank, audit=Audit(self.engine))
            own = settings.bank_policy and settings.bank_policy != "demo"
            policy = Policy.load(Path(settings.bank_policy) if own else DEMO / "policy.yaml")
            meaning = (
                Path(settings.bank_semantics) if settings.bank_semantics else None if own else DEMO / "semantics.yaml"
            )
            catalog = read_catalog(runner.engine, semantics=meaning)
            pairs = Pairs(self.engine, self.embeddings)
            pairs.mark(catalog)
            return Analyst(
                catalog,
                policy,
                runner,
                self.llm,
                self.embeddings,
                pairs,
                choices=Choices(self.engine),
                analyser=Analyser(settings.cache, self.llm),
            )

    def _known_data(self, text: str) -> float:
        """Return how much of a message the bank's data knows; data that cannot be read knows nothing."""
        if time.monotonic() < self._data_again:
            return 0.0
        try:
            return self.analyst.knows(text)
        except (UserError, TransientError) as error:
            self._data_again = time.monotonic() + DATA_AGAIN
            log.warning("Messages are routed without the bank's data: %s", error)
            return 0.0

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
