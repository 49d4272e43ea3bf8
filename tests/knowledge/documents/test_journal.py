from knowledge.documents.child import PageRead
from knowledge.documents.journal import Journal
from knowledge.documents.read import read
from tests.knowledge.documents.test_read import pdf


def test_a_reading_that_was_cut_short_goes_on_where_it_was(tmp_path):
    path, noted, heard = tmp_path / "long.pdf", tmp_path / "reading" / "long.jsonl", []
    path.write_bytes(pdf("The first page of a long report", "The second page of it", "And the last one"))
    Journal(noted).add(1, PageRead("What was read before the worker died"), 3)
    with noted.open("a") as file:
        file.write('{"number": 2, "cou')

    reading = read(path, name="long.pdf", journal=noted, on_page=lambda at, of: heard.append((at, of)))

    assert reading.pages[0].text == "What was read before the worker died"
    assert reading.pages[1].text.strip() == "The second page of it"
    assert heard == [(2, 3), (3, 3)]
    assert not noted.exists()


def test_what_is_noted_after_a_torn_line_is_kept(tmp_path):
    noted = tmp_path / "long.jsonl"
    Journal(noted).add(1, PageRead("One"), 3)
    with noted.open("a") as file:
        file.write('{"number": 2, "cou')

    Journal(noted).progress()
    Journal(noted).add(2, PageRead("Two"), 3)

    assert {number: page.text for number, page in Journal(noted).progress().pages.items()} == {1: "One", 2: "Two"}
