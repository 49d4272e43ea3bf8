"""Remember the pages of sites that are kept: how to know each again, and which crawl brought it."""

import hashlib
import json
import time
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Float, String, Table, and_, delete, func, insert, select, update
from sqlalchemy.engine import Engine

from knowledge.documents.tables import document_place
from knowledge.tables import LongText, metadata
from knowledge.web.crawl import Stamp

# Whether a page is visible stands in `document_place`; this is what a crawl needs to come back to it.
web_page = Table(
    "web_page",
    metadata,
    Column("place", String(64), primary_key=True),
    Column("page", String(12), primary_key=True),
    Column("start", String(12), nullable=False),
    Column("url", LongText, nullable=False),
    Column("etag", String(255), nullable=False),
    Column("modified", String(255), nullable=False),
    Column("links", LongText, nullable=False),
    Column("checked_at", Float(53), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A page that is kept: its document, the file it is placed as, and its stamp."""

    document_id: str
    file_id: str
    stamp: Stamp


class KeptPages:
    """The pages that are kept in places."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, place: str, url: str) -> Kept | None:
        """Return what is kept of an address in a place."""
        here = and_(web_page.c.place == document_place.c.place, web_page.c.page == _mark(url))
        query = (
            select(document_place.c.document_id, document_place.c.file_id, web_page)
            .join_from(document_place, web_page, here, isouter=True)
            .where(
                document_place.c.place == place,
                document_place.c.file_id.like(f"web:{_site(url)}:{_mark(url)}:%"),
                document_place.c.withdrawn_at.is_(None),
            )
            .order_by(document_place.c.id.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        stamp = Stamp(row.etag, row.modified, tuple(json.loads(row.links))) if row.page else Stamp()
        return Kept(row.document_id, row.file_id, stamp)

    def note(self, place: str, url: str, stamp: Stamp, *, start: str) -> None:
        """Remember how to know a page again, and, unless it was brought before, the crawl that brought it."""
        where = and_(web_page.c.place == place, web_page.c.page == _mark(url))
        values = {
            "etag": stamp.etag,
            "modified": stamp.modified,
            "links": json.dumps(stamp.links),
            "checked_at": time.time(),
        }

        def write(connection: Connection) -> None:
            if connection.execute(update(web_page).where(where).values(values)).rowcount:
                return
            keys = {"place": place, "page": _mark(url), "start": _mark(start), "url": url}
            connection.execute(insert(web_page).values({**keys, **values}))

        with self._engine.begin() as connection:
            write(connection)

    def forget(self, place: str, url: str) -> None:
        """Remember a page no more."""
        with self._engine.begin() as connection:
            connection.execute(delete(web_page).where(web_page.c.place == place, web_page.c.page == _mark(url)))

    def brought_by(self, place: str, start: str) -> tuple[str, ...]:
        """Return the addresses of the pages that the crawl from `start` brought."""
        query = select(web_page.c.url).where(web_page.c.place == place, web_page.c.start == _mark(start))
        with self._engine.connect() as connection:
            return tuple(connection.scalars(query.order_by(web_page.c.url)))

    def count(self, place: str, start: str) -> int:
        """Return how many pages the crawl from `start` brought."""
        query = select(func.count()).where(web_page.c.place == place, web_page.c.start == _mark(start))
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0


def new_file_id(url: str, document: str) -> str:
    """Return the name under which a version of a page is placed: one that was withdrawn never comes back as it was."""
    return f"web:{_site(url)}:{_mark(url)}:{document[:12]}:{time.time_ns() // 1_000_000}"


def _mark(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def _site(url: str) -> str:
    return _mark(url.split("/")[2].removeprefix("www."))
