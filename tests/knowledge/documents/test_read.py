import io
import os
import time
import zipfile
from dataclasses import replace

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from knowledge.documents.read import LIMITS, clean, read
from knowledge.errors import UnreadableFileError


def pdf(*texts: str, password: str | None = None, operators: str = "") -> bytes:
    """Return a PDF with one page for each text; an empty text is a page without any."""
    writer = PdfWriter()
    for text in texts:
        page = writer.add_blank_page(612, 792)
        font = DictionaryObject(
            {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")}
        )
        font[NameObject("/BaseFont")] = NameObject("/Helvetica")
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject()
        content.set_data((f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET {operators}" if text else "").encode())
        page[NameObject("/Contents")] = writer._add_object(content.flate_encode() if operators else content)
    if password is not None:
        writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.fixture
def file(tmp_path):
    def file(data: bytes, name: str = "file.pdf"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return file


STROKE = "0 0 m 9 9 l S "  # Many of them keep every reader busy.
BRIEF = replace(LIMITS, least=1)


def reason_of(path, name="file.pdf", limits=LIMITS) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(path, name=name, limits=limits)
    assert name in str(caught.value)
    return caught.value.reason


def test_pages_are_read_with_their_numbers_and_offsets(file):
    reading = read(file(pdf("Hello dear bank", "Second page")), name="a.pdf")

    assert [(page.number, page.text.strip()) for page in reading.pages] == [(1, "Hello dear bank"), (2, "Second page")]
    assert reading.pages[1].start == len(reading.pages[0].text) + 2


def test_pages_without_text_are_told_apart(file):
    assert read(file(pdf("Words", "", "More")), name="a.pdf", limits=BRIEF).empty_pages == (2,)


def test_a_scan_is_refused_with_what_to_do(file):
    assert reason_of(file(pdf("", ""))) == "no_text"


def test_a_page_number_is_no_text(file):
    assert reason_of(file(pdf("Page 1"))) == "no_text"


def test_what_was_typed_into_a_form_is_read(file):
    writer = PdfWriter(io.BytesIO(pdf("Name of the borrower in full:")))
    widget = DictionaryObject({NameObject("/Subtype"): NameObject("/Widget"), NameObject("/FT"): NameObject("/Tx")})
    widget[NameObject("/V")] = TextStringObject("Acme Robotics")
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(widget)])
    out = io.BytesIO()
    writer.write(out)

    assert "Acme Robotics" in read(file(out.getvalue()), name="a.pdf").pages[0].text


@pytest.mark.parametrize("kind", ["/Stamp", "/FreeText"])
def test_what_was_stamped_or_written_over_a_page_is_read(file, kind):
    writer = PdfWriter(io.BytesIO(pdf("This agreement is made between two parties:")))
    look = DecodedStreamObject()
    look.set_data(b"BT /F1 12 Tf 2 6 Td (SUPERSEDED) Tj ET")
    look[NameObject("/Subtype")] = NameObject("/Form")
    look[NameObject("/BBox")] = ArrayObject([FloatObject(each) for each in (0, 0, 120, 20)])
    look[NameObject("/Resources")] = writer.pages[0]["/Resources"]
    stamp = DictionaryObject({NameObject("/Subtype"): NameObject(kind), NameObject("/F"): NumberObject(4)})
    stamp[NameObject("/Rect")] = ArrayObject([FloatObject(each) for each in (300, 600, 420, 620)])
    stamp[NameObject("/AP")] = DictionaryObject({NameObject("/N"): writer._add_object(look)})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(stamp)])
    out = io.BytesIO()
    writer.write(out)

    said = read(file(out.getvalue()), name="a.pdf").pages[0].text

    assert "two parties" in said
    assert "SUPERSEDED" in said


def test_a_file_without_bytes_is_refused(file):
    assert reason_of(file(b"")) == "empty"


def test_what_a_file_is_called_does_not_make_it_a_pdf(file):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("a", "b")

    assert reason_of(file(b"\x89PNG\r\n\x1a\n" + b"0" * 99)) == "not_pdf"
    assert reason_of(file(archive.getvalue())) == "not_pdf"
    assert reason_of(file(b"\xd0\xcf\x11\xe0" + b"0" * 99), "old.doc") == "unsupported"


def test_a_pdf_is_read_whatever_it_is_called(file):
    assert read(file(pdf("Hello")), name="notes.txt", limits=BRIEF).pages[0].text.strip() == "Hello"


def test_a_locked_pdf_is_refused(file):
    assert reason_of(file(pdf("Secret", password="hush"))) == "encrypted"


def test_a_pdf_with_an_empty_password_is_read(file):
    assert read(file(pdf("Open", password="")), name="a.pdf", limits=BRIEF).pages[0].text.strip() == "Open"


def test_a_file_over_the_limit_is_refused_unread(file):
    assert reason_of(file(pdf("Hello")), limits=replace(LIMITS, bytes=100)) == "too_large"


def test_too_many_pages_are_refused(file):
    assert reason_of(file(pdf("a", "b", "c")), limits=replace(LIMITS, pages=2)) == "too_many_pages"


def test_a_file_cut_short_is_read_as_far_as_it_goes_or_refused(file):
    whole = pdf("Hello bank")

    assert reason_of(file(b"%PDF-1.7\n" + b"garbage " * 50)) == "damaged"
    assert PdfReader(io.BytesIO(whole)).pages


def test_a_page_that_takes_too_long_costs_that_page_only(file):
    slow = STROKE * 800_000
    data = pdf("First", operators="")
    writer = PdfWriter()
    writer.append(io.BytesIO(data))
    writer.append(io.BytesIO(pdf("Slow", operators=slow)))
    writer.append(io.BytesIO(pdf("Last")))
    out = io.BytesIO()
    writer.write(out)

    reading = read(file(out.getvalue()), name="a.pdf", limits=replace(BRIEF, page_seconds=0.5))

    assert reading.failed_pages == (2,)
    assert [page.text.strip() for page in reading.pages] == ["First", "", "Last"]


def test_a_file_that_takes_too_long_is_given_up_in_time(file):
    slow = file(pdf(*["Slow"] * 8, operators=STROKE * 800_000))
    began = time.monotonic()

    assert reason_of(slow, limits=replace(LIMITS, seconds=4, page_seconds=4)) == "timeout"
    assert time.monotonic() - began < 60


def test_text_files_are_read_in_pages(file):
    text = "\n\n".join(f"Paragraph {number} of a long note about interest." for number in range(200))

    reading = read(file(text.encode(), "note.md"), name="note.md")

    assert len(reading.pages) > 1
    assert "".join(page.text for page in reading.pages) == text


def test_text_in_an_old_encoding_is_read(file):
    assert (
        read(file("Zinsen für März".encode("cp1252"), "a.txt"), name="a.txt", limits=BRIEF).pages[0].text
        == "Zinsen für März"
    )


def test_a_binary_file_called_txt_is_refused(file):
    assert reason_of(file(os.urandom(50) + b"\x00" * 50, "a.txt"), "a.txt") == "unsupported"


def test_unseen_characters_are_taken_out():
    assert clean("o\ufb03ce\u00a0 \u00adhours\x00\ud800") == "office hours\ufffd"
