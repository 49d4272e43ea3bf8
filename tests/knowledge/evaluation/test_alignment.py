from knowledge.evaluation.alignment import Alignment, merge, overlap

SOURCE = "The  Bank shall pay.\nThe Tenant shall\nnot assign this lease to any other person. The End."
TARGET = "The Bank shall pay. [page 1] The tenant shall not as-\nsign this lease to any [page 2] other person. The End."


def placed(words):
    start = SOURCE.index(words)
    spans, lost = Alignment(SOURCE, TARGET).spans(start, start + len(words))
    return [TARGET[a:b] for a, b in spans], lost


def test_a_span_is_found_however_it_is_set():
    assert placed("The Tenant shall\nnot assign this lease") == (["The tenant shall not as-\nsign this lease"], 0.0)


def test_a_span_broken_by_a_page_is_found_in_parts():
    parts, lost = placed("Tenant shall\nnot assign this lease to any other person")

    assert " ".join(parts).startswith("tenant shall")
    assert lost < 0.5


def test_of_equal_words_those_in_the_right_place_are_taken():
    text = "A " * 500 + "shall be governed by law. " + "B " * 500 + "shall be governed by law."
    start = text.rindex("shall be")

    spans, _ = Alignment(text, text).spans(start, start + 20)

    assert spans == [(start, start + 20)]


def test_what_is_not_there_is_lost():
    source = SOURCE + " An entirely different sentence about zebras."

    assert Alignment(source, TARGET).spans(len(SOURCE), len(source)) == ([], 1.0)


def test_overlap_counts_characters():
    assert overlap(merge([(0, 5), (4, 10), (20, 30)]), [(8, 25)]) == 2 + 5
