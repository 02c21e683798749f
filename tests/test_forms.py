"""Comparisons, introductions, dates that are resolved, and disagreements."""

from pathlib import Path

import pytest

from bot.ask import ask
from bot.compare import to_compare
from bot.question import MAX_NEEDS, read_question
from bot.summary import to_introduce
from index.build import build, store_of
from index.embed import StaticEmbedder
from index.store import Store
from ingest.records import Source, content_id


def test_a_comparison_quotes_both_and_says_which(store: Store) -> None:
    found = ask("燧原科技和摩尔线程哪个成立更早?", store)
    assert found.answer == "燧原科技：燧原科技 2018年3月 [1]、摩尔线程 2020年10月 [2]"
    assert [("燧原科技" in c.quote, "摩尔线程" in c.quote) for c in found.citations] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("燧原科技和摩尔线程哪个成立更早?", ["燧原科技", "摩尔线程"]),
        ("燧原科技的CEO是谁?", []),
        ("Which was founded earlier, Enflame or Moore Threads?", ["Enflame", "Moore Threads"]),
        ("壁仞的BR100和英伟达的A100哪个更强?", ["BR100", "A100"]),
        ("A17和A16的主频分别是多少?", ["A17", "A16"]),
        ("燧原科技能做到英伟达的四大功能,分别是哪四个?", []),
        ("燧原科技和壁仞科技分别把英伟达的产品降价多少?", ["燧原科技", "壁仞科技"]),
    ],
)
def test_what_is_compared(question: str, names: list[str]) -> None:
    assert to_compare(question) == names


def test_a_pasted_text_is_read_by_its_most_telling_words_and_compares_nothing(store: Store) -> None:
    pasted = "".join(
        f"{name}和{name}{at}哪个成立更早?" for at in range(60) for name in ("燧原科技", "壁仞科技", "H20")
    )
    assert to_compare(pasted) == []
    assert len(read_question(pasted, store).needs) == MAX_NEEDS


def test_counted_companies_are_those_that_an_article_counts(store: Store) -> None:
    found = ask("五家公司分别是哪年成立的?", store)
    assert not found.refused
    for said in ("燧原科技 2018年3月", "沐曦集成电路 2020年9月", "摩尔线程 2020年10月"):
        assert said in found.answer


def test_a_sentence_that_holds_one_against_the_other_answers_how_they_differ(store: Store) -> None:
    assert "低约15%" in ask("昇腾910B比H20贵多少?", store).citations[0].quote
    assert ask("BR100比A100贵多少?", store).refused


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("介绍一下沐曦", "沐曦"),
        ("Tell me about Biren", "Biren"),
        ("燧原科技的CEO是谁?", None),
        ("沐曦的首款芯片是什么?", None),
        ("什么是低空经济?", "低空经济"),
    ],
)
def test_what_is_introduced(question: str, name: str | None) -> None:
    assert to_introduce(question) == name


def test_an_introduction_cites_each_of_its_sentences(store: Store) -> None:
    found = ask("介绍一下沐曦", store)
    lines = found.answer.splitlines()
    assert 2 <= len(lines) == len(found.citations) <= 4
    assert "2020年9月" in found.answer


def test_an_introduction_begins_with_what_it_is(store: Store) -> None:
    assert "清华大学" in ask("介绍一下郑纬民", store).citations[0].quote
    assert "计划HGCT" in ask("What is HGCT?", store).citations[0].quote


def test_a_relative_date_is_shown_with_what_it_means(store: Store) -> None:
    cited = ask("赵立东在2024年5月做了什么?", store).citations
    assert any("本年5月 → 2024年5月" in c.glosses for c in cited)


def test_two_values_for_one_thing_are_both_shown(tmp_path: Path, embedder: StaticEmbedder) -> None:
    texts = [f"记者获悉,华为公司的员工人数为{n}万人。华为公司的总部在深圳。" for n in (19, 21)]
    build([Source(content_id(t), f"{i}.txt", "", t) for i, t in enumerate(texts)], tmp_path, embedder)
    found = ask("华为的员工人数是多少?", Store(tmp_path, embedder))
    assert "19万人" in found.answer and "21万人" in found.answer
    (conflict,) = found.conflicts
    assert {s.marker for s in conflict.statements} == {1, 2}


def test_how_two_differ_is_told_of_each(tmp_path: Path, embedder: StaticEmbedder) -> None:
    told = "丁河A17芯片的用途是训练。丁河A16芯片的用途是推理。公司主要生产轴承。"
    found = ask("A17和A16的用途有什么不同?", store_of([told], tmp_path, embedder))
    assert "训练" in found.answer and "推理" in found.answer


def test_what_a_sentence_says_of_this_one_introduces_it(tmp_path: Path, embedder: StaticEmbedder) -> None:
    told = "丁河公司发布了远征A1机器人。这是一款身高175cm的人形机器人,全身49个自由度。公司主要生产轴承。"
    found = ask("介绍一下远征A1这款机器人", store_of([told], tmp_path, embedder))
    assert "49个自由度" in found.answer


def test_whether_one_is_cheaper_is_told_by_what_holds_both_against_each_other(store: Store) -> None:
    found = ask("H20的定价比昇腾910B便宜吗?", store)
    assert "低约15%" in found.citations[0].quote and len(found.citations) == 1


def test_which_of_two_is_no_third(store: Store) -> None:
    assert "燧原科技" not in ask("天数智芯和沐曦哪家融资轮数多?", store).answer.split("。")[0]
