"""A crawled file to its articles and passages."""

from itertools import pairwise
from pathlib import Path

import pytest

from ingest.chunk import chunk
from ingest.dates import infer_published
from ingest.read import read
from ingest.records import Source
from ingest.split import split

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="module")
def seed() -> Source:
    (source,) = read([SEEDS])
    assert isinstance(source, Source)
    return source


def test_the_seed_file_holds_three_articles(seed: Source) -> None:
    known = [(a.source, a.author, a.published) for a in split(seed)]
    assert known == [
        ("创业邦", None, "2024-09"),
        ("金融界", "青枫", "2025-04"),
        ("钛媒体", "高恒", "2025-04"),
    ]
    assert all(a.title_made and a.published_how for a in split(seed))


def test_teasers_are_in_no_passage(seed: Source) -> None:
    passages = [seed.text[p.start : p.end] for a in split(seed) for p in chunk(seed.text, a)]
    text = "".join(passages)
    for teaser in ("强风", "背诗免门票", "甄子丹", "李连杰", "轰动全球半导体商场", "taimeiti", "本文源自"):
        assert teaser in seed.text or teaser == "强风"
        assert teaser not in text
    assert text.count("4月17日,英伟达创始人兼CEO黄仁勋再次现身我国") == 1


def test_headings_travel_with_their_passages(seed: Source) -> None:
    passages = [p for a in split(seed) for p in chunk(seed.text, a)]
    (that,) = [p for p in passages if "该产品已于2023年6月13日回片" in seed.text[p.start : p.end]]
    assert that.heading.startswith("沐曦集成电路:从GPGPU切入")
    assert sum(h.startswith("途径") for h in {p.heading for p in passages}) == 3


def test_passages_cover_every_body_sentence_once_in_order(seed: Source) -> None:
    for article in split(seed):
        passages = list(chunk(seed.text, article))
        assert all(a.end <= b.start for a, b in pairwise(passages))
        body = "".join(c for p in article.paragraphs for c in seed.text[p.start : p.end] if not c.isspace())
        kept = "".join(c for p in passages for c in seed.text[p.start : p.end] if not c.isspace())
        # A heading between two paragraphs of one section is in neither.
        assert kept == body


def test_windows_line_ends_change_offsets_only(seed: Source) -> None:
    windows = Source("w", "w.txt", "", seed.text.replace("\n", "\r\n"))
    plain = [seed.text[p.start : p.end] for a in split(seed) for p in chunk(seed.text, a)]
    same = [windows.text[p.start : p.end] for a in split(windows) for p in chunk(windows.text, a)]
    # A line end counts for two, so that a passage may end a sentence earlier.
    assert "".join("".join(same).split()) == "".join("".join(plain).split())


def test_a_plain_article_with_title_and_byline() -> None:
    text = "甲公司发布新芯片\n2024年9月10日 08:30 来源:新华网\n甲公司今天发布了新芯片。\n这款芯片采用7nm工艺。\n责任编辑:王五"
    (article,) = split(Source("s", "a.txt", "", text))
    assert (article.title, article.title_made) == ("甲公司发布新芯片", False)
    assert (article.source, article.published) == ("新华网", "2024-09-10T08:30")
    assert [text[p.start : p.end] for p in article.paragraphs] == [
        "甲公司今天发布了新芯片。",
        "这款芯片采用7nm工艺。",
    ]


def test_two_articles_with_bylines_in_one_file_are_two() -> None:
    one = "甲公司发布新芯片\n2024-09-10 08:30 来源:新华网\n甲公司今天发布了新芯片,性能很好。\n"
    two = "乙公司完成融资\n2024-09-11 09:00 来源:财新\n乙公司今天完成了新一轮融资,金额很大。\n"
    articles = split(Source("s", "a.txt", "", one + two))
    assert [(a.title, a.source) for a in articles] == [
        ("甲公司发布新芯片", "新华网"),
        ("乙公司完成融资", "财新"),
    ]


def test_no_date_is_inferred_where_the_text_gives_none_away() -> None:
    assert infer_published("公司发布了芯片。") == (None, None)
    assert infer_published("预计到2030年完成。") == (None, None)


def test_a_record_is_one_article_whatever_is_in_it() -> None:
    text = (
        "公司今天公布了上半年的业绩,营收同比增长百分之十二。\n作者:张三\n标题:另一件事\n"
        "分析师在电话会上问到了下半年的安排,管理层没有给出明确的数字,只是说还要再看一看市场的情况和客户的需要…\n"
        "会议在下午四点结束,股价随后上涨了百分之三。"
    )
    found = split(Source("s", "a.jsonl", "", text, {"id": "r1"}))
    assert [a.id for a in found] == ["r1"]
    said = "".join(text[p.start : p.end] for p in found[0].paragraphs)
    assert "再看一看市场" in said and "股价随后上涨" in said and found[0].author == "张三"
