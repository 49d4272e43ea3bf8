"""The values that cross the rooms' borders: all frozen, all of plain parts."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

PUBLIC = "public"
GENERATED = "generated"  # The check that an answer worked out by generated code does not pass.


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document; `start` is the offset of its text in the document's text."""

    number: int
    text: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A document in the library; its identity `id` is the sha256 of its bytes."""

    id: str
    name: str
    title: str
    parties: tuple[str, ...]
    pages: int


def under_heading(heading: str, text: str) -> str:
    """Return what is embedded, indexed and judged of a stretch: its text under its headings."""
    return f"{heading}\n{text}" if heading else text


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of one document: `start` and `end` are offsets in the document's text."""

    id: int
    document_id: str
    ordinal: int
    page: int
    last_page: int
    start: int
    end: int
    heading: str
    text: str

    @property
    def embedded(self) -> str:
        """Return what is embedded and judged: the text under its headings."""
        return under_heading(self.heading, self.text)


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that a search found, best first by `score`."""

    chunk: Chunk
    document: Document
    score: float


@dataclass(frozen=True, slots=True)
class Audience:
    """The places whose documents everyone who can read the reply may see.

    A place is `public`, a channel's id, or a user's id for what was sent in a direct message.
    """

    places: frozenset[str] = frozenset({PUBLIC})


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose question it is, as far as the bank's data is concerned; without a role nothing of it may be seen.

    `attributes` fill in the row rules of a policy, as in `{"branch": "Oslo"}`. `overheard` says that strangers read the
    reply, so that the roles are theirs.
    """

    user: str = ""
    roles: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)
    overheard: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation, with the documents or the query that its answer rested on."""

    question: str
    answer: str
    documents: tuple[str, ...] = ()
    sql: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `thread` is oldest first, `focus` names the documents dropped in the thread."""

    text: str
    audience: Audience = Audience()
    thread: tuple[Turn, ...] = ()
    focus: tuple[str, ...] = ()
    asker: Asker = Asker()


@dataclass(frozen=True, slots=True)
class Citation:
    """Words that stand verbatim (white space apart) on one page of a document."""

    document_id: str
    document: str
    page: int
    quote: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a result; `cut` says that there were more."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One test an answer went through before it was shown."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button under an answer: pressing it asks `question` in the asker's name."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, in letters as JSON takes it; `alt` says what it shows."""

    encoded: str
    alt: str = ""

    @classmethod
    def of(cls, png: bytes, *, alt: str = "") -> Self:
        """Return the picture of a PNG's bytes."""
        return cls(base64.b64encode(png).decode(), alt)

    @property
    def png(self) -> bytes:
        """Return the PNG's bytes."""
        return base64.b64decode(self.encoded)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its proof.

    `text` marks its sources as `[1]`, counting `citations` from one. When `refused`, `text` says that the
    answer was not found and `nearest` holds the closest passages. `timings` are seconds by stage.
    For data, `filters` and `definitions` say in plain words what was counted, `as_of` how fresh it is, `verified` who
    approved the query and `verified_on` when, or `outdated` when one was approved that counts no more; `understood` is
    the question, whole where it leaned on the one before. An answer with `choices` asks back. `code` was written by
    the model and worked the answer out, with `picture` where that is a chart. An answer over the fields of documents
    names in `listed` the id and name of each that it tells of, or that does not say.
    """

    text: str
    route: str = "documents"
    refused: bool = False
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    table: Table | None = None
    chart: dict[str, Any] | None = None
    sql: str | None = None
    filters: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    as_of: str = ""
    verified: str = ""
    verified_on: str = ""
    outdated: str = ""
    understood: str = ""
    choices: tuple[Choice, ...] = ()
    checks: tuple[Check, ...] = ()
    confidence: float = 0.0
    hidden_sources: int = 0
    searched: tuple[str, ...] = ()
    listed: tuple[tuple[str, str], ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    code: str = ""
    picture: Picture | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data from which `from_json` makes an equal answer."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Make the answer that `to_json` wrote."""
        table, picture = data.get("table"), data.get("picture")
        return cls(
            **{
                **data,
                "citations": tuple(Citation(**each) for each in data["citations"]),
                "nearest": tuple(Citation(**each) for each in data["nearest"]),
                "checks": tuple(Check(**each) for each in data["checks"]),
                "searched": tuple(data["searched"]),
                "listed": tuple((str(each[0]), str(each[1])) for each in data.get("listed", ())),
                **{name: tuple(data.get(name, ())) for name in ("filters", "definitions")},
                "choices": tuple(Choice(**each) for each in data.get("choices", ())),
                "picture": picture and Picture(**picture),
                "table": table and Table(tuple(table["columns"]), tuple(map(tuple, table["rows"])), table["cut"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a file that was read into the library.

    `empty_pages` had no text layer, `failed_pages` could not be read, with `reasons`; all hold page numbers. The text
    of `recognised` pages was recognised in their pictures, each as surely as its share says. `tables` counts tables;
    those of the pages `untold` could not be found, their words are kept.
    """

    document_id: str
    name: str
    title: str
    pages: int
    chunks: int
    empty_pages: tuple[int, ...] = ()
    failed_pages: tuple[int, ...] = ()
    known_before: bool = False
    seconds: float = 0.0
    recognised: tuple[tuple[int, float], ...] = ()
    reasons: tuple[tuple[int, str], ...] = ()
    tables: int = 0
    untold: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Make the receipt that `to_json` wrote."""
        pages = {name: tuple(data.get(name, ())) for name in ("empty_pages", "failed_pages", "untold")}
        told = {name: tuple(map(tuple, data.get(name, ()))) for name in ("recognised", "reasons")}
        return cls(**{**data, **pages, **told})
