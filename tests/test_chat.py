"""The chat page in a real browser, over a real server."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import serving

from bot.ask import ask as ask_store
from bot.records import Answer, Citation
from bot.transcript import as_text, render_answer
from index.store import Store

Visit = Callable[..., Any]
ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "evals/results"
WIDTHS = [390, 1440]


def ask(page: Any, question: str) -> Any:
    """Types `question`, presses enter, and answers with the new turn."""
    page.wait_for_selector("#question textarea")
    page.wait_for_selector(".xw-top nav")
    before = page.locator("#chat .xw-turn").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(f"document.querySelectorAll('#chat .xw-turn').length > {before}")
    return page.locator("#chat .xw-turn").last


def picture(page: Any, name: str) -> None:
    """Keeps what `page` shows for the README, where the pictures are to be made anew."""
    if os.environ.get("XINWEN_PICTURES"):
        page.wait_for_timeout(500)
        page.screenshot(path=RESULTS / f"{name}.png")


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_a_person_asks_and_checks(visit: Visit, server: str, width: int) -> None:
    page = visit(server, width)
    turn = ask(page, "哪些公司被列入了实体清单?")
    assert turn.locator(".xw-answer").inner_text().startswith("华为 [1]、壁仞科技 [2]、摩尔线程 [2]")
    assert "创业邦 · 2024-09" in turn.inner_text() and "核算 → 计算" in turn.inner_text()
    turn.locator("a.xw-mark").nth(1).click()
    read = page.frame_locator(".xw-reader iframe")
    assert "壁仞科技、摩尔线程两家公司被列入实体清单" in read.locator("mark#cited").inner_text()
    assert read.locator("mark").count() == 2
    assert read.locator("mark#cited").get_attribute("data-n") == "2"
    page.wait_for_function(
        "(() => { const f = document.querySelector('.xw-reader iframe').contentWindow;"
        " const b = f.document.querySelector('#cited').getBoundingClientRect();"
        " return b.top >= 0 && b.bottom <= f.innerHeight })()"
    )
    picture(page, f"read-{width}")
    page.keyboard.press("Escape")
    assert not page.locator(".xw-reader").is_visible()
    assert page.evaluate("document.activeElement.className") == "xw-mark"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_an_english_reader_gets_english(visit: Visit, server: str, width: int) -> None:
    page = visit(server, width, locale="en-US", color_scheme="dark")
    turn = ask(page, "Which companies are on the entity list?")
    assert "Huawei" in turn.locator(".xw-said").inner_text()
    assert page.locator("#send").inner_text() == "Ask"
    assert page.evaluate("document.documentElement.lang") == "en"
    turn.locator(".xw-title").first.click()
    read = page.frame_locator(".xw-reader iframe")
    assert "将华为列入实体名单" in read.locator("mark#cited").inner_text()
    picture(page, f"dark-{width}")


@pytest.mark.browser
def test_a_refusal_says_why_and_what_can_be_asked(visit: Visit, server: str) -> None:
    page = visit(server)
    page.wait_for_selector(".xw-try button")
    turn = ask(page, "寒武纪的创始人是谁?")
    assert "文章里没有答案" in turn.locator(".xw-refused .xw-badge").inner_text()
    assert "最接近的原文" in turn.inner_text() and turn.locator("q").count() == 1
    picture(page, "refusal")
    offered = turn.locator(".xw-next button").first
    question = offered.inner_text()
    offered.click()
    page.wait_for_function("document.querySelectorAll('#chat .xw-turn').length === 2")
    last = page.locator("#chat .xw-turn").last
    assert last.locator(".xw-question").inner_text() == question
    assert last.locator(".xw-answer").count() == 1
    turn = ask(visit(server), "怎么做红烧肉?")
    assert "没有谈到" in turn.inner_text()


@pytest.mark.browser
def test_the_first_page_offers_questions_that_are_answered(visit: Visit, server: str, store: Store) -> None:
    page = visit(server)
    page.wait_for_selector(".xw-try button")
    picture(page, "chat")
    questions = page.locator(".xw-try button").all_inner_texts()
    assert not any(ask_store(question, store).refused for question in questions)


@pytest.mark.browser
def test_the_conversation_is_there_after_a_reload_and_under_its_link(visit: Visit, server: str) -> None:
    page = visit(server)
    ask(page, "燧原科技的CEO是谁?")
    ask(page, "它的COO是谁?")
    page.wait_for_timeout(500)  # Gradio complains of requests that a reload cuts off
    page.reload()
    page.wait_for_selector("#chat .xw-turn")
    assert page.locator(".xw-question").all_inner_texts() == ["燧原科技的CEO是谁?", "它的COO是谁?"]
    id_ = page.locator("[data-conversation]").get_attribute("data-conversation")

    other = visit(f"{server}/?c={id_}", locale="en-US")
    other.wait_for_selector("#chat .xw-turn")
    ask(other, "摩尔线程是什么时候成立的?")
    assert other.locator("#chat .xw-turn").count() == 3
    assert other.locator("[data-conversation]").get_attribute("data-conversation") != id_
    page.reload()
    page.wait_for_selector("#chat .xw-turn")
    page.wait_for_timeout(500)
    assert page.locator("#chat .xw-turn").count() == 2

    page.click("#new")
    page.wait_for_selector("#chat .xw-turn", state="detached")
    page.wait_for_timeout(500)
    page.reload()
    page.wait_for_selector(".xw-hello")
    assert page.locator("#chat .xw-turn").count() == 0


@pytest.mark.browser
def test_an_answer_is_copied_shared_and_rated(visit: Visit, server: str, folder: Path) -> None:
    from bot.journal import rows

    page = visit(server, permissions=["clipboard-read", "clipboard-write"])
    turn = ask(page, "燧原科技的CEO是谁?")
    turn.locator("[data-do=copy]").click()
    page.wait_for_function("document.querySelector('.xw-told').textContent")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert (
        copied.startswith("**燧原科技的CEO是谁?**\n\n赵立东 [1]") and "[1] “" in copied and ".txt [" in copied
    )
    turn.locator("[data-do=share]").click()
    page.wait_for_timeout(200)
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"{server}/?c=")
    turn.locator("[data-do=down]").click()
    turn.locator(".xw-comment input").fill("应该写全名")
    page.keyboard.press("Enter")
    page.wait_for_selector(".xw-comment", state="hidden")
    last = rows(folder / "feedback.jsonl")[-1]
    assert (last["rating"], last["comment"], last["question"]) == ("down", "应该写全名", "燧原科技的CEO是谁?")
    assert last["answer"]["citations"] and last["version"] and last["generation"]


@pytest.mark.browser
def test_all_works_with_the_keyboard_alone(visit: Visit, server: str) -> None:
    page = visit(server)
    page.wait_for_selector(".xw-try button")
    page.focus("#question textarea")
    page.keyboard.type("燧原科技的CEO是谁?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat .xw-turn")
    reached = []
    page.evaluate("document.activeElement.blur()")
    for _ in range(25):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [e.className + ' ' + e.id + (e.dataset.do || ''), e.tagName, s.outlineStyle + s.outlineWidth] })()"
        )
        reached.append(here[0])
        assert here[1] == "BODY" or here[2] not in ("none0px", "none3px"), f"no visible focus: {here}"
    for name in ("xw-brand", "xw-mark", "xw-title", "copy", "up", "down", "send"):
        assert any(name in one for one in reached), name
    page.focus("a.xw-mark")
    page.keyboard.press("Enter")
    assert page.locator(".xw-reader").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".xw-reader").is_visible()


@pytest.mark.browser
def test_html_and_markdown_in_a_question_are_text(visit: Visit, server: str) -> None:
    page = visit(server)
    hostile = (
        '<img src=x onerror="window.hacked=1"> **粗** [x](javascript:alert(1)) ${window.hacked=1} {{1+1}}'
    )
    turn = ask(page, hostile)
    assert turn.locator(".xw-question").inner_text() == hostile
    assert page.evaluate("window.hacked") is None


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Visit, server: str, scheme: str) -> None:
    page = visit(server, 390, color_scheme=scheme)
    page.wait_for_selector(".xw-try button")
    assert not serious(page)
    turn = ask(page, "哪些公司被列入了实体清单?")
    link = turn.locator("a.xw-mark").first
    link.click()
    assert not serious(page)
    for path in (link.get_attribute("href"), "/library", "/timeline", "/figures", "/docs"):
        page.goto(server + path)
        assert not serious(page), path


def serious(page: Any) -> list[Any]:
    """What axe-core finds on `page` that is serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        (v["id"], [node["html"][:200] for node in v["nodes"]])
        for v in Axe().run(page).response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


# `xinwen` whose answers come word by word, as a language model's do.
SLOW = """
import sys, time
from dataclasses import asdict
import bot.chat
from bot.ask import ask
from bot.cli import main

def words(question, store, history):
    answer = ask(question, store)
    yield from (("citation", asdict(c)) for c in answer.citations)
    for number in range(50):
        yield "delta", {"text": f"第{number}句 [1]。"}
        time.sleep(0.15)
    yield "done", asdict(answer)

bot.chat.stream = words
sys.exit(main())
"""


@pytest.mark.browser
def test_an_answer_is_shown_as_it_comes_and_can_be_stopped(visit: Visit, folder: Path) -> None:
    with serving(folder, ["-c", SLOW]) as url:
        page = visit(url)
        _ask_and_stop(page)
        page.close()


def _ask_and_stop(page: Any) -> None:
    page.wait_for_selector(".xw-top nav")
    page.fill("#question textarea", "燧原科技的CEO是谁?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".xw-making a.xw-mark")
    assert not page.locator("#send").is_visible()
    page.click("#stop")
    page.wait_for_selector("text=已停止")
    said = page.locator("#now .xw-said").inner_text()
    page.wait_for_timeout(600)
    assert page.locator("#now .xw-said").inner_text() == said and "第49句" not in said
    assert page.locator("#send").is_visible()
    assert page.locator("#chat .xw-turn").count() == 0


def test_html_and_markdown_in_an_article_are_text() -> None:
    hostile = "<script>x</script> **b** [a](javascript:1) <img onerror=1>"
    citation = Citation(1, hostile, "s", "f", "h", 0, 9, "a", hostile, hostile, None, None, None, None, 1.0)
    shown = render_answer(Answer(f"{hostile} [1]", False, None, (citation,), (), "q", "quote", "t", {}))
    assert as_text(hostile) in shown
    assert "<script" not in shown and "<img" not in shown and "**" not in shown and "](" not in shown


def test_the_pictures_in_the_readme_are_there() -> None:
    import re

    named = re.findall(r"\(evals/results/([\w-]+\.png)\)", (ROOT / "README.md").read_text("utf-8"))
    assert len(named) >= 1
    assert all((RESULTS / name).stat().st_size > 10_000 for name in named)
