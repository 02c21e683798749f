"""The chat page in a real browser, over a real server."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import serving

from bot.ask import ask as ask_store
from bot.records import Answer, Citation, Dropped
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


def picture(page: Any, name: str, width: int = 1440) -> None:
    """Keeps what `page` shows at `width` for the README, where the pictures are to be made anew."""
    if os.environ.get("XINWEN_PICTURES") and page.viewport_size["width"] == width:
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
    picture(page, "read")
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
    picture(page, "phone", 390)
    assert page.evaluate("document.documentElement.lang") == "en"
    turn.locator(".xw-title").first.click()
    read = page.frame_locator(".xw-reader iframe")
    assert "将华为列入实体名单" in read.locator("mark#cited").inner_text()


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
    page.reload()
    page.wait_for_selector("#chat .xw-turn")
    assert page.locator(".xw-question").all_inner_texts() == ["燧原科技的CEO是谁?", "它的COO是谁?"]
    id_ = page.locator("[data-conversation]").get_attribute("data-conversation")

    other = visit(f"{server}/?c={id_}", locale="en-US")
    other.wait_for_selector("#chat .xw-turn")
    ask(other, "摩尔线程是什么时候成立的?")
    assert other.locator("#chat .xw-turn").count() == 3
    assert other.locator("[data-conversation]").get_attribute("data-conversation") != id_
    other.reload()
    other.wait_for_selector("#chat .xw-turn")
    assert other.locator("#chat .xw-turn").count() == 3
    page.reload()
    page.wait_for_selector("#chat .xw-turn")
    assert page.locator("#chat .xw-turn").count() == 2

    page.click("#new")
    page.wait_for_selector("#chat .xw-turn", state="detached")
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


HOSTILE = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> **粗** [点这里](javascript:alert(1)) ${1+1} {{1}}'
STAFF = "记者获悉,华为公司的员工人数为{}万人。华为公司的总部在深圳。"


@pytest.fixture(scope="module")
def own_server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a store of its own, which the tests change."""
    own = tmp_path_factory.mktemp("own") / "store"
    shutil.copytree(folder, own)
    with serving(own) as url:
        yield url


def upload(page: Any, server: str, *files: Path) -> str:
    page.goto(f"{server}/library")
    page.set_input_files("input[type=file]", list(files))
    page.click("button.xw-main")
    page.wait_for_selector(".xw-report")
    return str(page.locator(".xw-report").inner_text())


def remove(page: Any, server: str, name: str) -> None:
    page.goto(f"{server}/library?q={name}")
    page.locator("summary").first.click()
    page.locator("details button").first.click()
    page.wait_for_selector(".xw-report")
    assert f"已移除 {name}" in page.locator(".xw-report").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_an_article_is_uploaded_asked_about_and_removed(
    visit: Visit, own_server: str, tmp_path: Path, width: int
) -> None:
    article, other = tmp_path / "ding.txt", tmp_path / "ding.exe"
    article.write_text(
        "丁公司发布新品\n\n丁公司在2024年3月成立,丁公司的CEO是王小明。丁公司的总部设在杭州。\n", "utf-8"
    )
    other.write_bytes(b"MZ")
    page = visit(f"{own_server}/library", width)
    picture(page, "library")
    said = upload(page, own_server, article, other)
    assert "共 1 篇文章" in said and "ding.exe" in said
    page.goto(own_server)
    assert ask(page, "丁公司的CEO是谁?").locator(".xw-said").inner_text().startswith("王小明")
    remove(page, own_server, "ding.txt")
    page.goto(own_server)
    assert ask(page, "丁公司的CEO是谁?").locator(".xw-refused").count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_a_disagreement_stands_side_by_side(
    visit: Visit, own_server: str, tmp_path: Path, width: int
) -> None:
    files = [tmp_path / f"staff{n}.txt" for n in (19, 21)]
    for file, n in zip(files, (19, 21), strict=True):
        file.write_text(STAFF.format(n), "utf-8")
    page = visit(f"{own_server}/library", width)
    upload(page, own_server, *files)
    page.goto(own_server)
    turn = ask(page, "华为的员工人数是多少?")
    sides = turn.locator(".xw-sides .xw-side")
    assert "文章说法不一" in turn.inner_text() and sides.count() == 2
    assert {f"{n}万人" for n in (19, 21)} == set(sides.locator("strong").all_inner_texts())
    assert sides.locator("q").count() == sides.locator("a.xw-title").count() == 2
    picture(page, "conflict")


@pytest.mark.browser
def test_a_hostile_article_is_shown_as_text(visit: Visit, own_server: str, tmp_path: Path) -> None:
    text = f"戊公司在2024年5月1日成立。戊公司的CEO是李小红,她说:“{HOSTILE}”。戊公司的总部在杭州。"
    record = {
        "id": "evil",
        "title": HOSTILE,
        "source": HOSTILE,
        "author": HOSTILE,
        "url": "javascript:alert(1)",
        "text": text,
    }
    (tmp_path / "evil.jsonl").write_text(json.dumps(record), "utf-8")
    page = visit(f"{own_server}/library")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    upload(page, own_server, tmp_path / "evil.jsonl")
    page.goto(own_server)
    turn = ask(page, "戊公司的CEO说了什么?")
    assert HOSTILE in turn.locator(".xw-title").first.inner_text()
    assert "onerror" in turn.inner_text() and turn.locator("script, img").count() == 0
    turn.locator("a.xw-mark").first.click()
    read = page.frame_locator(".xw-reader iframe")
    assert HOSTILE in read.locator("h1").inner_text() and HOSTILE in read.locator(".xw-text").inner_text()
    for path in ("/library", "/timeline", "/figures"):
        page.goto(own_server + path)
        assert page.locator("script, img, a[href^=javascript]").count() == 0
    assert page.evaluate("window.hacked") is None
    page.goto(own_server)
    page.wait_for_selector("#chat .xw-turn")
    assert page.evaluate("window.hacked") is None


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_events_and_bars_lead_to_their_sentences(visit: Visit, server: str, width: int) -> None:
    page = visit(f"{server}/timeline", width)
    picture(page, "timeline")
    event = page.locator("a.xw-event", has_text="沐曦集成电路在上海树立")
    said = event.inner_text()
    event.click()
    assert page.locator("mark#cited").inner_text() == said
    page.goto(f"{server}/figures")
    picture(page, "figures")
    page.locator("tr", has_text="曦云C500").locator("a").click()
    assert "方针FP32算力15TFLOPS" in page.locator("mark#cited").inner_text()
    for path in ("/library", "/timeline", "/figures"):
        page.goto(server + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.browser
def test_with_a_token_the_page_is_entered_by_it(visit: Visit, folder: Path) -> None:
    with serving(folder, XINWEN_TOKEN="open sesame") as url:
        page = visit(f"{url}/timeline")
        assert not serious(page)
        page.fill("#token", "open sesame")
        page.keyboard.press("Enter")
        page.wait_for_selector(".xw-event")
        page.goto(url)
        assert ask(page, "燧原科技的CEO是谁?").locator(".xw-answer").count() == 1
        page.close()


# `xinwen` whose answers come word by word, as a language model's do.
SLOW = """
import sys, time
from dataclasses import asdict
import bot.chat
from bot.ask import ask
from bot.cli import main

def words(question, store, history, generator):
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
    page.wait_for_timeout(600)  # for what was under way
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


def test_what_a_model_wrote_without_support_is_told_apart() -> None:
    dropped = (Dropped("<b>它有三条腿。", "no article says so"),)
    answer = Answer(
        "是。", False, None, (), (), "q", "some-model", "t", {}, dropped, ("The model was slow.",)
    )
    shown = render_answer(answer, "en")
    said, _, left_out = shown.partition("<details>")
    assert "三条腿" not in said and as_text("The model was slow.") in said
    assert as_text("<b>它有三条腿。") in left_out and "no article says so" in left_out


def test_the_pictures_in_the_readme_are_there() -> None:
    import re

    named = re.findall(r"\(evals/results/([\w-]+\.png)\)", (ROOT / "README.md").read_text("utf-8"))
    assert len(named) >= 1
    assert all((RESULTS / name).stat().st_size > 10_000 for name in named)
