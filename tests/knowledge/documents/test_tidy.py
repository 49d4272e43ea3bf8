from knowledge.documents.tidy import clean, tidy


def pages(*bodies: str) -> dict[int, str]:
    return {
        at: f"Harbour Robotics plc\nConfidential\n{body} begins\n{body} goes on\n{body} ends\nPage {at} of 4"
        for at, body in enumerate(bodies, 1)
    }


def test_running_heads_and_page_numbers_are_left_out_but_for_the_first_time():
    tidied = tidy(pages("One", "Two", "Three", "Four"))

    assert tidied[1].startswith("Harbour Robotics plc\nConfidential\nOne begins")
    assert tidied[3] == "Three begins\nThree goes on\nThree ends"


def test_what_few_pages_have_stays():
    texts = {
        at: f"Title {word}\nline of {word}\n{word} and\n{word} so on\nline d {word}\nend of {word}"
        for at, word in enumerate("abcdefgh", 1)
    }

    assert tidy(texts) == texts


def test_column_titles_and_units_are_no_running_heads():
    texts = {at: f"(in millions)\n2021 2020\nSales {at},100 2,200\nCosts 1,000 900\nx y\nz" for at in range(1, 6)}

    assert "(in millions)\n2021 2020" in tidy(texts)[4]


def test_words_cut_at_the_end_of_a_line_are_made_whole_as_the_document_writes_them():
    tidied = tidy({1: "a long-term loan\nthe long-\nterm loan of the bor-\nrower of Saint-\nDenis"})

    assert tidied[1] == "a long-term loan\nthe long-term loan of the borrower of Saint-Denis"


def test_letters_whose_utf_8_was_taken_for_utf_16_are_those_that_were_meant():
    drawn = "Лист утверждения: масштаб"
    coded = "".join(chr(int.from_bytes(each.encode(), "big")) if len(each.encode()) == 2 else each for each in drawn)

    assert coded != drawn
    assert clean(coded) == drawn


def test_korean_stays_korean():
    korean = "이 계약은 서울중앙지방법원의 관할에 따른다. 킀킁킂킃킄킅킆"

    assert clean(korean) == korean
