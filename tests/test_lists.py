"""Lists: every member of an enumeration, each whole, and none of what only stands beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.ask import ask
from bot.lists import _joints, _parts_of
from bot.records import Answer
from evals.marking import members_of
from index.build import store_of
from index.embed import StaticEmbedder
from index.store import Store

Asking = Callable[[str, Sequence[str]], Answer]


@pytest.fixture
def asking(tmp_path: Path, embedder: StaticEmbedder) -> Asking:
    """Asks a question of a store of the given articles."""
    return lambda question, articles: ask(question, store_of(articles, tmp_path, embedder))


def test_members_are_joined_by_marks_and_by_words_that_stand_alone() -> None:
    text = "体系由企业主体负责、社会参与监督和行业规范自律组成"
    assert [text[a:b] for a, b in _joints(text)] == ["、", "和"]


def test_an_enumeration_ends_where_it_says_so() -> None:
    text = "检查了黄瓜、鲫鱼和黄鳝等农产品的运输和储存"
    assert [text[a:b] for a, b in _parts_of(text, (0, len(text)))] == ["检查了黄瓜", "鲫鱼", "黄鳝"]


@pytest.mark.parametrize(
    ("question", "article", "names"),
    [
        (
            "丁河市首批志愿服务站设在哪几个地方?",
            "丁河市志愿服务联合会昨天成立。首批志愿服务站设在永乐门、天河公园和钟楼，每站十人。市民可以报名。",
            ["永乐门", "天河公园", "钟楼"],
        ),
        (
            "海宁路街道整治了哪些农产品?",
            "海宁路街道开展检查。街道集中整治豇豆、鲫鱼、黄鳝等农产品的运输和储存，还将回头看。",
            ["豇豆", "鲫鱼", "黄鳝"],
        ),
    ],
)
def test_a_list_names_every_member_and_shows_the_sentence_that_says_them(
    asking: Asking, question: str, article: str, names: list[str]
) -> None:
    found = asking(question, [article])
    assert members_of(found.answer) == names
    assert found.answer.endswith(f"\n“{found.citations[0].quote}”")


def test_what_makes_as_many_as_are_asked_for_is_all(asking: Asking) -> None:
    articles = ["两家公司合并。莎莉公司和道奇公司在年初合并。", "三家公司谈过合并：丙公司、丁公司和戊公司。"]
    assert len(members_of(asking("哪两家公司在年初合并?", articles).answer)) == 2


def test_headings_answer_what_calls_them_otherwise_and_counts_them(store: Store) -> None:
    assert len(members_of(ask("H20卖不了了，英伟达在中国还剩哪三条路可走?", store).answer)) == 3


def test_lines_with_a_mark_before_each_are_a_list(asking: Asking) -> None:
    article = (
        "丁河牌电池卖得好有多方面的缘由。业内总结如下：\n- 价格更低：丁河牌电池比同行便宜一成。\n- 续航更长：充一次电能跑八百公里。\n"
        "- 售后更好：全国有六百家网点。\n去年的大事如下：\n- 3月，丁河牌电池出口欧洲。\n- 5月，丁河牌电池降价。\n- 9月，丁河牌电池扩产。"
    )
    found = asking("丁河牌电池卖得好有哪三点原因?", [article])
    assert members_of(found.answer) == ["价格更低", "续航更长", "售后更好"]


def test_what_the_question_leaves_out_is_no_member(asking: Asking) -> None:
    article = "丁河电子向青禾公司供应服务器。丁河电子还向莎莉公司、道奇公司和戊子公司提供服务器。"
    assert members_of(asking("除了道奇公司,丁河电子还给哪些公司提供服务器?", [article]).answer) == [
        "莎莉公司",
        "戊子公司",
    ]


def test_sentences_that_are_numbered_make_a_list(asking: Asking) -> None:
    article = (
        "丁河驾驶系统进入外国市场面临一些挑战。首先,道路状况差异很大。其次,公司要遵守监管规定。"
        "此外,它要面对激烈竞争。公司还生产轴承。"
    )
    found = asking("丁河驾驶系统进入外国市场面临哪些挑战?", [article])
    assert [c.quote[:2] for c in found.citations] == ["首先", "其次", "此外"]
