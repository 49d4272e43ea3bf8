"""A library with the parts of tests/knowledge/documents."""

from tests.knowledge.documents.conftest import embeddings, engine, library

__all__ = ["embeddings", "engine", "library"]
