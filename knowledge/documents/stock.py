"""Tell what the library holds, and which snapshot answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents.snapshot import Manifest
from knowledge.documents.store import Record


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What the library holds, and the snapshot that answers."""

    documents: int
    pages: int
    chunks: int
    waiting: int
    snapshot: str
    published_at: float
    bytes: int
    embedder: str
    embedder_changed: bool = False


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What building the index anew would come to; nothing was changed to know it.

    `waiting` chunks have no vector of `embedder` yet; embedding them would take about `seconds`, beside reading again.
    `bytes` are what all vectors together take.
    """

    documents: int
    pages: int
    chunks: int
    waiting: int
    before: str
    embedder: str
    seconds: float
    bytes: int


def stock(records: Sequence[Record], manifest: Manifest | None, embedder: str) -> LibraryStatus:
    """Return what there is: documents kept, and of them those that the published snapshot answers from."""
    published = set(manifest.documents) if manifest else set()
    return LibraryStatus(
        documents=len(records),
        pages=sum(record.pages for record in records),
        chunks=manifest.rows if manifest else 0,
        waiting=sum(record.number not in published for record in records),
        snapshot=manifest.name if manifest else "",
        published_at=manifest.made_at if manifest else 0.0,
        bytes=sum(size for size, _ in manifest.files.values()) if manifest else 0,
        embedder=manifest.embedder if manifest else embedder,
        embedder_changed=bool(manifest and manifest.rows and manifest.embedder != embedder),
    )
