"""Read Word, Excel, CSV, HTML and mail, and open pictures."""

import csv
import mimetypes
import re
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO, StringIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from knowledge.documents.jail import pdf
from knowledge.documents.jail.cell import BROKEN, LockedError, TooLargeError, UnknownError
from knowledge.documents.jail.grid import written

PAGE = 3000  # Characters on a "page" of a file that has none.
UNPACKED = 200_000_000  # Bytes that an archive may hold in all.
MEMBERS = 5000
ROWS, CELLS = 100_000, 200
ATTACHMENTS, DEPTH = 20, 2
SPACE = re.compile(r"\s+")
SKIPPED = ("script", "style", "template", "noscript", "head", "svg", "iframe", "object")
BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
        "header hr li main nav ol p pre section table tr ul",
    )
)


mimetypes.knownfiles.clear()  # Workbooks would have it look for lists of types outside the jail.

REFUSED: tuple[type[Exception], ...] = (*BROKEN, LockedError, UnknownError)


def read(data: bytes, kind: str, *, most_pages: int, depth: int = 0) -> list[str]:
    """Return the text of a file of some kind, in pages."""
    readers: dict[str, Callable[[bytes], list[str]]] = {"csv": _csv, "html": _html}
    match kind:
        case "zip":
            blocks = _office(data)
        case "eml":
            blocks = _mail(data, most_pages=most_pages, depth=depth)
        case _:
            blocks = readers[kind](data)
    return _paged(blocks, most_pages)


def _paged(blocks: Sequence[str], most: int) -> list[str]:
    """Return blocks of text packed into pages; a form feed opens a new one."""
    pages: list[str] = []
    fresh = True
    for block in blocks:
        if len(pages) > most:
            break
        text = block.lstrip("\f")
        fresh = fresh or text != block
        if not text.strip():
            continue
        if not fresh and len(pages[-1]) + len(text) < PAGE:
            pages[-1] += f"\n{text}"
        else:
            pages += [text[at : at + PAGE] for at in range(0, len(text), PAGE)]
        fresh = False
    return pages


def _office(data: bytes) -> list[str]:
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except BadZipFile as error:
        raise ValueError(str(error)) from error
    if len(members) > MEMBERS or sum(each.file_size for each in members) > UNPACKED:
        raise TooLargeError
    names = {each.filename for each in members}
    if "word/document.xml" in names:
        return list(_word(data))
    if "xl/workbook.xml" in names:
        return list(_excel(data))
    raise UnknownError


def _word(data: bytes) -> Iterator[str]:
    import docx  # noqa: PLC0415 - each kind's reader is slow to start.
    from docx.text.paragraph import Paragraph  # noqa: PLC0415

    document = docx.Document(BytesIO(data))
    for item in document.iter_inner_content():
        if isinstance(item, Paragraph):
            if item.text.strip():
                yield f"{item.text}\n"
        else:
            yield "\n".join(written([_cells(row) for row in item.rows])) + "\n"
    for name, part in (("Footnotes", "/word/footnotes.xml"), ("Endnotes", "/word/endnotes.xml")):
        notes = [each for each in document.part.package.iter_parts() if str(each.partname) == part]
        text = [re.sub(r"<[^>]+>", "", each.blob.decode("utf-8", "replace")).strip() for each in notes]
        if any(text):
            yield "\n".join([name, *text])


def _cells(row: Any) -> list[str]:
    """Return a row's cells; one that spans several columns counts once."""
    return [cell.text for cell in {id(each._tc): each for each in row.cells}.values()]  # noqa: SLF001 - nothing else tells.


def _excel(data: bytes) -> Iterator[str]:
    import openpyxl  # noqa: PLC0415 - each kind's reader is slow to start.

    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        rows = []
        for at, row in enumerate(sheet.iter_rows(max_col=CELLS, values_only=True)):
            if at >= ROWS:
                raise TooLargeError
            rows.append([_value(cell) for cell in row])
        lines = written(rows)
        if lines:
            yield f"\fSheet: {sheet.title}"
            yield from lines


def _value(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell)
    return text.removesuffix(" 00:00:00")


def _csv(data: bytes) -> list[str]:
    text = _decoded(data)
    try:
        dialect = csv.Sniffer().sniff(text[:5000], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    csv.field_size_limit(PAGE * 10)
    rows = []
    for row in csv.reader(StringIO(text, newline=""), dialect):
        rows.append(row[:CELLS])
        if len(rows) > ROWS:
            raise TooLargeError
    return written(rows)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _html(data: bytes) -> list[str]:
    import lxml.html  # noqa: PLC0415 - each kind's reader is slow to start.
    from lxml.etree import LxmlError  # noqa: PLC0415

    parser = lxml.html.HTMLParser(encoding=_charset(data), no_network=True, huge_tree=False)
    try:
        tree = lxml.html.document_fromstring(data, parser=parser)
    except LxmlError as error:
        raise ValueError(str(error)) from error
    title = tree.findtext(".//title")
    for unseen in [each for each in tree.iter() if not isinstance(each.tag, str) or each.tag in SKIPPED]:
        if unseen.getparent() is not None:
            unseen.drop_tree()
    for table in [each for each in tree.iter("table") if next(each.iterdescendants("table"), None) is None]:
        rows = [[cell.text_content() for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")]
        lines, tail = written(rows), table.tail
        for child in list(table):
            table.remove(child)
        table.text, table.tail = "\n".join(lines), tail
    for each in tree.iter():
        if each.tag != "table":
            each.text = SPACE.sub(" ", each.text or "")
        each.tail = SPACE.sub(" ", each.tail or "")
        if each.tag in BLOCKS:
            each.text = "\n" + (each.text or "") if each.tag != "br" else each.text
            each.tail = "\n" + (each.tail or "")
    lines = [" ".join(line.split()) for line in tree.text_content().split("\n")]
    text = re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip()
    title = " ".join((title or "").split())
    return [*([f"{title}\n"] if title and not text.startswith(title) else []), *_paragraphs(text)]


def _charset(data: bytes) -> str:
    found = re.search(rb"""(?i)<meta[^>]{0,200}?charset=["']?([\w-]{1,40})""", data[:4096])
    name = found[1].decode("ascii") if found else "utf-8"
    try:
        data.decode(name)
    except (LookupError, UnicodeDecodeError):
        return "cp1252"
    return name


def _paragraphs(text: str) -> list[str]:
    return [each for each in re.split(r"(?<=\n)\n", text) if each.strip()]


def _mail(data: bytes, *, most_pages: int, depth: int) -> list[str]:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy makes.
    heads = [f"{name}: {message[name]}" for name in ("Subject", "From", "To", "Cc", "Date") if message[name]]
    if not heads and not message.get_content_type().startswith("multipart/"):
        raise UnknownError
    blocks = ["\n".join(heads) + "\n"]
    body = message.get_body(("plain", "html"))
    if body is not None:
        content = str(body.get_content())
        blocks += _html(content.encode()) if body.get_content_subtype() == "html" else _paragraphs(content)
    for at, part in enumerate(message.iter_attachments()):
        if at >= ATTACHMENTS:
            raise TooLargeError
        name = " ".join((part.get_filename() or "without a name").split())[:100]
        blocks += _attached(part, name, most_pages=most_pages, depth=depth)
    return blocks


def _attached(part: Any, name: str, *, most_pages: int, depth: int) -> list[str]:
    content = part.get_payload(decode=True) if not part.is_multipart() else part.get_payload(0).as_bytes()
    try:
        pages = _contained(content or b"", name, most_pages=most_pages, depth=depth + 1)
    except REFUSED:
        pages = []
    if not any(page.strip() for page in pages):
        return [f"\fAttachment that could not be read: {name}"]
    return [f"\fAttachment: {name}\n{pages[0]}", *(f"\f{page}" for page in pages[1:])]


def _contained(data: bytes, name: str, *, most_pages: int, depth: int) -> list[str]:
    suffix = name.lower().rpartition(".")[2]
    if depth > DEPTH:
        raise UnknownError
    if b"%PDF-" in data[:1024]:
        document = pdf.Pdf(data)
        return [document.page(number)["text"] for number in range(1, min(len(document), most_pages) + 1)]
    if data.startswith(b"PK\x03\x04"):
        return read(data, "zip", most_pages=most_pages)
    kinds = {"csv": "csv", "tsv": "csv", "html": "html", "htm": "html", "eml": "eml"}
    if suffix in kinds:
        return read(data, kinds[suffix], most_pages=most_pages, depth=depth)
    if suffix in {"txt", "md", "text"}:
        return _paged(_paragraphs(_decoded(data)), most_pages)
    raise UnknownError
