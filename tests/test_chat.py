"""The chat page in a real browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.chat import as_text, render_answer, rendered
from bot.records import Answer, Citation
from bot.stream import reply, stream
from index.store import Store

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def page(server: str) -> Iterator[Any]:
    if not CHROMIUM:
        assert not os.environ.get("XINWEN_NEEDS_BROWSER"), "Chromium is missing: apt-get install chromium"
        pytest.skip("needs Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_context(viewport={"width": 1100, "height": 1150}).new_page()
        opened.requested = []
        opened.on("request", lambda request: opened.requested.append(request.url))
        opened.goto(server)
        opened.wait_for_selector("#question textarea")
        yield opened
        browser.close()


def ask(page: Any, question: str) -> Any:
    before = page.locator(".xw-answer, .xw-refused").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(f"document.querySelectorAll('.xw-answer, .xw-refused').length > {before}")
    return page.locator(".xw-answer, .xw-refused").last


@pytest.mark.browser
def test_a_person_asks_and_checks(page: Any, server: str) -> None:
    shown = ask(page, "哪些公司被列入了实体清单?")
    assert shown.inner_text().startswith("华为 [1]、壁仞科技 [2]、摩尔线程 [2]")
    assert "创业邦" in shown.inner_text() and "将华为列入实体名单" in shown.inner_text()
    link = shown.locator("a").first.get_attribute("href")
    read = page.context.new_page()
    read.goto(server + link)
    assert "将华为列入实体名单" in read.locator("mark").inner_text()
    read.close()
    if os.environ.get("XINWEN_PICTURE"):
        ask(page, "寒武纪的创始人是谁?")
        page.wait_for_timeout(800)
        page.screenshot(path=os.environ["XINWEN_PICTURE"])


@pytest.mark.browser
def test_a_refusal_looks_like_one(page: Any) -> None:
    shown = ask(page, "怎么做红烧肉?")
    assert "xw-refused" in shown.get_attribute("class")
    assert "没有谈到" in shown.inner_text()


@pytest.mark.browser
def test_html_and_markdown_in_a_question_are_text(page: Any) -> None:
    ask(page, '<img src=x onerror="window.hacked=1"> **粗** [x](javascript:alert(1))')
    assert page.evaluate("window.hacked") is None
    said = page.locator("#chat").inner_text()
    assert '<img src=x onerror="window.hacked=1"> **粗** [x](javascript:alert(1))' in said


@pytest.mark.browser
def test_no_request_leaves_this_machine(page: Any, server: str) -> None:
    page.goto(f"{server}/docs")
    page.goto(server)
    page.wait_for_selector("#question textarea")
    hosts = {url.split("/")[2] for url in page.requested if url.startswith(("http", "ws"))}
    assert hosts == {server.removeprefix("http://")}


def test_html_and_markdown_in_an_article_are_text() -> None:
    hostile = "<script>x</script> **b** [a](javascript:1) <img onerror=1>"
    citation = Citation(1, hostile, "s", "f", "h", 0, 9, "a", hostile, hostile, None, None, None, None, 1.0)
    shown = render_answer(Answer(f"{hostile} [1]", False, None, (citation,), (), "q", "quote", "t", {}))
    assert as_text(hostile) in shown
    assert "<script" not in shown and "<img" not in shown and "**" not in shown and "](" not in shown


def test_an_answer_is_shown_as_it_is_written(store: Store) -> None:
    shown = list(rendered(stream("哪些公司被列入了实体清单?", store)))
    assert "xw-writing" in shown[0] and all("xw-answer" not in part for part in shown[:-1])
    assert shown[-1] == render_answer(reply("哪些公司被列入了实体清单?", store))
    assert "xw-refused" in list(rendered(iter([("error", {"detail": "<b>"})])))[-1]


def test_the_picture_in_the_readme_is_there() -> None:
    root = Path(__file__).parent.parent
    assert "(evals/results/chat.png)" in (root / "README.md").read_text("utf-8")
    assert (root / "evals/results/chat.png").stat().st_size > 10_000
