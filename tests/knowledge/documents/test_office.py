import io
import zipfile
from dataclasses import replace
from email.message import EmailMessage

import docx
import openpyxl
import pytest
from PIL import Image, ImageDraw, ImageFont

from knowledge.documents.read import LIMITS, read
from knowledge.errors import UnreadableFileError
from tests.knowledge.documents.test_read import pdf

BRIEF = replace(LIMITS, least=1)


@pytest.fixture
def text_of(tmp_path):
    def text_of(data: bytes, name: str) -> str:
        path = tmp_path / "file"
        path.write_bytes(data)
        return "\n".join(page.text for page in read(path, name=name, limits=BRIEF).pages)

    return text_of


def word() -> bytes:
    document = docx.Document()
    document.add_paragraph("The rent is due on the first day of the month.")
    table = document.add_table(rows=0, cols=3)
    for cells in (("Machine", "Weight", "Price"), ("R1", "120 kg", "4,000"), ("R2", "90 kg", "5,500")):
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("Signed in Oslo.")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_a_word_file_is_read_in_its_order_with_its_tables(text_of):
    assert text_of(word(), "lease.docx").split("\n") == [
        "The rent is due on the first day of the month.",
        "",
        "Machine | Weight | Price",
        "R1 | Weight: 120 kg | Price: 4,000",
        "R2 | Weight: 90 kg | Price: 5,500",
        "",
        "Signed in Oslo.",
        "",
    ]


def test_each_cell_of_a_workbook_stands_beside_the_name_of_its_column(text_of):
    book = openpyxl.Workbook()
    book.active.title = "Sales"
    for row in (("Region", "2023", "2024"), ("North", 120, 130.5), ("South", 80, None)):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)

    text = text_of(file.getvalue(), "figures.xlsx")

    assert "Sheet: Sales" in text
    assert "North | 2023: 120 | 2024: 130.5" in text
    assert "South | 2023: 80" in text


def test_comma_separated_values_are_a_table(text_of):
    assert "North | Sales: 12,5" in text_of("Region;Sales\nNorth;12,5\nSouth;8\n".encode("cp1252"), "a.csv")


def test_a_web_page_is_read_without_its_scripts(text_of):
    page = """<html><head><title>Fees</title><script>alert(1)</script></head><body><h1>Our fees</h1><p>A
    transfer costs <b>5 kroner</b>.</p>
    <table><tr><th>Card</th><th>Fee</th></tr><tr><td>Gold</td><td>40</td></tr></table></body>"""

    text = text_of(page.encode(), "fees.html")

    assert "A transfer costs 5 kroner." in text
    assert "Gold | Fee: 40" in text
    assert "alert" not in text


def test_a_mail_is_read_with_its_attachments(text_of):
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "The lease", "ben@bank.example", "lena@bank.example"
    mail.set_content("Please find the lease attached.")
    mail.add_attachment(pdf("The rent is 40,000 kroner"), maintype="application", subtype="pdf", filename="lease.pdf")
    mail.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream", filename="odd.bin")

    text = text_of(mail.as_bytes(), "mail.eml")

    assert "Subject: The lease" in text
    assert "Please find the lease attached." in text
    assert "Attachment: lease.pdf\nThe rent is 40,000 kroner" in text
    assert "Attachment that could not be read: odd.bin" in text


def test_an_archive_that_unpacks_to_too_much_is_refused(text_of):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 201_000_000)

    with pytest.raises(UnreadableFileError) as caught:
        text_of(file.getvalue(), "bomb.docx")

    assert caught.value.reason == "too_large_inside"


def test_an_archive_that_is_no_office_file_is_refused(text_of):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", "b")

    with pytest.raises(UnreadableFileError) as caught:
        text_of(file.getvalue(), "things.zip")

    assert caught.value.reason == "unsupported"


def scan(words: str) -> Image.Image:
    picture = Image.new("RGB", (1000, 300), "white")
    ImageDraw.Draw(picture).text((40, 100), words, fill="black", font=ImageFont.load_default(40))
    return picture


def test_the_text_of_a_scan_is_recognised_and_how_surely_is_told(tmp_path):
    path = tmp_path / "scan.pdf"
    scan("The rent falls due on the first day").save(path, "PDF")

    reading = read(path, name="scan.pdf")

    assert "rent falls due" in reading.pages[0].text
    ((number, sure),) = reading.recognised
    assert number == 1
    assert sure > 0.8


def test_a_picture_without_text_is_refused(tmp_path):
    path = tmp_path / "wall.png"
    Image.new("RGB", (400, 300), "gray").save(path)

    with pytest.raises(UnreadableFileError) as caught:
        read(path, name="wall.png")

    assert caught.value.reason == "no_text"
