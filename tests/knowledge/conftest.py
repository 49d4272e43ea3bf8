"""A library with one contract, and a language model that says what it is told to."""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

from knowledge.documents.library import Library
from knowledge.tables import connect, metadata

CONTRACT = """SUPPLY AGREEMENT

This Supply Agreement is made on March 3, 2019 by and between NORTHWIND TRADERS, INC. ("Supplier") and CONTOSO BANK
LTD. ("Buyer").

1. TERM
1.1 This Agreement begins on March 3, 2019 and ends on March 2, 2024, unless it is terminated earlier.
1.2 Either party may terminate this Agreement at the end of the term by written notice of at least sixty-five (65) days.

2. PAYMENT
2.1 Buyer shall pay Supplier the sum of $24,000 on July 1 of each year, an aggregate amount of $120,000.
2.2 Buyer shall pay a late fee of 1.5% per month of the payment then due until it is paid in full.

3. ASSIGNMENT
3.1 No party may assign any of its rights hereunder without the prior written consent of the other party.

4. GOVERNING LAW
4.1 This Agreement shall be governed by the laws of the State of Florida. The state and federal courts situate in
Broward County, Florida, shall have exclusive jurisdiction over any legal proceedings.
"""


class ScriptedModel(BaseChatModel):
    """A chat model that gives its replies in order and keeps the prompts."""

    replies: list[str] = Field(default_factory=list)
    prompts: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def says(self, *replies: str) -> None:
        self.replies.extend(replies)

    def prompt(self, number: int) -> str:
        return "\n".join(str(message.content) for message in self.prompts[number])

    def _next(self, messages: list[BaseMessage]) -> str:
        self.prompts.append(messages)
        assert self.replies, f"The model was asked once more than scripted: {messages[-1].content}"
        return self.replies.pop(0)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self._next(messages)))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for word in self._next(messages).split(" "):
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))


class HashedEmbeddings(Embeddings):
    """Vectors that are near when texts share words."""

    name = "hashed"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = np.zeros(64)
        for word in text.lower().split():
            vector[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % 64] += 1.0
        return [float(each) for each in vector / (np.linalg.norm(vector) or 1.0)]


@pytest.fixture
def llm():
    model = ScriptedModel()
    yield model
    assert not model.replies, "The model was asked less often than scripted."


@pytest.fixture
def library(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'state.db'}")
    metadata.create_all(engine)
    yield Library(engine, tmp_path / "library", HashedEmbeddings())
    engine.dispose()


@pytest.fixture
def add(library, tmp_path):
    """Return a function that puts a text into the library and returns its document's id."""

    def add(text: str = CONTRACT, *, name: str = "supply.txt", place: str = "public") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        document_id = library.keep(path)
        library.read(document_id, name=name)
        while library.embed(document_id):
            pass
        library.place(document_id, place, name=name)
        library.publish()
        return document_id

    return add
