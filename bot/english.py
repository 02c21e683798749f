"""Short answers in English: names, dates and amounts with their Chinese beside them."""

from __future__ import annotations

import re
from functools import cache

from bot.values import QUARTER, value_of
from index.glossary import by_form, derived

_MONTHS = "January February March April May June July August September October November December".split()
_DATE = re.compile(r"((?:19|20)\d\d)年(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?")
_AMOUNT = re.compile(
    r"(约|近|超过?|逾|达|高达|仅|至少|不到)?([\d,.]+)(?:([-—至到])([\d,.]+))?(万亿|千亿|百亿|亿|千万|百万|万)?(?:多)?(美元|元人民币|人民币|元|日元|欧元|港元)"
)
_SCALE = {"万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "": 1.0}
_CURRENCY = {
    "美元": "US$",
    "元": "RMB ",
    "人民币": "RMB ",
    "元人民币": "RMB ",
    "日元": "¥",
    "欧元": "€",
    "港元": "HK$",
}
_HEDGE = {
    "约": "about ",
    "近": "nearly ",
    "超": "over ",
    "超过": "over ",
    "逾": "over ",
    "高达": "as much as ",
    "仅": "only ",
    "至少": "at least ",
    "不到": "under ",
}


@derived
@cache
def _names() -> dict[str, str]:
    table: dict[str, str] = {}
    for form, entry in by_form().items():
        latin = next((a for a in entry.aliases if a.isascii() and a[:1].isupper()), None)
        if latin and entry.kind not in ("term",) and not form.isascii():
            table[form] = latin
    return table


def in_english(text: str) -> str:
    """A short answer in English with its Chinese in brackets; as it is where it is not a name, date or amount.

    >>> in_english("2018年3月"), in_english("55亿美元"), in_english("华为")
    ('March 2018 (2018年3月)', 'US$5.5 billion (55亿美元)', 'Huawei (华为)')
    >>> in_english("2026财年榜首季度")
    'Q1 of fiscal year 2026 (2026财年榜首季度)'
    """
    plain = text.strip()
    said = _names().get(plain.lower()) or _date(plain) or _quarter(plain) or _amount(plain)
    return f"{said} ({plain})" if said else text


def _date(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    year, month, day = match.groups()
    if not month:
        return year
    if not 1 <= int(month) <= 12:
        return None
    return f"{_MONTHS[int(month) - 1]} {day + ', ' if day else ''}{year}"


def _quarter(text: str) -> str | None:
    value = value_of(text) if QUARTER.fullmatch(text) else None
    if not value or "quarter" not in value.unit:
        return None
    year, number = map(int, value.parts)
    fiscal = "fiscal year " if value.unit.startswith("fiscal") else ""
    return f"Q{number} of {fiscal}{year}" if number else f"{fiscal}{year}"


def _amount(text: str) -> str | None:
    match = _AMOUNT.fullmatch(text)
    if not match:
        return None
    hedge, low, _, high, scale, currency = match.groups()
    values = [
        float(v.replace(",", "")) * _SCALE[scale or ""]
        for v in (low, high)
        if v and v.replace(",", "").replace(".", "", 1).isdigit()
    ]
    return (
        _HEDGE.get(hedge or "", "") + _CURRENCY[currency] + "–".join(map(_short, values)) if values else None
    )


def _short(value: float) -> str:
    for size, name in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if value >= size:
            return f"{value / size:.4f}".rstrip("0").rstrip(".") + name
    return f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
