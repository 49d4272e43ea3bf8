"""The page in a real browser: a contract and the bank's data are asked, and what is answered is read and corrected."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.house import House, free_port
from tests.workspace_fixture import ROOT, LocalWorkspace

CONTRACT = ROOT / "knowledge" / "samples" / "IBM Bluefly - e-business Hosting Agreement.pdf"
SECONDS = 1000

pytestmark = [pytest.mark.model, pytest.mark.browser, pytest.mark.timeout(2400)]

expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalWorkspace, House]]:
    """Everything over signed HTTP, as a production bot is reached, with the default model."""
    port, tmp_path = free_port(), tmp_path_factory.mktemp("page")
    with LocalWorkspace(tmp_path / "slack", event_url=f"http://127.0.0.1:{port}/slack/events") as workspace:
        settings = {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": workspace.api_url,
            "HTTP_PORT": str(port),
        }
        with House(tmp_path / "data", workspace=workspace, **settings) as house:
            yield workspace, house


@pytest.fixture
def page(slack: tuple[LocalWorkspace, House]) -> Iterator[Page]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is not installed: apt-get install chromium"
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]) as browser,
    ):
        page = browser.new_page()
        page.set_default_timeout(120 * SECONDS)
        page.goto(slack[0].url)
        yield page


def test_a_lawyer_drops_a_contract_asks_and_reads_the_clause_with_its_page(
    page: Page, slack: tuple[LocalWorkspace, House]
) -> None:
    workspace, house = slack
    page.get_by_test_id("person-lena").click()
    page.get_by_test_id("channel-legal").click()
    expect(page.get_by_role("heading", name="legal", level=2)).to_be_visible()
    page.get_by_test_id("file-input-channel").set_input_files(CONTRACT)
    expect(page.locator("[data-testid=chip][data-ready]")).to_be_visible(timeout=90 * SECONDS)
    page.get_by_test_id("composer-channel").press("Enter")

    page.get_by_test_id("thread-summary").first.click(timeout=800 * SECONDS)
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_text("I have read this document")).to_be_visible(timeout=800 * SECONDS)
    page.get_by_test_id("composer-thread").fill("@Teller What is the governing law?")
    page.get_by_test_id("composer-thread").press("Enter")

    expect(thread.get_by_text("State of New York").first).to_be_visible(timeout=900 * SECONDS)
    expect(thread.get_by_text("page 7").first).to_be_visible(timeout=120 * SECONDS)
    expect(thread.get_by_text("Choice of Law").first).to_be_visible()
    expect(page.get_by_test_id("not-slack")).to_contain_text("not Slack")
    asked = workspace.messages("C0LEGAL001", workspace.messages("C0LEGAL001")[0]["ts"])[-2]["ts"]
    done = house.finished("C0LEGAL001", asked)
    assert done.reply is not None
    assert "New York" in done.reply["text"]
    assert done.reply["citations"][0]["page"] == 7
    assert "governed by the substantive laws of the State of New York" in done.reply["citations"][0]["quote"]


def ask(page: Page, words: str, *, where: str = "channel") -> None:
    composer = page.get_by_test_id(f"composer-{where}")
    composer.fill(words)
    composer.press("Enter")


def at_teller(page: Page, person: str) -> None:
    page.get_by_test_id(f"person-{person}").click()
    page.get_by_test_id("channel-teller").click()
    expect(page.get_by_role("heading", name="Teller", level=2)).to_be_visible()


def last(thread: Locator) -> Locator:
    return thread.get_by_test_id("message").last


def test_a_banker_draws_and_corrects_an_answer_and_an_admin_makes_it_the_verified_one(
    page: Page, slack: tuple[LocalWorkspace, House]
) -> None:
    workspace, house = slack
    workspace.wait_for((house.folder / "bank.db").exists, timeout=300)
    at_teller(page, "ben")
    thread = page.get_by_test_id("thread")
    picture = thread.get_by_role("img")

    ask(page, "Customers by city, as a bar chart")
    page.get_by_test_id("thread-summary").last.click(timeout=600 * SECONDS)
    expect(picture.and_(page.get_by_label(re.compile("Bar chart")))).to_be_visible(timeout=600 * SECONDS)
    expect(thread.get_by_test_id("table").first).to_contain_text("Oslo")
    thread.get_by_test_id("action-chart_pie").first.click()
    expect(picture.and_(page.get_by_label(re.compile("Pie chart")))).to_be_visible()

    ask(page, "and only private ones?", where="thread")
    expect(last(thread)).to_contain_text(re.compile("Counted:.*private", re.DOTALL), timeout=600 * SECONDS)

    thread.get_by_test_id("action-correct").first.click()
    page.get_by_label("It counts too much or too little").check()
    page.get_by_label("What would be right?").fill("count only customers who have not left")
    page.get_by_test_id("modal-submit").click()
    expect(last(thread)).to_contain_text("Corrected: count only customers who have not left", timeout=600 * SECONDS)
    expect(last(thread)).to_contain_text(re.compile("Counted:.*left on", re.DOTALL))
    expect(last(thread).get_by_test_id("action-approve")).to_be_visible()

    at_teller(page, "ada")
    page.get_by_test_id("tab-home").click()
    home = page.get_by_test_id("home")
    expect(home).to_contain_text("Corrected by @Ben")
    home.get_by_test_id("action-review_approve").click()
    expect(home).to_contain_text("Approved by @Ada")

    at_teller(page, "ben")
    ask(page, "Customers by city")
    page.get_by_test_id("thread-summary").nth(1).click(timeout=600 * SECONDS)
    expect(last(thread)).to_contain_text("Verified by @Ada", timeout=600 * SECONDS)
    expect(last(thread)).to_contain_text(re.compile("Counted:.*left on", re.DOTALL))
