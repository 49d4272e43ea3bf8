"""The whole path with real parts: Slack's events, Bolt, ledger, queue, workers, a real model, and a message back."""

import json
import os
import re
import signal
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfWriter

from tests.house import House
from tests.workspace_fixture import ROOT

SAMPLES = ROOT / "knowledge" / "samples"
CONTRACT = SAMPLES / "IBM Bluefly - e-business Hosting Agreement.pdf"
SHEET = SAMPLES / "Fjordbank Everyday Account - product sheet.pdf"
LEGAL, RETAIL, LENA_DIRECT = "C0LEGAL001", "C0RETAIL01", "D0LENA0001"
LEASE = 30.0

pytestmark = [pytest.mark.model, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything by Socket Mode, with the smallest model: what is tested is the path."""
    folder = tmp_path_factory.mktemp("house")
    with House(folder / "data", "--no-samples", MODEL_NAME="smollm2-135m") as house:
        yield house


def text_of(message: dict) -> str:
    """Return all that a reader sees of a message."""
    return f"{message['text']} {json.dumps(message.get('blocks', []), ensure_ascii=False)}"


def drop(house: House, name: str, content: bytes, *, channel: str = "legal") -> str:
    return house.workspace.post("lena", channel, "", files=[(name, content)])


def receipt(house: House, ts: str, *, channel: str = LEGAL) -> str:
    house.finished(channel, ts, kind="file")
    return text_of(house.workspace.wait_for_reply(channel, ts, timeout=90))


def test_a_contract_is_dropped_read_asked_about_and_answered_in_its_thread(house: House) -> None:
    ts = house.workspace.post("lena", "legal", "", files=[CONTRACT])
    card = receipt(house, ts)
    question = house.workspace.post("lena", "legal", "@Teller What is the governing law?", thread_ts=ts)

    done = house.finished(LEGAL, question)

    assert "9 pages" in card
    assert "members of this channel" in card
    assert done.state == "answered"
    assert done.reply is not None
    assert done.reply["type"] == "answer"
    said = [each for each in house.workspace.messages(LEGAL, ts) if each["ts"] == done.reply_ts]
    assert len(said) == 1
    cited = [*done.reply["citations"], *done.reply["nearest"]]
    assert cited, "an answer rests on passages, and so does a refusal"
    assert all(each["document"].startswith(("IBM", "e-business")) for each in cited)


def test_a_thread_goes_on_without_a_mention_and_elsewhere_nothing_is_heard_without_one(house: House) -> None:
    ts = house.workspace.post("lena", "legal", "@Teller hello")
    house.finished(LEGAL, ts)
    follow_up = house.workspace.post("lena", "legal", "thanks", thread_ts=ts)
    aside = house.workspace.post("lena", "legal", "nobody asked the bot")

    assert house.finished(LEGAL, follow_up).state == "answered"
    assert house.requests(LEGAL, aside) == ()


def test_a_file_deleted_in_slack_is_out_of_the_answers_at_once(house: House) -> None:
    content = CONTRACT.read_bytes() + b"\n% another copy\n"
    ts = drop(house, "Deleted later.pdf", content, channel="teller")
    receipt(house, ts, channel=LENA_DIRECT)
    file = house.requests(LENA_DIRECT, ts)[0].item
    house.workspace.delete_file("lena", file)

    deadline = time.monotonic() + 300
    while (removed := house.ledger.find("T0TELLER01", LENA_DIRECT, ts)) and time.monotonic() < deadline:
        kept = list((house.folder / "library" / "files").iterdir())
        if all(each.read_bytes() != content for each in kept):
            break
        time.sleep(0.2)

    assert removed
    assert all(each.read_bytes() != content for each in (house.folder / "library" / "files").iterdir())


def _encrypted() -> bytes:
    writer, file = PdfWriter(clone_from=SHEET), BytesIO()
    writer.encrypt("a password", algorithm="AES-256")
    writer.write(file)
    return file.getvalue()


def _scan() -> bytes:
    writer, file = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(file)
    return file.getvalue()


def _photo() -> bytes:
    file = BytesIO()
    Image.new("RGB", (300, 200), "white").save(file, "PNG")
    return file.getvalue()


def _zip() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("contract.txt", "not a PDF")
    return file.getvalue()


BAD_FILES = {
    "picture.png": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), "damaged"),
    "photo.png": (_photo, "text"),
    "empty.pdf": (lambda: b"", "empty"),
    "archive.pdf": (_zip, "PDF"),
    "locked.pdf": (_encrypted, "password"),
    "scan.pdf": (_scan, "text"),
    "huge.pdf": (lambda: b"%PDF-1.7\n" + os.urandom(1_000_000) * 60, "50 MB"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_gets_the_reason_and_what_to_do(house: House, name: str) -> None:
    make, word = BAD_FILES[name]
    ts = drop(house, name, make())

    said = receipt(house, ts)

    assert word in said
    assert "Traceback" not in said


def test_a_file_deleted_before_it_was_read_leaves_nothing_waiting(house: House) -> None:
    ts = drop(house, "gone.pdf", SHEET.read_bytes() + b"\n% gone\n")
    (found,) = house.workspace.wait_for(lambda: house.requests(LEGAL, ts))
    house.workspace.delete_file("lena", found.item)

    assert house.finished(LEGAL, ts, kind="file").state in ("answered", "failed", "cancelled")


def test_an_empty_mention_is_answered_with_what_can_be_asked(house: House) -> None:
    ts = house.workspace.post("lena", "legal", "@Teller")
    house.finished(LEGAL, ts)

    said = text_of(house.workspace.wait_for_reply(LEGAL, ts))

    assert "contract" in said.lower()


def test_a_question_of_twenty_thousand_characters_is_refused_with_what_to_do(house: House) -> None:
    ts = house.workspace.post("lena", "legal", "@Teller " + "What is the notice period? " * 800)
    house.finished(LEGAL, ts)

    said = text_of(house.workspace.wait_for_reply(LEGAL, ts))

    assert re.search(r"4,?000|too long|shorter", said)


def test_a_killed_answer_worker_loses_nothing_and_one_answer_stands(house: House) -> None:
    ts = house.workspace.post("lena", "legal", "@Teller How may the hosting agreement be terminated?")
    house.until(LEGAL, ts, "running")
    victim = house.child("answer").pid
    os.kill(victim, signal.SIGKILL)
    killed = time.monotonic()

    while (found := house.requests(LEGAL, ts)[0]).attempts < 2 and found.state != "answered":
        assert time.monotonic() - killed < LEASE + 60, "the row was not claimed again"
        time.sleep(0.1)
    done = house.finished(LEGAL, ts)

    assert done.state == "answered"
    replies = [each for each in house.workspace.messages(LEGAL, ts) if each["user"] == "U0TELLER01"]
    assert [each["ts"] for each in replies] == [done.reply_ts]
    assert house.child("answer").pid != victim


def test_the_command_line_asks_the_running_workers_with_the_rights_of_a_person(house: House) -> None:
    asked = "What is the governing law of the IBM Bluefly hosting agreement?"

    lena, ben = (json.loads(house.teller("ask", asked, "--as", who, "--json").stdout) for who in ("lena", "ben"))

    assert lena["citations"] or lena["nearest"]
    assert not ben["citations"]
    assert not ben["nearest"]
    assert "Bluefly" not in json.dumps({**ben, "text": "", "choices": []})  # Both may repeat the question.


def test_the_command_line_reads_files_and_shows_the_state(house: House) -> None:
    read = house.teller("ingest", str(SHEET), "--json")
    state = house.teller("status", "--json")

    assert read.returncode == 0
    assert json.loads(read.stdout)["receipts"][0]["pages"] == 2
    assert state.returncode == 0
    report = json.loads(state.stdout)
    assert {each["name"] for each in report["processes"]} >= {"bot", "answer", "index", "deliver", "janitor", "redis"}
    assert all(each["alive"] for each in report["processes"])


def test_the_status_tells_how_long_the_start_took_and_what_memory_each_process_holds(house: House) -> None:
    ts = house.workspace.post("lena", "legal", "@Teller hello")
    house.finished(LEGAL, ts)
    deadline = time.monotonic() + 300
    while (report := json.loads(house.teller("status", "--json").stdout))["model_ready_seconds"] is None:
        assert time.monotonic() < deadline, "the model was never ready"
    words = house.teller("status").stdout

    assert 0 < report["page_seconds"] < report["model_ready_seconds"]
    assert 0 < report["first_answer_took_seconds"] <= report["first_answer_seconds"]
    assert all(each["memory_mb"] > 5 and each["ready_seconds"] is not None for each in report["processes"])
    held = sum(each["memory_mb"] for each in report["processes"]) + report["supervisor_mb"]
    assert held <= report["memory_mb"] <= held + 50
    assert f"page after {report['page_seconds']} s, model after {report['model_ready_seconds']} s" in words


def test_an_admin_reindexes_and_others_may_not(house: House) -> None:
    before = json.loads(house.teller("status", "--json").stdout)["library"]
    house.workspace.command("ada", "general", "/reindex")

    def report() -> bool:
        return any("document" in text_of(each) for each in house.workspace.messages("C0GENERAL1"))

    house.workspace.wait_for(report, timeout=400)
    house.workspace.command("ben", "general", "/reindex")
    refused = house.workspace.wait_for(
        lambda: [each for each in house.workspace.messages("C0GENERAL1", person="ben") if each.get("is_ephemeral")]
    )

    assert "admin" in text_of(refused[-1]).lower()
    assert json.loads(house.teller("status", "--json").stdout)["library"] == before
