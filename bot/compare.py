"""Two or more names compared: each one's value found by a question of its own, both quoted, and which is more."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.evidence import Evidence
from bot.names import names_in
from bot.phrases import AHEAD, APART, LIST_MARK, MISSING, SAME
from bot.records import Asked, Claim, Finding
from bot.values import Value, value_of
from index.terms import normalize

Find = Callable[[str], tuple[Asked, list[Evidence]]]
Answer = Callable[[Asked, Sequence[Evidence]], Finding]

_COMPARES = re.compile(
    r"更[早晚高低大小多少快慢强弱长短新贵便]|[谁誰]\S{0,8}[早晚先更高低大小多少快慢强弱贵]|比较|对比|相比|相差|差距|差多少|[高低多少大小早晚贵快慢]多少|哪[个家款]\S{0,8}[早晚高低大小多少先]|分别|各自|各是|"
    r"\bcompare|\bversus\b|\bvs\.?\b|\b(?:earlier|later|higher|lower|larger|bigger|smaller|more|less|faster|older|newer|first|than)\b|\bdifference\b",
    re.I,
)
_EARLY = re.compile(r"[早晚先]|earlier|later|first|older|newer|时间|日期|何时|什么时候|when\b", re.I)
_LESS = re.compile(r"更?[早低小少先慢便短]|earlier|lower|smaller|less|older|first|slower", re.I)
_GAP = re.compile(r"多少|相差|差距|差|how much|difference", re.I)
_DROP = re.compile(
    r"更[早晚高低大小多少快慢强弱长短新贵]?|谁|比较|对比|相比|相差|差距|差多少|[高低多大小早晚贵快慢]多少|多少|哪一?[个家款]?|分别|各自|各|[早晚先]|一下|是|的|上(?=[,，\s])|方面|来说|而言|和|与|跟|及|还|比|得|在|呢|吗|请|"
    r"\b(?:compare|versus|vs|earlier|later|higher|lower|larger|bigger|smaller|more|less|faster|older|newer|first|than|difference|which|who|what|is|was|were|are|the|of|and|or|between|in|has|have|does|did|company|chip|when|how|much)\b|[?？,，。、:：]",
    re.I,
)
_EVENT = re.compile(
    r"成立|创立|创办|树立|建立|发布|推出|上市|量产|流片|founded|established|released|launched|set up", re.I
)


def to_compare(text: str) -> list[str]:
    """The names that the question `text` compares, at least two; empty if it compares none."""
    names = list(
        dict.fromkeys(
            text[a:b]
            for a, b, kind in names_in(text)
            if kind in ("company", "product", "person", "institution")
        )
    )
    return names if len(names) >= 2 and _COMPARES.search(text) else []


def compare(asked: Asked, names: Sequence[str], find: Find, answer: Answer) -> Finding | None:
    """Each name's value with its sentence, and which is more; None if fewer than one is known."""
    rest = asked.text
    for name in names:
        rest = rest.replace(name, " ")
    rest = normalize(rest)
    relation = " ".join(_DROP.sub(" ", rest).split())
    if not relation:
        return None
    early = bool(_EARLY.search(asked.text) or _EVENT.search(relation))
    found: list[tuple[str, Claim, Value | None]] = []
    for name in names:
        sub, evidence = find(_question(name, relation, early, asked.language))
        said = answer(sub, evidence)
        if said.reason is None and said.claims:
            claim = said.claims[0]
            found.append((name, claim, value_of(claim.text)))
    if not found or (len(found) > 1 and len({(c.span, c.text) for _, c, _ in found}) == 1):
        return None
    claims = tuple(replace(claim, text=f"{name} {claim.text}") for name, claim, _ in found)
    missing = [name for name in names if name not in [f[0] for f in found]]
    return Finding(claims, None, _lead(asked, found, missing), lines=len(found) > 2)


def _question(name: str, relation: str, early: bool, language: str) -> str:
    if language == "en":
        return f"When was {name} {relation}?" if early else f"How much is {name} {relation}?"
    return f"{name}{relation}是什么时候?" if early else f"{name}{relation}是多少?"


def _lead(asked: Asked, found: Sequence[tuple[str, Claim, Value | None]], missing: Sequence[str]) -> str:
    language = asked.answer_language
    if missing:
        return MISSING[language].format(names=LIST_MARK[language].join(missing))
    values = [(value, name) for name, _, value in found if value]
    if len(values) < 2 or len({v.unit for v, _ in values}) > 1 or re.search(r"分别|各自|各是", asked.text):
        return ""
    low, high = min(values), max(values)
    if low[0].parts == high[0].parts:
        return SAME[language]
    if _GAP.search(asked.text) and low[0].unit != "date":
        gap = f"{_number(high[0].parts[0] - low[0].parts[0])}{low[0].unit}"
        return APART[language].format(name=high[1], gap=gap)
    return AHEAD[language].format(name=(low if _LESS.search(asked.text) else high)[1])


def _number(value: float) -> str:
    for size, name in ((1e8, "亿"), (1e4, "万")):
        if value >= size:
            return f"{value / size:.4g}{name}"
    return f"{value:.4g}"
