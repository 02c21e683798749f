"""Relative dates ("本年7月", "上一年", "两天前") as the dates that they mean, by the article's own date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_YEARS = {
    "今年": 0,
    "本年": 0,
    "本年度": 0,
    "去年": -1,
    "上年": -1,
    "上一年": -1,
    "前年": -2,
    "明年": 1,
    "次年": 1,
    "一年前": -1,
    "两年前": -2,
    "三年前": -3,
    "五年前": -5,
}
_NUMBERS = {
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_RELATIVE = re.compile(
    r"(?P<year>上一年|今年|本年度?|去年|上年|前年|明年|次年)(?:的)?(?:\s*(?P<month>1[0-2]|[1-9])\s*月(?:\s*(?P<day>3[01]|[12]\d|[1-9])\s*[日号])?)?"
    r"|(?P<ago>[一两三五])年前"
    r"|(?<![\d年\-/.])(?P<bare>1[0-2]|[1-9])\s*月\s*(?P<bareday>3[01]|[12]\d|[1-9])\s*[日号]"
    r"|(?P<next>次日(?!达|留存)|翌日)"
    r"|(?P<days>今天|今日|昨天|昨日|前天|明天|[一两二三四五六七八九十\d]{1,2}天前)"
)
_DAYS = {"今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "前天": -2, "明天": 1}
_DAY = re.compile(r"(?:((?:19|20)\d\d)\s*年)?\s*(?<!\d)(1[0-2]|[1-9])\s*月\s*(3[01]|[12]\d|[1-9])\s*[日号]")
_STATED_YEAR = re.compile(r"((?:19|20)\d\d)\s*年")


@dataclass(frozen=True, slots=True)
class Gloss:
    """A relative date in a text, ``text[start:end]``, and the date it means: 2024年, 2024年7月 or 2024年7月26日."""

    start: int
    end: int
    meant: str


def glosses(text: str, published: str | None) -> Iterator[Gloss]:
    """The relative dates of `text`, from an article of the date `published` (ISO 8601); none without one.

    >>> t = "而在本年7月的大会上,比上一年更多。"
    >>> [(t[g.start:g.end], g.meant) for g in glosses(t, "2024-09")]
    [('本年7月', '2024年7月'), ('上一年', '2023年')]
    """
    if not published or not re.match(r"\d{4}", published):
        return
    year = int(published[:4])
    full = re.match(r"(\d{4})-(\d\d)-(\d\d)", published)
    day = date(*map(int, full.groups())) if full else None
    for match in _RELATIVE.finditer(text):
        meant = _meant(match, text, year, day)
        if meant:
            yield Gloss(match.start(), match.end(), meant)


def _meant(match: re.Match[str], text: str, year: int, day: date | None) -> str | None:
    if match["year"]:
        return _said(year + _YEARS[match["year"]], match["month"], match["day"])
    if match["ago"]:
        return _said(year - _NUMBERS[match["ago"]], None, None)
    if match["bare"]:
        # A month and a day without a year are of the year last said in the sentence, else of the article's.
        return _said(_year_at(text, match.start(), year), match["bare"], match["bareday"])
    if match["next"]:
        return _day_behind(text[: match.start()], _year_at(text, match.start(), year))
    if not day:
        return None
    said = match["days"]
    back = _DAYS.get(said)
    if back is None:
        number = said[:-2]
        back = -(int(number) if number.isdigit() else _NUMBERS.get(number, 0))
    then = day + timedelta(days=back)
    return _said(then.year, str(then.month), str(then.day))


def _year_at(text: str, at: int, year: int) -> int:
    """The year that the sentence of `text` at `at` has last said, `year` if none."""
    stated = _STATED_YEAR.findall(re.split(r"[。\n]", text[:at])[-1])
    return int(stated[-1]) if stated else year


def _day_behind(before: str, year: int) -> str | None:
    """The day after the last one that `before` says (“4月8日…次日”), of `year` if it says none."""
    days = list(_DAY.finditer(before))
    if not days:
        return None
    try:
        then = date(int(days[-1][1] or year), int(days[-1][2]), int(days[-1][3])) + timedelta(days=1)
    except ValueError:  # “2月30日”
        return None
    return _said(then.year, str(then.month), str(then.day))


def _said(year: int, month: str | None, day: str | None) -> str:
    return f"{year}年" + (f"{int(month)}月" if month else "") + (f"{int(day)}日" if day else "")


def dated(text: str, published: str | None) -> str:
    """`text` followed by the dates that its relative ones mean: what search and matching read."""
    found = dict.fromkeys(g.meant for g in glosses(text, published))
    return " ".join([text, *found]) if found else text
