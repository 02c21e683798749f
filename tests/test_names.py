"""Names with wrong characters, and follow-up questions."""

from pathlib import Path

import pytest

from bot.ask import ask
from bot.names import mend_names, standalone
from index.build import store_of
from index.embed import StaticEmbedder
from index.store import Store


@pytest.mark.parametrize(
    ("question", "read_as"),
    [
        ("必仞科技的CEO是谁?", (("必仞科技", "壁仞科技"),)),
        ("摩尔线成是什么时候成立的?", (("摩尔线成", "摩尔线程"),)),
        ("黄仁熏为什么来中国?", (("黄仁熏", "黄仁勋"),)),
        ("When was Enflmae founded?", (("Enflmae", "Enflame"),)),
        ("大模型训练用了什么芯片?", ()),
        ("寒武纪的创始人是谁?", ()),
        ("中芯国际的市值是多少?", ()),
        ("哪几家中国公司买了芯片?", ()),
        ("这些芯片中仅有几款出口?", ()),
        ("Which companies are on the entity list?", ()),
    ],
)
def test_a_name_that_sounds_like_one_in_the_articles_is_read_as_that_one(
    store: Store, question: str, read_as: tuple[tuple[str, str], ...]
) -> None:
    assert mend_names(question, store)[1] == read_as


def test_what_the_articles_say_is_no_wrong_name(tmp_path: Path, embedder: StaticEmbedder) -> None:
    texts = ["新浪科技报道，锦浪科技募资30亿元。", "中金公司是一家投行。三家中国公司下了订单。"]
    store = store_of(texts, tmp_path, embedder)
    for question in ("锦浪科技募资多少?", "哪几家中国公司下了订单?"):
        assert mend_names(question, store) == (question, ())


def test_the_answer_says_how_a_name_was_read(store: Store) -> None:
    found = ask("摩尔线成是什么时候成立的?", store)
    assert found.answer.startswith("2020年10月 [1]")
    assert "（“摩尔线成”按“摩尔线程”理解）" in found.answer
    assert found.standalone_question == "摩尔线程是什么时候成立的?"


def test_he_is_whom_the_question_before_asked_for(store: Store) -> None:
    found = ask("从立项到流片他说要多久?", store, ["燧原科技的COO是谁?"])
    assert found.standalone_question == "从立项到流片张亚林说要多久?"
    assert found.answer.startswith("一年 [1]")
    both = ask("Who runs Enflame and where did he study?", store)
    assert "Zhao Lidong (赵立东) [1]" in both.answer and "清华大学" in both.answer


@pytest.mark.parametrize(
    ("question", "history", "alone"),
    [
        ("她是做什么的?", ["李京梅是谁?"], "李京梅是做什么的?"),
        ("那摩尔线程呢?", ["燧原科技是什么时候成立的?"], "摩尔线程是什么时候成立的?"),
        ("And how much did it raise?", ["When was Enflame founded?"], "And how much did Enflame raise?"),
        ("What is its process node?", ["Tell me about Tiangai 100"], "What is Tiangai 100's process node?"),
        ("什么时候成立的?", ["沐曦的CEO是谁?"], "沐曦什么时候成立的?"),
        ("哪些公司被列入了实体清单?", ["沐曦的CEO是谁?"], "哪些公司被列入了实体清单?"),
        ("壁仞科技的首款芯片是什么?", ["沐曦的CEO是谁?"], "壁仞科技的首款芯片是什么?"),
        ("它的CEO是谁?", [], "它的CEO是谁?"),
    ],
)
def test_a_follow_up_takes_what_it_leaves_unsaid_from_the_history(
    question: str, history: list[str], alone: str
) -> None:
    assert standalone(question, history) == alone


def test_it_is_the_product_that_the_question_before_asked_for(
    tmp_path: Path, embedder: StaticEmbedder
) -> None:
    told = "丁河公司在夏天发布了远征A1机器人。远征A1最高步速为7km/h,售价20万元。丁河公司总部设在海宁。"
    store = store_of([told], tmp_path, embedder)
    found = ask("它最快能走多快?", store, ["丁河公司发布了什么机器人?"])
    assert "A1" in found.standalone_question and "7km/h" in found.answer


NEWS = [
    "五菱缤果7月份卖了20064台。缤果是五菱汽车的新车，于3月底上市。",
    "大众汽车集团宣布将向小鹏汽车增资约7亿美元，换来小鹏汽车约4.99%的股权。",
    "VinFast在美国上市首日收于37.06美元。VinFast成立于2017年，在越南造车。",
]


@pytest.mark.parametrize(
    ("earlier", "question", "alone", "answer"),
    [
        ("五菱缤果7月份卖了多少台?", "那它是什么时候上市的?", "那五菱缤果是什么时候上市的?", "3月底"),
        (
            "What was VinFast's closing price?",
            "And when was it founded?",
            "And when was VinFast founded?",
            "2017",
        ),
    ],
)
def test_a_follow_up_is_about_what_no_list_of_names_knows(
    tmp_path: Path, embedder: StaticEmbedder, earlier: str, question: str, alone: str, answer: str
) -> None:
    found = ask(question, store_of(NEWS, tmp_path, embedder), [earlier])
    assert found.standalone_question == alone and found.answer.startswith(answer)


def test_a_question_that_is_answered_alone_is_no_follow_up(tmp_path: Path, embedder: StaticEmbedder) -> None:
    store = store_of([*NEWS, "哪些城市换租轮胎？成都和拉萨提供轮胎换租。"], tmp_path, embedder)
    assert (
        ask("哪些城市提供轮胎换租?", store, ["五菱缤果卖了多少台?"]).standalone_question
        == "哪些城市提供轮胎换租?"
    )
