"""The page in a real browser: drop a contract, ask, read the answer with its sources."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.house import House, free_port
from tests.workspace_fixture import ROOT, LocalWorkspace

CONTRACT = ROOT / "knowledge" / "samples" / "IBM Bluefly - e-business Hosting Agreement.pdf"
SECONDS = 1000

pytestmark = [pytest.mark.model, pytest.mark.browser, pytest.mark.timeout(2400)]

expect.set_options(timeout=60_000)


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[tuple[LocalWorkspace, House]]:
    """Everything over signed HTTP, as a production bot is reached, with the default model."""
    port = free_port()
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
