"""Which of several values a sentence gives to which of several things: “汽油、柴油分别上调275元和260元”."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.candidates import Found
from bot.records import Asked

_RESPECTIVELY = re.compile(r"分别|各为|依次")
_JOINT = re.compile(r"、|以及|[及与]|和(?!平)")
_CLAUSE_START = re.compile(r"[,，。;；:：]")
# What stands between two values of one row: “275元(人民币,下同)和260元”, “31.8%、6.6%”.
_BETWEEN = re.compile(r"(?:[(（][^()（）]*[)）])?\s*(?:左右)?\s*(?:[、,，和及与]|以及)\s*[一-鿿]{0,4}?")


def respective(asked: Asked, plain: str, typed: Sequence[Found]) -> Found | None:
    """The one of the spans `typed` of a sentence in ordinary words that it gives to what `asked` names; None if it gives none so.

    >>> from bot.records import Need
    >>> asked = Asked("柴油涨多少", "zh", "zh", "how_much", "amount", (), (Need(("柴油",), 1.0, False, "柴油"),))
    >>> respective(asked, "汽、柴油价格分别提高275元和260元。", [(10, 14), (15, 19)])
    (15, 19)
    """
    for match in _RESPECTIVELY.finditer(plain):
        values = _row(plain, [v for v in typed if v[0] >= match.end()])
        for things in _things(plain, match.start()) if len(values) > 1 else ():
            if len(things) != len(values):
                continue
            first, *between, last = things
            owed = [
                _said_from(asked, first[::-1], True, last),
                *(sum(n.weight for n in asked.needs if any(f in t for f in n.forms)) for t in between),
                _said_from(asked, last, False, ""),
            ]
            best = max(owed)
            if owed.count(best) == 1:
                return values[owed.index(best)]
    return None


def _row(plain: str, values: Sequence[Found]) -> list[Found]:
    """The first of `values` with those that follow it in one row."""
    out = list(values[:1])
    for value in values[1:]:
        if not _BETWEEN.fullmatch(plain[out[-1][1] : value[0]]):
            break
        out.append(value)
    return out


def _things(plain: str, end: int) -> list[list[str]]:
    """What is joined in the clause that ends at `end`, and in the one before it."""
    starts = [0, *(m.end() for m in _CLAUSE_START.finditer(plain, 0, end))]
    edges = [*starts[-2:], end + 1]
    clauses = [plain[a : b - 1] for a, b in pairwise(edges)]
    return [_JOINT.split(clause) for clause in reversed(clauses) if _JOINT.search(clause)]


def _said_from(asked: Asked, thing: str, backward: bool, last: str) -> float:
    """How much of what is asked `thing` says in a row from where it begins: what comes after that is said of the
    others too (“国内汽、柴油价格每吨”). One read `backward` may leave to the `last` what both end in (汽油)."""
    forms = [(f[::-1] if backward else f, n.weight) for n in asked.needs for f in n.forms]
    total, at = 0.0, 0
    for form, weight in forms:
        half = form[1:] if backward and len(form) == 2 and form[0] in last else ""
        if half and thing.startswith(half) and not thing.startswith(form):
            total, at = total + weight, len(half)
    while True:
        found = max(((len(f), w) for f, w in forms if thing.startswith(f, at)), default=(0, 0.0))
        if not found[0]:
            return total
        total, at = total + found[1], at + found[0]
