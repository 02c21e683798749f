"""Dates and amounts as values, to compare and to tell a disagreement from another way of writing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

_SCALE = {
    "万亿": 1e12,
    "千亿": 1e11,
    "百亿": 1e10,
    "亿": 1e8,
    "千万": 1e7,
    "百万": 1e6,
    "万": 1e4,
    "千": 1e3,
    "百": 1e2,
}
_AMOUNT = re.compile(
    r"([\d,]+(?:\.\d+)?)\s*(?:[-—~至到]\s*([\d,]+(?:\.\d+)?))?\s*(万亿|千亿|百亿|千万|百万|亿|万|千|百)?(?:多|余)?\s*(\S*)"
)
_DATE = re.compile(r"(?:(\d{4})\s*年)?(?:\s*(\d{1,2})\s*月)?(?:\s*(\d{1,2})\s*[日号])?")
QUARTER = re.compile(r"(\d{4})\s*(财年|[自天]然年)?\s*年?\s*(?:(?:第?([一二三四])|(首|榜首))季度|Q([1-4]))?")
_NAMES = {"元人民币": "元", "人民币": "元", "％": "%", "左右": "", "以上": "", "以下": ""}


@total_ordering
@dataclass(frozen=True, slots=True)
class Value:
    """A number with its unit, or a date as (year, month, day) or (year, quarter) with zeros for what is not said."""

    unit: str
    parts: tuple[float, ...]

    def __lt__(self, other: Value) -> bool:
        return self.parts < other.parts

    def agrees(self, other: Value) -> bool:
        """Whether both may mean the same: one date within the other, or numbers equal as far as they are rounded."""
        if self.unit != other.unit:
            return True
        if len(self.parts) > 1:
            return all(a == b or not a or not b for a, b in zip(self.parts, other.parts, strict=True))
        a, b = self.parts[0], other.parts[0]
        return abs(a - b) <= 0.01 * max(abs(a), abs(b))


def value_of(text: str) -> Value | None:
    """The value that `text` says; None if it says none.

    >>> value_of("近70亿元"), value_of("2018年3月")
    (Value(unit='元', parts=(7000000000.0,)), Value(unit='date', parts=(2018.0, 3.0, 0.0)))
    >>> value_of("2026财年第一季度").agrees(value_of("2025财年第一季度"))
    False
    >>> value_of("171亿美元").agrees(value_of("171.08亿美元")), value_of("8亿元").agrees(value_of("9亿元"))
    (True, False)
    """
    quarter = QUARTER.match(text)
    if quarter and any(quarter.groups()[1:]):
        _, fiscal, said, first, number = quarter.groups()
        nth = "一二三四".find(said) + 1 if said else 1 if first else int(number or 0)
        return Value("fiscal quarter" if fiscal == "财年" else "quarter", (float(quarter[1]), float(nth)))
    found = [m for m in _DATE.finditer(text) if m[0].strip()]
    if found and (found[0][1] or found[0][2]):
        return Value("date", tuple(float(part or 0) for part in found[0].groups()))
    match = _AMOUNT.search(text)
    if not match:
        return None
    unit = match[4]
    for said, same in _NAMES.items():
        unit = unit.replace(said, same)
    number = float(match[1].replace(",", "") or 0) * _SCALE.get(match[3] or "", 1.0)
    return Value(unit.upper(), (number,))
