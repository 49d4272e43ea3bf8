"""The page in a real browser: drop a contract, ask, read the answer with its sources."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.house import House
from tests.workspace_fixture import ROOT

CONTRACT = ROOT / "knowledge" / "samples" / "IBM Bluefly - e-business Hosting Agreement.pdf"
SECONDS = 1000

pytestmark = [pytest.mark.model, pytest.mark.browser, pytest.mark.timeout(1500)]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is not installed: apt-get install chromium"
    with (
        House(tmp_path / "data", "--no-samples") as house,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]) as browser,
    ):
        page = browser.new_page()
        page.set_default_timeout(120 * SECONDS)
        page.goto(house.report["page"])
        yield page


def test_a_lawyer_drops_a_contract_asks_and_reads_the_clause_with_its_page(page: Page) -> None:
    page.get_by_test_id("person-lena").click()
    page.get_by_test_id("channel-legal").click()
    page.get_by_test_id("file-input-channel").set_input_files(CONTRACT)
    expect(page.locator("[data-testid=chip][data-ready]")).to_be_visible(timeout=90 * SECONDS)
    page.get_by_test_id("composer-channel").press("Enter")

    page.get_by_test_id("thread-summary").first.click(timeout=400 * SECONDS)
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_text("9 pages")).to_be_visible(timeout=400 * SECONDS)
    page.get_by_test_id("composer-thread").fill("@Teller which law governs this agreement?")
    page.get_by_test_id("composer-thread").press("Enter")

    expect(thread.get_by_text("State of New York").first).to_be_visible(timeout=800 * SECONDS)
    expect(thread.get_by_text("page 7").first).to_be_visible(timeout=60 * SECONDS)
    expect(thread.get_by_text("Choice of Law").first).to_be_visible()
    expect(page.get_by_test_id("not-slack")).to_contain_text("not Slack")
