"""A citation is shown on its page, to those who may see the document, by a child that can do nothing else."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from knowledge.documents.jail.page import find, fold
from knowledge.documents.places import Places
from knowledge.documents.show import Shower, draw_page
from knowledge.errors import NotAllowedError, UnreadableFileError
from knowledge.types import PUBLIC, Audience

SAMPLES = Path(__file__).parents[3] / "knowledge" / "samples"
SAVER = next(SAMPLES.glob("*Saver*.pdf"))
HOSTING = next(SAMPLES.glob("IBM*.pdf"))
QUOTE = "it will perform the Services using reasonable care and skill"


def marked(png: bytes) -> np.ndarray:
    """Where a picture is marked: yellow, not white."""
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    return (picture[:, :, 0] > 240) & (picture[:, :, 1] > 210) & (picture[:, :, 2] < 120)


def page_of(quote: str) -> int:
    """The page of the hosting agreement that a quote stands on."""
    return next(number for number in range(1, 12) if draw_page(HOSTING, page=number, quotes=[quote]).found)


def test_the_passage_is_cut_out_of_its_page_with_its_words_marked():
    number = page_of(QUOTE)

    picture = draw_page(HOSTING, page=number, quotes=[QUOTE])
    whole = draw_page(HOSTING, page=number, quotes=[QUOTE], whole=True)

    assert (picture.found, picture.whole, whole.whole) == (1, False, True)
    assert marked(picture.png).any()
    assert abs(int(marked(picture.png).sum()) - int(marked(whole.png).sum())) < 50
    heights = [Image.open(io.BytesIO(each.png)).height for each in (picture, whole)]
    assert heights[0] < heights[1] / 2


def test_the_passage_is_cut_out_of_a_scan_too(tmp_path):
    drawn = Image.open(io.BytesIO(draw_page(HOSTING, page=page_of(QUOTE), whole=True).png)).convert("L")
    drawn.save(tmp_path / "scan.pdf", resolution=130)

    picture = draw_page(tmp_path / "scan.pdf", page=1, quotes=[QUOTE])

    assert (picture.found, picture.whole) == (1, False)
    assert marked(picture.png).any()


def test_words_are_found_however_they_are_broken_spaced_or_quoted():
    number = page_of(QUOTE)

    picture = draw_page(HOSTING, page=number, quotes=["“It  will\nperform the SER-\nVICES — using reasonable care”"])

    assert picture.found == 1


def test_several_passages_of_a_page_are_marked_in_one_picture():
    number = page_of(QUOTE)

    one = draw_page(HOSTING, page=number, quotes=[QUOTE], whole=True)
    both = draw_page(HOSTING, page=number, quotes=[QUOTE, "IBM represents and warrants"], whole=True)

    assert both.found == 2
    assert marked(both.png).sum() > marked(one.png).sum()


def test_a_page_without_the_words_is_shown_whole_and_unmarked():
    picture = draw_page(SAVER, page=1, quotes=["this stands nowhere in the whole document"])

    assert (picture.found, picture.whole) == (0, True)
    assert not marked(picture.png).any()


def test_a_scan_is_shown_whole(tmp_path):
    scan = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(scan).text((50, 50), "Signed in Oslo", fill="black")
    scan.save(tmp_path / "scan.pdf")

    picture = draw_page(tmp_path / "scan.pdf", page=1, quotes=["Signed in Oslo"])

    assert (picture.found, picture.whole) == (0, True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\nnothing of a PDF follows", "damaged"),
        (b"PK\x03\x04 a Word file", "not_pdf"),
        (SAVER.read_bytes()[:900], "damaged"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(tmp_path, content, reason):
    path = tmp_path / "file.pdf"
    path.write_bytes(content)

    with pytest.raises(UnreadableFileError) as refused:
        draw_page(path, page=1, quotes=["x"])

    assert refused.value.reason == reason


def test_a_page_that_there_is_not_is_refused():
    with pytest.raises(UnreadableFileError):
        draw_page(SAVER, page=4000)


def test_only_those_who_may_see_a_document_see_its_pages(library, engine, tmp_path):
    document = library.keep(SAVER)
    library.read(document, name="saver.pdf")
    library.place(document, "C1", name="saver.pdf")
    shower = Shower(Places(engine), tmp_path / "library")

    shown = shower.picture(document, page=1, quotes=[], audience=Audience(frozenset({PUBLIC, "C1"})))

    assert shown.png.startswith(b"\x89PNG")
    for places in ({PUBLIC}, {PUBLIC, "C2"}, set()):
        with pytest.raises(NotAllowedError):
            shower.picture(document, page=1, quotes=[], audience=Audience(frozenset(places)))


def test_a_quote_interrupted_by_other_words_is_found_and_one_that_is_half_made_up_is_not():
    page = fold(
        "Payment not received when due may be subject to a late payment PAGE 3 OF 9 service charge provided notice"
    )
    quote = fold("Payment not received when due may be subject to a late payment service charge provided notice")

    found = find(page, quote)

    assert found is not None
    assert found[0] == 0
    assert found[1] > len(page) - 30
    assert (
        find(
            page,
            fold("Payment not received when due shall double and be paid in gold to the king of Norway at once, twice"),
        )
        is None
    )
    assert find(page, "") is None
