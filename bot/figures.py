"""The numbers and dates that a text says, in Chinese and English, with their units, to hold one text against another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.terms import normalize

DATE = "date"
PERIODS = (DATE, "季度", "半年")
MOST = "最"
NTH = "第"
# Each unit with the ways in which it is written, in normal form: lower case and half width.
_WRITTEN = {
    "元": "元人民币|人民币元|人民币|元|rmb|yuan|cny|renminbi",
    "美元": "美元|美金|us dollars?|u\\.s\\. dollars?|dollars?|usd",
    "港元": "港元|港币|hong kong dollars?|hkd",
    "日元": "日元|yen",
    "欧元": "欧元|euros?",
    "韩元": "韩元|won",
    "英镑": "英镑|pounds?",
    "点": "个?百分点|percentage points?",
    "%": "%|percent|per cent",
    "nm": "nm|纳米|nanomet(?:er|re)s?|-?nanomet(?:er|re)",
    "mm2": "mm2|平方毫米|square millimet(?:er|re)s?",
    "cm2": "cm2|平方厘米|square centimet(?:er|re)s?",
    "m2": "m2|平方米|square met(?:er|re)s?",
    "cm": "cm|厘米|centimet(?:er|re)s?",
    "mm": "mm|毫米|millimet(?:er|re)s?",
    "km": "km|公里|千米|kilomet(?:er|re)s?",
    "kw": "kw|千瓦|kilowatts?",
    "w": "w|瓦特?|watts?",
    "ghz": "ghz",
    "mhz": "mhz",
    "次": "次",
    "倍": "倍|x|times|-?fold",
    "轮": "轮|rounds?",
    "家": "家|companies|company|firms?|enterprises?",
    "人": "(?:人|名|位)(?:员工|职工)?|people|employees|staff",
    "个": "[个种款项颗片块件张台条枚套门类座]|chips?|models?|kinds?|types?|products?|cards?|items?|gpus?",
    "个月": "个月|months?",
    "年": "周?年|years?",
    "天": "[天日]|days?",
    "周": "周|星期|weeks?",
    "小时": "个?小时|hours?",
    "分钟": "分钟|minutes?",
    "秒": "秒|seconds",
    "岁": "岁",
    "代": "代",
    "吨": "吨|tons?|tonnes?",
    "米": "米|met(?:er|re)s",
}
_UNITS = [
    (re.compile(rf"\s?(?:{said})(?:(?<=[^a-z0-9])|(?![a-z0-9]))"), unit) for unit, said in _WRITTEN.items()
]
_RATE = re.compile(r"\s?([kmgtpe]?(?:flops|tops|ops)|[kmgtpe]i?b/s|[kmgtpe]i?bps|[kmgtpe]i?b)(?![a-z0-9])")
# Where a count has another measure word, or none, it is the same count.
_COUNTS = frozenset(("", "个", "家", "人"))
_SCALE = {
    "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "十亿": 1e9, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3, "百": 1e2,
    "trillion": 1e12, "billion": 1e9, "bn": 1e9, "million": 1e6, "thousand": 1e3, "hundred": 1e2,
}  # fmt: skip
_HAN = "〇零一二两三四五六七八九十百千万亿"
_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_STEP = {"十": 10, "百": 100, "千": 1000}
_ENGLISH = {
    w: n for n, w in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)
}
_NUMBER = re.compile(
    r"(?P<nth>第)?(?P<part>百分之)?(?P<sign>us\$|hk\$|\$|¥|€|£|rmb\s?|cny\s?)?"
    r"(?<![a-z\d.])(?<![a-z]-)(?P<low>\d[\d,]*(?:\.\d+)?)"
    r"(?:\s?[-—–~至到]\s?(?P<high>\d[\d,]*(?:\.\d+)?))?"
    r"(?P<scale>\s?(?:多|余)?(?:万亿|千亿|百亿|十亿|亿|千万|百万|万|千|百|trillion|billion|bn|million|thousand|hundred)\+?)?"
    r"(?:\s?(?:多|余|来|\+))?"
)
_SIGNS = {
    "us$": "美元",
    "$": "美元",
    "hk$": "港元",
    "¥": "元",
    "€": "欧元",
    "£": "英镑",
    "rmb": "元",
    "cny": "元",
}
_WORD_NUMBER = re.compile(
    rf"(?P<nth>第)?(?P<part>百分之)?(?P<han>[{_HAN}]+)(?:多|余|来)?|\b(?P<english>one|{'|'.join(_ENGLISH)})\b[- ]?"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DATES = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)\s?(?:年|财年|自然年)(?:度|初|底|末)?(?:\s?(?P<m>1[0-2]|0?[1-9])\s?月(?:份)?(?:\s?(?P<d>3[01]|[12]\d|0?[1-9])\s?[日号])?)?"
    r"|(?<![\d.])(?P<m2>1[0-2]|0?[1-9])\s?月(?:份)?(?:\s?(?P<d2>3[01]|[12]\d|0?[1-9])\s?[日号])?"
    r"|(?<![\d.])(?P<d3>3[01]|[12]\d|0?[1-9])\s?[日号](?!线)"
    r"|(?<!\d)(?P<y4>(?:19|20)\d\d)[-/.](?P<m4>1[0-2]|0?[1-9])(?:[-/.](?P<d4>3[01]|[12]\d|0?[1-9]))?(?!\d)"
    rf"|\b{_MONTH.format('m5')} (?:(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?,? )?(?:of )?(?P<y5>(?:19|20)\d\d)\b"
    rf"|\b(?P<d6>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH.format('m6')},? (?P<y6>(?:19|20)\d\d)\b"
    rf"|\b{_MONTH.format('m7')} (?P<d7>\d{{1,2}})(?:st|nd|rd|th)?\b"
    r"|(?<![\d.a-z$-])(?P<y8>(?:19|20)\d\d)(?![\d,.]?\d|\s?(?:[a-z]{1,2}\b|[亿万%元家个种人名年天]|billion|million|companies|people))"
)
_PART = re.compile(
    r"(?:第?(?P<zh>[一二三四1-4])季度?|\bq(?P<q>[1-4])\b|(?P<en>first|second|third|fourth) quarter)|(?P<half>[上下]半年|(?:first|second) half)"
)
_ORDER = {"一": 1, "二": 2, "三": 3, "四": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}
_NTH = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()
_MOST = re.compile(
    r"最[大高]|第一大|(?<!second )(?<!third )(?<!fourth )(?<!fifth )\b(?:largest|biggest|highest)\b"
)
_FIRST = re.compile(r"首(?=[个款家次颗批位只])|\bfirst\b(?! (?:quarter|half))|最早")
# How often: as a figure, so that a day is not taken for a month.
_PER = re.compile(
    r"[每单](?P<zh>个?月|[天日年周秒季]|小时|分钟|季度)|\b(?:per|each|every|an?) (?P<en>month|day|year|week|second|hour|quarter)\b|\b(?P<ly>dai|month|year|week|hour|quarter)ly\b"
)
_PERIODS = {
    "天": "day",
    "日": "day",
    "dai": "day",
    "个月": "month",
    "月": "month",
    "年": "year",
    "周": "week",
    "秒": "second",
    "小时": "hour",
    "季度": "quarter",
    "季": "quarter",
}
_NTH_WORD = re.compile(
    r"\b(second(?=[- ](?:generation|round|largest|biggest|smallest|chip|company))|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, or a date as (year, month, day) with zeros for what is not said, and where it stands."""

    start: int
    end: int
    unit: str
    parts: tuple[float, ...]
    step: float = 0.0  # of the last digit that is said: 0.1 for 5.5, 1e8 for 70亿

    def said_by(self, other: Figure) -> bool:
        """Whether a text that says `other` says this too: the same, or rounded as far as this is written."""
        if DATE in (self.unit, other.unit):
            return self.unit == other.unit and all(
                not mine or mine == theirs for mine, theirs in zip(self.parts, other.parts, strict=True)
            )
        if self.unit != other.unit and self.unit and not {self.unit, other.unit} <= _COUNTS:
            return False
        rounding = self.step / 2 if other.step < self.step else 0.0
        return abs(self.parts[0] - other.parts[0]) <= rounding + 1e-9 * abs(other.parts[0])


@lru_cache(maxsize=4_000)
def figures(text: str) -> tuple[Figure, ...]:
    """The figures of `text`, in order; positions are those of its normal form. Numbers in names (H20) are none.

    >>> [(f.unit, f.parts) for f in figures("2018年3月,10轮融资近70亿元,占21.37%")]
    [('date', (2018.0, 3.0, 0.0)), ('轮', (10.0,)), ('元', (7000000000.0,)), ('%', (21.37,))]
    >>> [(f.unit, f.parts) for f in figures("US$5.5 billion in March 2018, two rounds")]
    [('美元', (5500000000.0,)), ('date', (2018.0, 3.0, 0.0)), ('轮', (2.0,))]
    """
    plain = normalize(text)
    found: list[Figure] = []
    for each in (_dates(plain), _parts(plain), _numbers(plain), _words(plain)):
        found += [f for f in each if not any(f.start < g.end and g.start < f.end for g in found)]
    return tuple(sorted(found, key=lambda f: f.start))


def without_figures(text: str) -> str:
    """The normal form of `text` with a blank for each of its figures."""
    plain = normalize(text)
    for f in reversed(figures(text)):
        plain = f"{plain[: f.start]} {plain[f.end :]}"
    return plain


def _dates(plain: str) -> Iterator[Figure]:
    for match in _DATES.finditer(plain):
        said = {name[0]: value for name, value in match.groupdict().items() if value}
        month = said.get("m", "0")
        number = int(month) if month.isdigit() else 1 + _MONTHS.index(month[:3])
        parts = (float(said.get("y", 0)), float(number), float(said.get("d", 0)))
        yield Figure(match.start(), match.end(), DATE, parts)


def _parts(plain: str) -> Iterator[Figure]:
    for match in _PART.finditer(plain):
        if match["half"]:
            value, unit = (1 if match["half"][0] in "上f" else 2), "半年"
        else:
            said = match["zh"] or match["q"] or match["en"]
            value, unit = _ORDER.get(said) or int(said), "季度"
        yield Figure(match.start(), match.end(), unit, (float(value),))
    for match in _PER.finditer(plain):
        said = match["zh"] or match["en"] or match["ly"]
        yield Figure(match.start(), match.end(), f"per {_PERIODS.get(said, said)}", (1.0,))
    for match in _MOST.finditer(plain):
        yield Figure(match.start(), match.end(), MOST, (2.0 if match[0] in ("最高", "highest") else 1.0,))
    for match in _FIRST.finditer(plain):
        yield Figure(match.start(), match.end(), NTH, (1.0,))
    for match in _NTH_WORD.finditer(plain):
        yield Figure(match.start(), match.end(), NTH, (float(_NTH.index(match[1])),))


def _numbers(plain: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(plain):
        sign = "%" if match["part"] else _SIGNS.get((match["sign"] or "").strip(), "")
        end, unit = _unit(plain, match.end(), sign, match["nth"])
        if unit is None:
            continue
        scale = _SCALE[match["scale"].strip(" 多余+")] if match["scale"] else 1.0
        for said in filter(None, (match["low"], match["high"])):
            digits = said.replace(",", "")
            places = len(digits.partition(".")[2])
            value = float(digits) * scale
            yield Figure(match.start(), end, unit, (value,), scale * 10.0**-places)


def _unit(plain: str, at: int, sign: str, nth: str | None) -> tuple[int, str | None]:
    """Where the unit behind a number ends, and the unit; None if what follows makes the number part of a name."""
    if nth:
        return at, NTH
    rate = _RATE.match(plain, at)
    if rate:
        return rate.end(), rate[1].replace("ib", "b").replace("bps", "b/s")
    for pattern, unit in _UNITS:
        match = pattern.match(plain, at)
        if match:
            return match.end(), sign or unit
    return at, None if re.match(r"[a-z]", plain[at:]) else sign


def _words(plain: str) -> Iterator[Figure]:
    """Numbers in words that count something: 两年, 十轮, three companies. A lone one is an article, except of time."""
    for match in _WORD_NUMBER.finditer(plain):
        value = han(match["han"]) if match["han"] else float(_ENGLISH.get(match["english"], 1))
        end, unit = (match.end(), "%") if match["part"] else _unit(plain, match.end(), "", match["nth"])
        counts = unit not in (None, "") and (
            unit == NTH or value != 1 or unit in ("年", "天", "个月", "周", "倍", "轮")
        )
        if value is not None and value > 1900 and unit == "年":
            yield Figure(match.start(), end, DATE, (value, 0.0, 0.0))
        elif value is not None and counts:
            yield Figure(match.start(), end, str(unit), (value,))


def han(said: str) -> float | None:
    """The value of a number in Chinese characters; None if it is not one.

    >>> han("一百二十"), han("两千万"), han("十")
    (120.0, 20000000.0, 10.0)
    """
    total = section = digit = 0.0
    if len(said) == 4 and all(c in _DIGIT for c in said):  # a year
        return float("".join(str(_DIGIT[c]) for c in said))
    for c in said:
        if c in _DIGIT:
            digit = _DIGIT[c]
        elif c in _STEP:
            section += (digit or 1) * _STEP[c]
            digit = 0
        else:
            total = (total + section + digit or 1) * (1e4 if c == "万" else 1e8)
            section = digit = 0
    value = total + section + digit
    return value if value or said in "零〇" else None
