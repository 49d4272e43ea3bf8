"""The page in a real browser."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Locator, Page, Route, expect
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from workspace_fixture import LocalWorkspace

pytestmark = pytest.mark.browser
GENERAL = "C0GENERAL1"
Open = Callable[..., Page]

DROP = """async (zone, [name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  for (const type of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""

FAINT = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")

expect.set_options(timeout=60_000)


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def visit(browser: Browser, faults: list[str]) -> Iterator[Open]:
    """Open a scene; whatever the page complains of, or fetches from elsewhere, fails the test."""
    contexts = []

    def begin(workspace: LocalWorkspace, where: str = "person=ben&channel=general", **choices: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **choices})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((workspace.url, "data:", "blob:")) else faults.append(asked.url),
        )
        page.goto(f"{workspace.url}/#{where}")
        page.wait_for_selector("body[data-ready]")
        return page

    yield begin
    for context in contexts:
        context.close()
    assert faults == []


def composer(page: Page, name: str = "channel") -> Locator:
    return page.get_by_test_id(f"composer-{name}")


def last(page: Page, where: str = "timeline") -> Locator:
    return page.get_by_test_id(where).get_by_test_id("message").last


def test_it_says_on_its_face_that_it_is_not_slack(workspace: LocalWorkspace, visit: Open) -> None:
    expect(visit(workspace).get_by_test_id("not-slack")).to_have_text("Local workspace, not Slack")
    phone = visit(workspace, viewport={"width": 380, "height": 740})
    expect(phone.get_by_test_id("channel").get_by_text("Local, not Slack")).to_be_visible()


def test_a_mention_is_completed_and_enter_sends_it(workspace: LocalWorkspace, visit: Open) -> None:
    page = visit(workspace)

    composer(page).press_sequentially("@te")
    expect(page.get_by_test_id("suggestions-channel")).to_contain_text("@Teller")
    composer(page).press("Tab")
    composer(page).press_sequentially("first line")
    composer(page).press("Shift+Enter")
    composer(page).press_sequentially("second line")
    composer(page).press("Enter")

    expect(last(page)).to_contain_text("@Teller first line")
    expect(composer(page)).to_have_value("")
    assert workspace.messages("general")[-1]["text"] == "<@U0TELLER01> first line\nsecond line"


def test_whatever_is_written_stays_text(workspace: LocalWorkspace, slack: WebClient, visit: Open) -> None:
    evil = "<img src=x onerror=alert(1)> <script>alert(2)</script> <javascript:alert(3)|click>"
    page = visit(workspace)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    workspace.post("lena", "general", evil)
    expect(last(page)).to_contain_text("<img src=x onerror=alert(1)>")
    slack.chat_postMessage(
        channel=GENERAL,
        text="x",
        blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": evil}},
            {"type": "markdown", "text": f"{evil} [run](javascript:alert(4)) [page](https://bank.example/a)"},
            {"type": "image", "image_url": "https://tracker.example/pixel.png", "alt_text": "A picture"},
        ],
    )

    shown = last(page)
    expect(shown).to_contain_text("A picture (picture elsewhere)")
    assert shown.locator("img:not(.avatar), script").count() == 0
    assert [each.get_attribute("href") for each in shown.get_by_role("link").all()] == [
        "https://bank.example/a",
        "https://tracker.example/pixel.png",
    ]


def test_a_file_dropped_on_a_thread_is_sent_there_and_can_be_fetched(workspace: LocalWorkspace, visit: Open) -> None:
    ts = workspace.post("ben", "general", "Drop it here")
    page = visit(workspace, f"person=ben&channel=general&thread={ts}")

    page.get_by_test_id("thread").evaluate(DROP, ["lease.pdf", "%PDF-1.4 lease"])
    expect(page.get_by_test_id("thread").get_by_test_id("chip")).to_contain_text("lease.pdf")
    composer(page, "thread").press("Enter")

    card = last(page, "thread-list").get_by_test_id("file")
    expect(card).to_contain_text("lease.pdf")
    with page.expect_download() as download:
        card.get_by_role("link").click()
    assert download.value.path().read_bytes() == b"%PDF-1.4 lease"
    assert workspace.messages("general", ts)[-1]["files"][0]["name"] == "lease.pdf"


def test_a_thread_opens_and_closes_by_keyboard(workspace: LocalWorkspace, slack: WebClient, visit: Open) -> None:
    ts = workspace.post("ben", "general", "Open me")
    slack.chat_postMessage(channel=GENERAL, thread_ts=ts, text="Inside")
    page = visit(workspace)

    composer(page).press("ArrowUp")
    expect(last(page)).to_be_focused()
    page.keyboard.press("Enter")

    expect(last(page, "thread-list")).to_contain_text("Inside")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("thread")).to_be_hidden()
    expect(page.locator(f"#timeline [data-ts='{ts}']")).to_be_focused()


def test_an_answer_grows_under_a_status_line(workspace: LocalWorkspace, slack: WebClient, visit: Open) -> None:
    ts = workspace.post("ben", "general", "Grow")
    page = visit(workspace, f"person=ben&channel=general&thread={ts}")

    slack.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=ts, status="is reading page 3")
    expect(page.get_by_test_id("thread").get_by_test_id("status")).to_have_text("Teller is reading page 3…")
    answer = slack.chat_postMessage(channel=GENERAL, thread_ts=ts, text="One")
    expect(page.get_by_test_id("status")).to_have_count(0)
    slack.chat_update(channel=GENERAL, ts=answer["ts"], text="One *two*")

    expect(last(page, "thread-list").get_by_test_id("message-text")).to_have_text("One two")
    expect(last(page, "thread-list").locator("strong")).to_have_text("two")


def test_signs_that_are_joined_to_their_words_are_no_formatting(
    workspace: LocalWorkspace, slack: WebClient, visit: Open
) -> None:
    page = visit(workspace)

    slack.chat_postMessage(
        channel=GENERAL, text="within the [\u2060*\u2060] period following [\u2060*\u2060] of *each* year"
    )

    said = last(page).get_by_test_id("message-text")
    expect(said).to_have_text("within the [\u2060*\u2060] period following [\u2060*\u2060] of each year")
    expect(said.locator("strong")).to_have_text("each")


def test_each_person_sees_their_own_channels(workspace: LocalWorkspace, visit: Open) -> None:
    page = visit(workspace)
    expect(page.get_by_test_id("channel-legal")).to_have_count(0)

    page.get_by_test_id("person-lena").click()
    page.get_by_test_id("channel-legal").click()
    expect(page.get_by_test_id("channel-title")).to_have_text("legal")
    page.get_by_test_id("person-gus").click()

    expect(page.get_by_test_id("channel-title")).to_have_text("retail")
    expect(page.get_by_test_id("channel-legal")).to_have_count(0)
    expect(page.get_by_test_id("channel-general")).to_have_count(0)


def test_unread_channels_are_marked_until_they_are_looked_at(workspace: LocalWorkspace, visit: Open) -> None:
    page = visit(workspace)
    page.get_by_test_id("channel-retail").click()
    expect(page.get_by_test_id("channel-title")).to_have_text("retail")
    page.get_by_test_id("channel-general").click()
    expect(page.get_by_test_id("channel-title")).to_have_text("general")
    expect(page.get_by_test_id("channel-retail")).not_to_contain_class("unread")

    workspace.post("gus", "retail", "News")

    expect(page.get_by_test_id("channel-retail")).to_contain_class("unread")
    page.get_by_test_id("channel-retail").click()
    expect(page.get_by_test_id("channel-retail")).not_to_contain_class("unread")


def test_news_that_comes_while_the_page_changes_channel_is_kept(workspace: LocalWorkspace, visit: Open) -> None:
    page = visit(workspace)
    page.get_by_test_id("channel-retail").click()
    expect(page.get_by_test_id("channel-title")).to_have_text("retail")
    page.get_by_test_id("channel-general").click()
    expect(page.get_by_test_id("channel-title")).to_have_text("general")
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/control/state?**", lambda route: held.append((route, route.fetch())))

    page.get_by_test_id("channel-teller").click()
    while not held:
        page.wait_for_timeout(20)
    workspace.post("gus", "retail", "News")
    expect(page.get_by_test_id("channel-retail")).to_contain_class("unread")
    for route, response in held:
        route.fulfill(response=response)

    expect(page.get_by_test_id("channel-title")).to_have_text("Teller")
    expect(page.get_by_test_id("channel-retail")).to_contain_class("unread")


def test_a_message_and_its_file_are_deleted_from_its_menu(workspace: LocalWorkspace, visit: Open) -> None:
    ts = workspace.post("ben", "general", "Take this away", files=[("old.pdf", b"%PDF")])
    page = visit(workspace)
    message = page.locator(f"#timeline [data-ts='{ts}']")

    message.hover()
    message.get_by_test_id("more").click()
    page.get_by_test_id("delete-file").click()
    page.get_by_test_id("confirm").click()
    expect(message.get_by_test_id("file-gone")).to_be_visible()
    message.hover()
    message.get_by_test_id("more").click()
    page.get_by_test_id("delete-message").click()
    page.get_by_test_id("confirm").click()

    expect(message).to_have_count(0)
    assert ts not in [each["ts"] for each in workspace.messages("general")]


def test_buttons_commands_and_modals_reach_the_bot(start: Callable[..., LocalWorkspace], visit: Open) -> None:
    workspace = start()
    app = App(client=workspace.client)
    done = threading.Event()

    @app.action("ask")
    def ask(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        field = {
            "type": "input",
            "block_id": "b",
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "a"},
        }
        title, send = ({"type": "plain_text", "text": text} for text in ("Tell me", "Send"))
        client.views_open(
            trigger_id=body["trigger_id"],
            view={"type": "modal", "callback_id": "v", "title": title, "submit": send, "blocks": [field]},
        )

    @app.view("v")
    def take(ack: Any, view: dict[str, Any]) -> None:
        ack()
        assert view["state"]["values"]["b"]["a"]["value"] == "Because"
        done.set()

    @app.command("/reindex")
    def reindex(ack: Any) -> None:
        ack("Only admins may do that.")

    handler = SocketModeHandler(app, workspace.app_token)
    handler.connect()
    button = {"type": "button", "action_id": "ask", "text": {"type": "plain_text", "text": "Ask"}}
    workspace.client.chat_postMessage(channel=GENERAL, text="x", blocks=[{"type": "actions", "elements": [button]}])
    page = visit(workspace)
    expect(page.get_by_test_id("presence")).to_have_attribute("aria-label", "Connected")

    page.get_by_test_id("action-ask").click()
    page.get_by_label("Why?").fill("Because")
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("dialog")).to_be_hidden()
    composer(page).press_sequentially("/rei")
    expect(page.get_by_test_id("suggestions-channel")).to_contain_text("/reindex")
    composer(page).press("Tab")
    composer(page).press("Enter")

    expect(page.get_by_test_id("ephemeral-label")).to_have_text("Only visible to you")
    expect(last(page)).to_contain_text("Only admins may do that.")
    assert done.is_set()
    handler.close()
    expect(page.get_by_test_id("presence")).to_have_attribute("aria-label", "Not connected")
    composer(page).press_sequentially("/reindex now")
    composer(page).press("Enter")
    expect(page.get_by_test_id("toast")).to_contain_text("Teller is not connected")


def test_the_page_comes_back_after_a_restart(
    start: Callable[..., LocalWorkspace], visit: Open, faults: list[str]
) -> None:
    before = start()
    page = visit(before)
    before.close()
    expect(page.locator("body")).to_contain_class("offline")

    start(port=before.port).post("lena", "general", "Back again")

    expect(last(page)).to_contain_text("Back again")
    expect(page.locator("body")).not_to_contain_class("offline")
    faults[:] = [each for each in faults if "ERR_CONNECTION_REFUSED" not in each and "ERR_INCOMPLETE" not in each]


def test_a_long_answer_is_read_from_where_one_was(workspace: LocalWorkspace, slack: WebClient, visit: Open) -> None:
    for number in range(30):
        slack.chat_postMessage(channel=GENERAL, text=f"line {number}\nand more")
    page = visit(workspace)
    timeline = page.get_by_test_id("timeline")
    timeline.evaluate("list => { list.scrollTop = 40; }")

    workspace.post("lena", "general", "Below")

    expect(last(page)).to_contain_text("Below")
    time.sleep(0.2)
    assert timeline.evaluate("list => list.scrollTop") == 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
def test_words_stand_out_and_nothing_overflows(
    workspace: LocalWorkspace, slack: WebClient, visit: Open, scheme: str, width: int
) -> None:
    ts = workspace.post(
        "ben", "general", "@Teller > see `this` file\n• one\n> quoted", files=[("a" * 90 + ".pdf", b"%PDF")]
    )
    slack.chat_postMessage(
        channel=GENERAL,
        thread_ts=ts,
        text="x",
        blocks=[
            {
                "type": "markdown",
                "text": "**Yes**, see [here](https://bank.example) <@U0BEN00001>\n\n|a|b|\n|-|-|\n|1|"
                + "wide " * 30
                + "|",
            },
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "p. 14"}]},
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": style,
                        "style": style,
                        "text": {"type": "plain_text", "text": style},
                    }
                    for style in ("primary", "danger")
                ],
            },
        ],
    )
    slack.chat_postEphemeral(channel=GENERAL, user="U0BEN00001", thread_ts=ts, text="Only you")

    page = visit(
        workspace,
        f"person=ben&channel=general&thread={ts}",
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
    )

    expect(last(page, "thread-list")).to_contain_text("Only you")
    assert page.evaluate(FAINT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_test_id("thread-list").evaluate("list => list.scrollWidth <= list.clientWidth")
