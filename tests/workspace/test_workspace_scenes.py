"""Scenes of the page in a real browser: what the bot posts, what people press, and who cannot see or use a mouse."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from workspace_fixture import LocalWorkspace

from tests.workspace import scenes

pytestmark = pytest.mark.browser
Json = dict[str, Any]
PHONE = {"width": 380, "height": 780}
Visit = Callable[..., Page]

expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def forms() -> list[Json]:
    """What was filled in."""
    return []


@pytest.fixture(scope="module")
def threads() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def workspace(
    tmp_path_factory: pytest.TempPathFactory, forms: list[Json], threads: dict[str, str]
) -> Iterator[LocalWorkspace]:
    with LocalWorkspace(tmp_path_factory.mktemp("scenes")) as made:
        bot = scenes.listening(made, forms.append)
        threads["contract"] = scenes.contract(made)
        scenes.figures(made)
        threads["figures"] = made.messages("teller", person="ben")[0]["ts"]
        scenes.home(made)
        scenes.pictures(made)
        threads["working"], threads["stream"] = scenes.working(made)
        scenes.whisper(made)
        yield made
        bot.close()


@pytest.fixture
def visit(browser: Browser, workspace: LocalWorkspace) -> Iterator[Visit]:
    contexts, faults = [], []

    def begin(where: str, **choices: Any) -> Page:
        still = {"viewport": {"width": 1280, "height": 820}, "reduced_motion": "reduce"}
        context = browser.new_context(**{**still, **choices})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(f"{workspace.url}/#{where}")
        page.wait_for_selector("body[data-ready]")
        return page

    yield begin
    for context in contexts:
        context.close()
    assert faults == []


def open_figures(visit: Visit, threads: dict[str, str], **choices: Any) -> Page:
    return visit(f"person=ben&channel=teller&thread={threads['figures']}", **choices)


def test_a_table_sorts_and_turns_its_pages(visit: Visit, threads: dict[str, str]) -> None:
    page = open_figures(visit, threads)
    table = page.get_by_test_id("data-table")
    first = table.locator("tbody th")

    expect(first).to_have_text(list(scenes.BRANCHES[:5]))
    table.get_by_test_id("table-next").click()
    expect(first).to_have_text(list(scenes.BRANCHES[5:]))
    expect(table.get_by_test_id("table-place")).to_have_text("6–7 of 7")
    table.get_by_test_id("sort-1").focus()
    page.keyboard.press("Enter")

    expect(table.locator("th[aria-sort=ascending]")).to_contain_text("Deposits")
    expect(first.first).to_have_text("Kristiansand")
    table.get_by_test_id("sort-1").click()
    expect(first.first).to_have_text("Oslo")


def test_a_chart_is_drawn_and_its_numbers_can_be_read(visit: Visit, threads: dict[str, str]) -> None:
    page = open_figures(visit, threads)
    chart = page.get_by_test_id("chart")

    expect(chart.locator("svg rect")).to_have_count(7)
    tall, low = (chart.locator("svg rect").nth(at).bounding_box() for at in (0, 6))
    assert tall
    assert low
    assert tall["height"] / low["height"] == pytest.approx(412.5 / 51.0, rel=0.05)
    assert "Oslo 412.5" in str(chart.locator("svg").get_attribute("aria-label"))
    chart.get_by_text("Show the numbers").click()
    expect(chart.get_by_role("row")).to_have_count(8)


def test_charts_of_every_kind_and_a_picture_are_shown(visit: Visit) -> None:
    page = visit("person=ben&channel=general")

    expect(page.get_by_test_id("chart")).to_have_count(3)
    expect(page.locator(".chart path.slice")).to_have_count(5)
    expect(page.locator(".chart path.area")).to_have_count(2)
    picture = page.get_by_alt_text("Deposits grow from 610 to 702 million").first
    picture.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    picture.click()
    expect(page.get_by_test_id("dialog").get_by_role("img")).to_be_visible()


def test_a_file_of_values_is_previewed(visit: Visit, threads: dict[str, str]) -> None:
    page = open_figures(visit, threads)

    page.get_by_test_id("csv-preview").locator("summary").click()

    expect(page.get_by_test_id("csv-preview").get_by_role("row")).to_have_count(8)


def test_a_stream_grows_with_its_plan_and_stop_ends_it(
    workspace: LocalWorkspace, visit: Visit, threads: dict[str, str]
) -> None:
    page = visit(f"person=lena&channel=legal&thread={threads['working']}")
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_test_id("task")).to_have_count(3)
    expect(thread.locator("[data-status=in_progress]")).to_contain_text("Read the clauses")

    more = {"type": "task_update", "id": "2", "title": "Read the clauses on liability", "status": "complete"}
    stream = threads["stream"]
    workspace.client.chat_appendStream(channel=scenes.LEGAL, ts=stream, markdown_text=" each year", chunks=[more])
    expect(thread.get_by_test_id("message-text").last).to_contain_text("twelve months' fees each year")
    expect(thread.locator("[data-status=complete]")).to_have_count(2)
    thread.get_by_test_id("stop").click()

    expect(thread.locator("[data-streaming]")).to_have_count(0)
    workspace.client.api_call(
        "agents.sessions.setStatus",
        json={"channel_id": scenes.LEGAL, "thread_ts": threads["working"], "status": "active"},
    )
    expect(thread.get_by_test_id("stop")).to_have_count(0)
    assert any(each["name"] == "agent_session_stopped" for each in workspace.traffic() if "name" in each)


def test_a_form_says_what_is_wrong_beside_its_field_and_takes_the_rest(
    visit: Visit, threads: dict[str, str], forms: list[Json]
) -> None:
    page = visit(f"person=lena&channel=legal&thread={threads['contract']}")

    page.get_by_test_id("feedback-negative").click()
    page.get_by_label("What should it have said?").fill("Danish law")
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_text("Please choose one.")).to_be_visible()
    expect(page.get_by_label("What should it have said?")).to_have_value("Danish law")
    page.get_by_label("The answer is wrong").check()
    page.get_by_test_id("modal-submit").click()

    expect(page.get_by_test_id("dialog")).to_be_hidden()
    values = forms[-1]["state"]["values"]
    assert values["reason"]["choice"]["selected_option"]["value"] == "The answer is wrong"
    assert values["words"]["text"]["value"] == "Danish law"
    expect(page.get_by_test_id("feedback-negative")).to_have_attribute("aria-pressed", "true")


def test_what_only_one_may_see_is_labelled_and_hidden_from_others(workspace: LocalWorkspace, visit: Visit) -> None:
    mine = visit("person=ben&channel=general").get_by_test_id("timeline")
    theirs = visit("person=lena&channel=general").get_by_test_id("timeline")

    expect(mine.get_by_test_id("ephemeral-label")).to_have_text("Only visible to you")
    expect(mine).to_contain_text("A colleague will look at it.")
    expect(theirs.get_by_test_id("chart").first).to_be_visible()
    expect(theirs).not_to_contain_text("A colleague will look at it.")


def test_an_upload_shows_how_far_it_is_and_is_then_sent(visit: Visit, tmp_path: Path) -> None:
    page = visit("person=ben&channel=retail")
    big = tmp_path / "big.bin"
    big.write_bytes(b"0" * 6_000_000)
    devtools = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 3_000_000}
    devtools.send("Network.emulateNetworkConditions", slow)

    page.get_by_test_id("file-input-channel").set_input_files(big)

    expect(page.get_by_role("progressbar", name="Uploading big.bin")).to_be_visible()
    expect(page.locator("[data-testid=chip][data-ready]")).to_contain_text("6.0 MB")
    page.get_by_test_id("composer-channel").press("Enter")
    expect(page.get_by_test_id("timeline").get_by_test_id("file")).to_contain_text("big.bin")


def test_the_home_tab_shows_what_was_published(visit: Visit) -> None:
    page = visit("person=ben&channel=teller")

    page.get_by_test_id("tab-home").click()

    expect(page.get_by_test_id("home")).to_contain_text("Good morning, Ben")
    expect(page.get_by_test_id("home").get_by_role("button", name="Ask again")).to_have_count(2)


def test_an_admin_changes_people_channels_and_members_in_the_page(workspace: LocalWorkspace, visit: Visit) -> None:
    page = visit("person=ada&channel=retail")

    page.get_by_test_id("manage-people").click()
    page.get_by_test_id("new-name").fill("Nora Vik")
    page.get_by_test_id("add-person").click()
    expect(page.get_by_test_id("role-nora-vik")).to_have_value("member")
    page.get_by_role("button", name="Close").last.click()
    page.get_by_test_id("new-channel").click()
    page.get_by_test_id("channel-name").fill("deals")
    page.get_by_test_id("add-channel").click()
    expect(page.get_by_test_id("channel-title")).to_have_text("deals")
    page.get_by_test_id("members").click()
    page.get_by_test_id("join-nora-vik").click()
    expect(page.get_by_test_id("leave-nora-vik")).to_be_visible()

    room = workspace.client.conversations_list()["channels"][-1]
    assert room["name"] == "deals"
    assert len(workspace.client.conversations_members(channel=room["id"])["members"]) == 3


def test_the_traffic_panel_tells_what_was_called_and_how_long_it_took(workspace: LocalWorkspace, visit: Visit) -> None:
    page = visit("person=ben&channel=general")

    page.get_by_test_id("inspect").click()
    workspace.client.reactions_add(
        channel=scenes.GENERAL, timestamp=workspace.messages("general")[0]["ts"], name="eyes"
    )

    note = page.locator("[data-testid=note][data-name='reactions.add']").first
    expect(note).to_contain_text(" ms")
    note.locator("summary").click()
    expect(note).to_contain_text('"name": "eyes"')
    assert workspace.bot_token not in page.content()


STOP = """() => {
  const here = document.activeElement;
  const shown = getComputedStyle(here.closest(".composer") || here);
  return [here.dataset.testid || here.className, shown.outlineStyle !== "none" || shown.boxShadow !== "none"];
}"""


def test_the_keyboard_goes_through_the_page_in_the_order_of_reading(visit: Visit) -> None:
    page = visit("person=ben&channel=retail")
    stops = []

    while "composer-channel" not in stops:
        page.keyboard.press("Tab")
        name, marked = page.evaluate(STOP)
        assert marked, f"{name} has the focus and does not show it"
        stops.append(name)
        assert len(stops) < 40, stops

    people = [f"person-{each}" for each in ("ben", "lena", "ada", "gus")]
    places = ["new-channel", "channel-general", "channel-retail", "channel-teller"]
    side = [each for each in stops if each.startswith(("person-", "channel-", "new-"))]
    assert stops[0] == "skip"
    assert [each for each in side if each in people + places] == people + places
    assert stops.index("channel-teller") < stops.index("manage-people") < stops.index("inspect") < stops.index("theme")
    assert stops.index("theme") < stops.index("members") < stops.index("composer-channel")


def test_the_focus_returns_to_what_opened_a_panel(visit: Visit) -> None:
    page = visit("person=ada&channel=retail")

    page.get_by_test_id("manage-people").press("Enter")
    expect(page.get_by_test_id("dialog-close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("manage-people")).to_be_focused()
    page.get_by_test_id("inspect").press("Enter")
    page.get_by_test_id("inspector-close").press("Enter")

    expect(page.get_by_test_id("inspector")).to_be_hidden()
    expect(page.get_by_test_id("inspect")).to_be_focused()


def test_on_a_phone_the_menu_gives_way_to_what_was_chosen(visit: Visit) -> None:
    page = visit("person=ben&channel=general", viewport=PHONE)

    page.get_by_test_id("menu-button").click()
    page.get_by_test_id("inspect").click()
    expect(page.get_by_test_id("sidebar")).to_be_hidden()
    expect(page.get_by_test_id("inspector-close")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("timeline")).to_be_visible()
    expect(page.get_by_test_id("menu-button")).to_be_focused()
    lines = page.locator(".legend.tall li").evaluate_all("all => all.map((each) => each.clientHeight)")
    assert len(lines) == 5
    assert max(lines) < 30, "each name of the legend stands on one line"


# Where it is, what is pressed there, and what is then to be seen.
SCENES: dict[str, tuple[str, str, str]] = {
    "contract": ("person=lena&channel=legal&thread={contract}", "", "feedback-negative"),
    "working": ("person=lena&channel=legal&thread={working}", "", "task"),
    "figures": ("person=ben&channel=teller&thread={figures}", "", "data-table"),
    "charts": ("person=ben&channel=general", "", "chart"),
    "home": ("person=ben&channel=teller", "tab-home", "home"),
    "people": ("person=ada&channel=general", "manage-people", "add-person"),
    "members": ("person=ada&channel=general", "members", "panel"),
    "form": ("person=lena&channel=legal&thread={contract}", "feedback-negative", "modal"),
    "traffic": ("person=ben&channel=general", "inspect", "note"),
}


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_accessible_and_fits(visit: Visit, threads: dict[str, str], node: Path, name: str) -> None:
    where, press, seen = SCENES[name]
    page = visit(where.format(**threads))
    if press:
        page.get_by_test_id(press).last.click()
    expect(page.get_by_test_id(seen).first).to_be_visible()
    # Given to the page by the browser itself: the page's own policy lets in no script from elsewhere.
    page.evaluate((node / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))

    for scheme, width in (("light", 1280), ("dark", 1280), ("dark", 380), ("light", 380)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 820})
        found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        told = [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in serious]
        assert serious == [], f"{scheme}, {width} px wide: {json.dumps(told, indent=1)}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_by_text("not Slack").filter(visible=True).count() == 1
