import hashlib
import threading
from pathlib import Path

import pytest

from knowledge.documents.library import Library
from knowledge.documents.search import judged
from knowledge.errors import TransientError, UnavailableError, UnreadableFileError
from knowledge.types import Audience, Chunk, Document, Passage
from tests.knowledge.documents.conftest import LEASE, LOAN, HashedWords

LEGAL = Audience(frozenset({"public", "C0LEGAL"}))
RETAIL = Audience(frozenset({"public", "C0RETAIL"}))


def words_of(search):
    return " ".join(passage.chunk.text for passage in search.passages)


def bytes_under(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_question_finds_its_clause_first(library, ingest):
    ingest("loan.txt", LOAN, "C0LEGAL")

    found = library.search("Which law governs the loan agreement with Acme?", LEGAL)

    assert "laws of Norway" in found.passages[0].chunk.text
    assert found.documents[0].title == "LOAN AGREEMENT"
    assert found.confidence > 0


def test_a_passage_stands_where_it_says(library, ingest):
    document = ingest("loan.txt", LOAN, "C0LEGAL")

    chunk = library.search("When is the first instalment due?", LEGAL).passages[0].chunk

    assert chunk.text in library.page_text(document, chunk.page)
    assert "2. Repayment" in chunk.heading


def test_a_question_that_names_a_contract_is_answered_from_it_alone(library, ingest):
    ingest("loan.txt", LOAN, "C0LEGAL")
    lease = ingest("lease.txt", LEASE, "C0LEGAL")

    found = library.search("What is the governing law of the lease agreement with Harbour Estates?", LEGAL)

    assert {passage.document.id for passage in found.passages} == {lease}
    assert "England" in found.passages[0].chunk.text


def test_a_question_that_names_none_searches_all(library, ingest):
    both = {ingest("loan.txt", LOAN, "C0LEGAL"), ingest("lease.txt", LEASE, "C0LEGAL")}

    found = library.search("What is the governing law?", LEGAL)

    assert {passage.document.id for passage in found.passages} == both


def test_a_thread_about_a_file_is_searched_in_that_file(library, ingest):
    ingest("loan.txt", LOAN, "C0LEGAL")
    lease = ingest("lease.txt", LEASE, "C0LEGAL")

    found = library.search("What is the governing law?", LEGAL, within={lease})

    assert {passage.document.id for passage in found.passages} == {lease}


def test_who_may_not_see_a_document_finds_nothing_of_it(library, ingest):
    ingest("loan.txt", LOAN, "C0LEGAL")
    ingest("lease.txt", LEASE, "C0RETAIL")

    found = library.search("What does the loan agreement with Acme Robotics say about Norway?", RETAIL)

    assert "Norway" not in words_of(found)
    assert [each.name for each in library.documents(RETAIL)] == ["lease.txt"]


def test_what_is_hidden_is_counted_and_nothing_more(library, ingest):
    loan = ingest("loan.txt", LOAN, "C0LEGAL")

    found = library.search("When must Acme Robotics repay under the loan agreement?", RETAIL)

    assert found.hidden == 1
    assert found.passages == ()
    assert found.documents == ()
    assert loan not in repr(found)


def test_hidden_documents_that_would_have_come_out_on_top_are_counted(library, ingest):
    ingest("loan.txt", LOAN, "C0LEGAL")
    ingest("lease.txt", LEASE, "C0RETAIL")

    assert library.search("Which default interest runs, a year?", RETAIL).hidden == 1
    assert library.search("How much is the rent?", RETAIL).hidden == 0


def test_the_count_of_hidden_documents_stops_at_a_handful(library, ingest):
    for number in range(6):
        ingest(f"loan{number}.txt", LOAN + f"\nCopy number {number}.", "C0LEGAL")

    assert library.search("When must Acme Robotics repay the loan?", RETAIL).hidden == 3


def test_within_does_not_open_what_is_hidden(library, ingest):
    loan = ingest("loan.txt", LOAN, "C0LEGAL")
    ingest("lease.txt", LEASE, "C0RETAIL")

    assert "Norway" not in words_of(library.search("What is the governing law?", RETAIL, within={loan}))


def test_a_name_given_elsewhere_is_not_shown_here(library, ingest):
    ingest("secret-project-falcon.txt", LOAN, "C0LEGAL")
    ingest("agreement.txt", LOAN, "C0RETAIL")

    assert [each.name for each in library.documents(RETAIL)] == ["agreement.txt"]


def test_one_file_in_two_channels_is_one_document_in_two_places(library, ingest):
    first = ingest("loan.txt", LOAN, "C0LEGAL", file_id="F1")
    second = ingest("loan.txt", LOAN, "C0RETAIL", file_id="F2")

    assert first == second == hashlib.sha256(LOAN.encode()).hexdigest()
    assert library.withdraw(file_id="F1") == ()
    assert library.search("governing law", LEGAL).passages == ()
    assert "Norway" in words_of(library.search("governing law", RETAIL))
    assert library.withdraw(file_id="F2") == (first,)


def test_what_is_withdrawn_is_gone_at_once_in_every_process(library, ingest, engine, tmp_path):
    document = ingest("loan.txt", LOAN, "C0LEGAL", file_id="F1")
    reader = Library(engine, tmp_path / "library", HashedWords())
    assert reader.search("governing law", LEGAL).passages

    library.withdraw(file_id="F1")

    assert reader.search("governing law", LEGAL).passages == ()
    assert reader.documents(LEGAL) == ()
    assert reader.document_of_file("F1") is None
    assert reader.search("governing law", LEGAL, within={document}).passages == ()


def test_a_file_deleted_while_it_was_being_read_does_not_appear(library, ingest):
    library.withdraw(file_id="F1")

    ingest("loan.txt", LOAN, "C0LEGAL", file_id="F1")

    assert library.documents(LEGAL) == ()


def test_what_is_purged_is_nowhere_on_the_disk(library, ingest, tmp_path):
    ingest("lease.txt", LEASE, "C0LEGAL")
    document = ingest("loan.txt", LOAN + "\n5. Notes. The zanzibarite clause.", "C0LEGAL", file_id="F1")
    (tmp_path / "loan.txt").unlink()
    assert b"zanzibarit" in bytes_under(tmp_path)

    library.withdraw(file_id="F1")
    library.purge(document)
    library.publish()

    assert b"zanzibarit" not in bytes_under(tmp_path)
    assert document.encode() not in bytes_under(tmp_path)
    assert "England" in words_of(library.search("governing law", LEGAL))


def test_a_reader_notices_a_new_snapshot(library, ingest, engine, tmp_path):
    ingest("loan.txt", LOAN, "C0LEGAL")
    reader = Library(engine, tmp_path / "library", HashedWords())
    reader.search("rent", LEGAL)

    ingest("lease.txt", LEASE, "C0LEGAL")

    assert "40,000 kroner" in reader.search("How much is the rent?", LEGAL).passages[0].chunk.text


def test_reading_a_file_again_changes_nothing(library, ingest, write):
    document = ingest("loan.txt", LOAN, "C0LEGAL")

    receipt = library.read(document, name="loan.txt")

    assert receipt.known_before
    assert library.embed(document) == 0


def test_embedding_goes_on_where_it_was_stopped(library, embeddings, write):
    document = library.keep(write("loan.txt", LOAN))
    chunks = library.read(document, name="loan.txt").chunks

    left = [library.embed(document, limit=1) for _ in range(chunks)]

    assert left == list(range(chunks - 1, -1, -1))
    assert len(embeddings.embedded) == chunks


def test_what_is_not_embedded_yet_is_not_published(library, ingest, write):
    ingest("lease.txt", LEASE, "C0LEGAL")
    document = library.keep(write("loan.txt", LOAN))
    library.read(document, name="loan.txt")
    library.place(document, "C0LEGAL")

    library.publish()

    assert "Norway" not in words_of(library.search("What is the governing law?", LEGAL))
    assert library.status().waiting == 1


def test_a_rebuild_answers_from_the_old_index_until_it_is_switched(library, ingest, embeddings):
    ingest("loan.txt", LOAN, "C0LEGAL")
    ingest("lease.txt", LEASE, "C0LEGAL")
    before = library.search("governing law", LEGAL)
    generation = library.next_generation()

    for document in library.rebuild_plan():
        library.read(document, name="", generation=generation)
        while library.embed(document):
            pass
    assert library.search("governing law", LEGAL) == before
    library.publish(generation=generation)

    after = library.search("governing law", LEGAL)
    assert [each.chunk.text for each in after.passages] == [each.chunk.text for each in before.passages]
    assert not {each.chunk.id for each in after.passages} & {each.chunk.id for each in before.passages}
    assert library.documents(LEGAL)[0].name == "lease.txt"


def test_a_rebuild_embeds_only_words_that_changed(library, ingest, embeddings):
    document = ingest("loan.txt", LOAN, "C0LEGAL")
    embedded = len(embeddings.embedded)

    library.read(document, name="", generation=library.next_generation())

    assert library.embed(document) == 0
    assert len(embeddings.embedded) == embedded


def test_another_embedder_does_not_answer_wrongly_and_does_not_lose_documents(library, ingest, engine, tmp_path):
    ingest("loan.txt", LOAN, "C0LEGAL")
    other = Library(engine, tmp_path / "library", HashedWords("other", dimension=64))

    assert "Norway" in words_of(other.search("governing law", LEGAL))
    assert other.status().embedder_changed
    with pytest.raises(UnavailableError, match="reindex"):
        other.publish()
    generation = other.next_generation()
    for document in other.rebuild_plan():
        other.read(document, name="", generation=generation)
        while other.embed(document):
            pass
    other.publish(generation=generation)
    assert not other.status().embedder_changed


@pytest.mark.parametrize("spoilt", ["vectors.faiss", "manifest.json"])
def test_a_damaged_index_is_not_used(library, ingest, engine, tmp_path, spoilt):
    ingest("loan.txt", LOAN, "C0LEGAL")
    (file,) = (tmp_path / "library" / "index").glob(f"*/{spoilt}")
    file.write_bytes(file.read_bytes()[:-3] + b"xyz")

    with pytest.raises(UnavailableError, match="damaged"):
        Library(engine, tmp_path / "library", HashedWords()).search("governing law", LEGAL)


def test_a_damaged_index_is_built_afresh(library, ingest, engine, tmp_path):
    ingest("loan.txt", LOAN, "C0LEGAL")
    (file,) = (tmp_path / "library" / "index").glob("*/vectors.faiss")
    file.write_bytes(b"nothing")

    fresh = Library(engine, tmp_path / "library", HashedWords())
    fresh.publish()

    assert "Norway" in words_of(fresh.search("governing law", LEGAL))


def test_only_one_process_writes_the_index(library, ingest):
    with library._snapshots.writing(), pytest.raises(TransientError):
        library.publish()


def test_old_snapshots_are_removed(library, ingest, tmp_path):
    for number in range(5):
        ingest(f"{number}.txt", f"{LOAN}\nCopy {number}", "C0LEGAL")

    assert len([path for path in (tmp_path / "library" / "index").iterdir() if path.is_dir()]) == 2


def test_searching_goes_on_while_the_index_is_written(library, ingest, engine, tmp_path):
    ingest("loan.txt", LOAN, "C0LEGAL")
    reader = Library(engine, tmp_path / "library", HashedWords())
    stop, misses, failures = threading.Event(), [], []

    def search():
        while not stop.is_set():
            try:
                if "Norway" not in words_of(reader.search("loan governing law Norway", LEGAL)):
                    misses.append(1)
            except BaseException as error:
                failures.append(error)
                raise

    thread = threading.Thread(target=search)
    thread.start()
    for number in range(4):
        ingest(f"lease{number}.txt", f"{LEASE}\nCopy {number}", "C0RETAIL")
    stop.set()
    thread.join()

    assert not failures
    assert not misses


def test_the_status_counts_what_is_there(library, ingest):
    ingest("loan.txt", LOAN, "C0LEGAL")

    status = library.status()

    assert (status.documents, status.waiting, status.embedder) == (1, 0, "hashed")
    assert status.chunks > 0
    assert status.bytes > 0


def test_an_empty_library_finds_nothing(library):
    assert library.search("anything", LEGAL).passages == ()
    assert library.status().documents == 0


def test_a_document_that_is_gone_cannot_be_read(library):
    with pytest.raises(UnreadableFileError, match="upload"):
        library.read("0" * 64, name="gone.pdf")


def test_langchain_retrieves_the_same_passages(library, ingest):
    ingest("loan.txt", LOAN, "C0LEGAL")

    found = library.retriever(LEGAL).invoke("governing law")

    assert found[0].page_content == library.search("governing law", LEGAL).passages[0].chunk.text


def test_how_a_document_begins_is_shown_to_those_who_may_see_it(library, ingest):
    loan = ingest("loan.txt", LOAN, "C0LEGAL")

    assert library.opening(loan, LEGAL)[0].chunk.page == 1
    assert "LOAN AGREEMENT" in library.opening(loan, LEGAL)[0].chunk.text
    assert library.opening(loan, RETAIL) == ()


def test_a_large_index_has_a_graph_until_a_document_is_taken_out(engine, embeddings, ingest, write, tmp_path):
    ingest("loan.txt", LOAN, "C0LEGAL")
    large = Library(engine, tmp_path / "library", embeddings, graph_from=3)
    gone = large.keep(write("lease.txt", LEASE))
    large.read(gone, name="lease.txt")
    while large.embed(gone):
        pass
    large.place(gone, "C0LEGAL", name="lease.txt")

    def graphs() -> list[Path]:
        return sorted((tmp_path / "library").rglob("graph.faiss"))

    large.publish()
    assert len(graphs()) == 1
    assert "Norway" in words_of(large.search("What is the governing law of the loan?", LEGAL))

    large.purge(gone)
    large.publish()
    assert graphs() == []
    assert "England" not in words_of(large.search("What is the governing law?", LEGAL))

    ingest("lease.txt", LEASE, "C0LEGAL")
    large.publish()
    assert len(graphs()) == 1


def test_a_reranker_changes_the_order_but_does_not_decide_alone():
    document = Document("d", "loan.txt", "LOAN AGREEMENT", (), 1)
    ours = [Passage(Chunk(at, "d", at, 1, 1, 0, 1, "", text), document, 1.0) for at, text in enumerate("abc")]

    ranked = judged("which?", ours, lambda _question, texts: [float("abc".index(each[-1]) == 2) for each in texts])

    assert [each.chunk.text for each in ranked] == ["a", "c", "b"]
    assert judged("which?", ours[:1], lambda _question, _texts: [1.0]) == tuple(ours[:1])


def test_a_search_asks_the_reranker_about_what_was_found(engine, embeddings, ingest, tmp_path):
    ingest("loan.txt", LOAN, "C0LEGAL")
    asked = []

    def judge(question, passages):
        asked.extend(passages)
        return [0.0] * len(passages)

    ingest("lease.txt", LEASE, "C0LEGAL")
    judging = Library(engine, tmp_path / "library", embeddings, judge=judge)

    found = judging.search("What is the governing law?", LEGAL)

    assert len(asked) == len(found.passages) > 1
