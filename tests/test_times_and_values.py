"""Relative dates, values, and short answers in English."""

import pytest

from bot.english import in_english
from bot.values import value_of
from index.times import glosses


@pytest.mark.parametrize(
    ("text", "published", "meant"),
    [
        ("本年7月", "2024-09", ["2024年7月"]),
        ("去年", "2023-08-16", ["2022年"]),
        ("一年前", "2024", ["2023年"]),
        ("就在两天前发生", "2025-04-17", ["2025年4月15日"]),
        ("昨日", "2023-01-01", ["2022年12月31日"]),
        ("两天前", "2025-04", []),
        ("4月16日", "2025-04", ["2025年4月16日"]),
        ("2019年5月16日", "2025-04", []),
        ("2019年的5月16日", "2025-04", ["2019年5月16日"]),
        ("本年7月", None, []),
    ],
)
def test_relative_dates_mean_what_the_articles_date_makes_them(
    text: str, published: str | None, meant: list[str]
) -> None:
    assert [g.meant for g in glosses(text, published)] == meant


@pytest.mark.parametrize(
    ("a", "b", "agree"),
    [
        ("171.08亿美元", "171亿美元", True),
        ("55亿美元", "5500百万美元", True),
        ("55亿美元", "8亿美元", False),
        ("2025年4月", "2025年4月16日", True),
        ("4月15日", "4月16日", False),
        ("15%", "15倍", True),  # other units are no disagreement
    ],
)
def test_values_agree_as_far_as_they_are_said(a: str, b: str, agree: bool) -> None:
    first, second = value_of(a), value_of(b)
    assert first and second and first.agrees(second) is agree


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("2019年5月16日", "May 16, 2019 (2019年5月16日)"),
        ("近70亿元", "nearly RMB 7 billion (近70亿元)"),
        ("1.2万-1.5万美元", "1.2万-1.5万美元"),
        ("壁仞科技", "Biren (壁仞科技)"),
        ("软件欠好", "软件欠好"),
    ],
)
def test_short_answers_in_english(chinese: str, english: str) -> None:
    assert in_english(chinese) == english
