"""Two or more names compared: each one's value found by a question of its own, both quoted, and which is more."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.candidates import candidates
from bot.evidence import Evidence
from bot.figures import han
from bot.matching import said
from bot.names import names_in, without_owners
from bot.pairs import paired
from bot.phrases import AHEAD, APART, LIST_MARK, MISSING, POINTS, SAME
from bot.records import Asked, Claim, Finding, Need
from bot.short import EACH, whole
from bot.summary import introduce
from bot.values import Value, value_of
from index.glossary import by_form, mentions
from index.terms import normalize

Find = Callable[[str], tuple[Asked, list[Evidence]]]
Answer = Callable[[Asked, Sequence[Evidence]], Finding]

_COMPARES = re.compile(
    r"更[早晚高低大小多少快慢强弱长短新贵便]|[谁誰]\S{0,8}[早晚先更高低大小多少快慢强弱贵]|比较|对比|相比|相差|差距|差多少|[高低多少大小早晚贵快慢宜]多少|哪[个家款边方次]\S{0,8}[早晚高低大小多少先狠猛强快]|差几|"
    r"比[^,，。?？]{1,20}?[还更要]?[早晚高低大小多少快慢强弱长短新贵便]|不同|不一样|区别|差[别异]|异同|有(?:什么|何|啥)变化|"
    r"\bcompare|\bversus\b|\bvs\.?\b|\b(?:stack|measure|hold) up\b|\b(?:earlier|later|higher|lower|larger|bigger|smaller|more|less|faster|older|newer|first|than)\b|\bdiffer",
    re.I,
)
# What joins those of each of whom something is asked.
_JOINED = re.compile(r".{0,8}?(?:和|与|及|跟|同|、|,|，|/|&|\band\b|\bvs\b).{0,6}", re.I)
_UNLIKE = re.compile(r"(?:有)?(?:什么|何|哪些|啥)?(?:不同|不一样|区别|差[别异]|异同)", re.I)
_EARLY = re.compile(r"[早晚先]|earlier|later|first|older|newer|时间|日期|何时|什么时候|when\b", re.I)
_LESS = re.compile(r"更?[早低小少先慢便短]|earlier|lower|smaller|less|older|first|slower", re.I)
_GAP = re.compile(r"多少|相差|差距|差|how much|difference", re.I)
_DROP = re.compile(
    rf"有(?:什么|何|啥)变化|{_UNLIKE.pattern}|[两二三]个?(?:系列|公司|产品|芯片)?之?间?(?=.{{0,8}}{_UNLIKE.pattern})|"
    r"更(?![新换名改正])[一-鿿]?|谁|比较|对比|相比|相差|差距|差几个|差多少|(?:[高低多大小早晚贵快慢]|便宜)多少|便宜|[贵强弱]|[多少高低大小快慢](?=\s*[?？]?\s*$)|多少|两次|哪一?[个家款次边方天年]?|分别|各自|各|[早晚先]|一下|是|的|上(?=[,，\s])|方面|来说|而言|和|与|跟|及|还|比|得|在|呢|吗|请|"
    r"\b(?:stack|measure|hold) up\b|\b(?:against|compare|versus|vs|earlier|later|higher|lower|larger|bigger|smaller|more|less|faster|older|newer|first|than|difference|which|who|what|is|was|were|are|the|of|and|or|between|in|has|have|does|did|company|chip|when|how|much|with|please)\b|['’]s\b|[?？,，。、:：]",
    re.I,
)
LEAST = 0.25  # probability of a cell: beside right ones a wrong one is believed
MAX_TOGETHER, MAX_EACH = 2, 2  # sentences
# More names, or more said of them, than in a question that compares.
MAX_NAMES, MAX_RELATION = 12, 80
_AGAINST = re.compile(
    r"比|较|弱于|强于|优于|不及|超过|超越|逾越|[高低大小多少快慢]于|对标|接近|挨近|仅为|倍|媲美|差距|领先|落后"
)
# What a sentence that answers such a comparison speaks of.
_TOLD_BY = (
    (r"贵|便宜", r"价|元"),
    (r"[快慢]", r"[快慢速频秒]|倍"),
    (r"[重轻]", r"[重轻克]|吨"),
    (r"[早晚先]", r"年|月|日"),
)
_COUNTED = re.compile(
    r"(?<![\d十百])([两二三四五六七八九十2-9])([家款位名])(?:头部|国产|中国|国内|主要)?(?:公司|厂商|企业|芯片|产品|机构|银行|人)?"
)
_KIND_COUNTED = {"家": "company", "款": "product", "位": "person", "名": "person"}
# What is asked of each -> how one is asked for it.
_ASKS = {
    r"是谁|什么人|哪位": "是谁?",
    r"毕业|graduat|哪[个所]?(?:学校|大学)": "是哪个学校毕业的?",
    r"哪里|哪儿|何处|什么地方": "在哪里?",
    r"什么时候|何时|哪一?年|时间|日期|多久": "是什么时候?",
    r"多少|几|多[大高长]": "是多少?",
}
_EVENT = re.compile(
    r"成立|创立|创办|树立|建立|发布|推出|上市|量产|流片|founded|established|released|launched|set up", re.I
)


def to_compare(text: str) -> list[str]:
    """The names that the question `text` compares, at least two; empty if it compares none."""
    named = _named(text)
    found = [m for m in named if m[2] in ("company", "product", "person", "institution")]
    places = [m for m in named if m[2] == "place"]
    found = places if len(found) < 2 <= len(places) else found
    found = without_owners(text, found)
    if not _COMPARES.search(text):
        found = _joined(text, found) if EACH.search(text) else []
    names = list(dict.fromkeys(text[a:b] for a, b, _ in found))
    return names if 2 <= len(names) <= MAX_NAMES else []


def _joined(text: str, named: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The names that `text` first joins by “和” or the like (not 英伟达 in “A和B分别给英伟达多少目标价”)."""
    run = list(named[:1])
    for one, other in pairwise(named):
        if _JOINED.fullmatch(text[one[1] : other[0]]):
            run = [*run, other] if run[-1] == one else [one, other]
        elif len(run) > 1:
            break
    return run


def which_of(text: str, names: Sequence[str]) -> bool:
    """Whether the question `text` asks which of `names` it is, so that no other answers.

    >>> which_of("甲公司和乙公司哪家更大?", ["甲公司", "乙公司"]), which_of("哪家比甲公司和乙公司大?", ["甲公司", "乙公司"])
    (True, False)
    """
    return bool(names) and bool(
        re.search(rf"{re.escape(names[-1])}[^,，比]{{0,6}}?(?:哪一?[家个款]|谁)", text)
    )


def two_compared(text: str, told: Callable[[str], bool]) -> list[str]:
    """The two that the question `text` compares, whatever they are called; `told` is as for `paired`."""
    return paired(text, told) if _COMPARES.search(text) or EACH.search(text) else []


def _named(text: str) -> list[tuple[int, int, str]]:
    """(start, end, kind) of the names in `text`, also of products that only read like one (A17)."""
    named = list(names_in(text))
    models = [(a, b, "product") for a, b in candidates(text, "product")]
    return sorted(named + [m for m in models if not any(m[0] < b and a < m[1] for a, b, _ in named)])


def counted_names(asked: Asked, evidence: Sequence[Evidence]) -> list[str]:
    """The names that an article counts as the question does (“五家公司”: “A、B、C、D和E五家厂商”), empty if none."""
    match = _COUNTED.search(asked.text)
    if not match or not _asks(asked.text):
        return []
    count = float(match[1]) if match[1].isdigit() else han(match[1])
    for e in evidence:
        names = dict.fromkeys(
            by_form()[e.text.lower()[a:b]].name for a, b in mentions(e.text.lower(), _KIND_COUNTED[match[2]])
        )
        if match[1] + match[2] in e.text and len(names) == count:
            return list(names)
    return []


def compare(
    asked: Asked,
    names: Sequence[str],
    evidence: Sequence[Evidence],
    find: Find,
    answer: Answer,
    all_values: bool = False,
) -> Finding | None:
    """Each name's value with its sentence, and which is more; else the sentences that hold one against another.

    None if the articles have neither, or, where `all_values` are wanted, not a value of every name.
    """
    rest = asked.text
    named = _named(rest)
    owners = [m for m in named if m not in without_owners(rest, named)]
    for a, b, _ in reversed(owners):
        rest = f"{rest[:a]} {rest[b:]}"
    for name in names:
        rest = rest.replace(name, " ")
    rest = normalize(_COUNTED.sub(" ", rest))
    relation = " ".join(_DROP.sub(" ", rest).split())
    if len(relation) > MAX_RELATION:
        return None
    if not relation:
        return _side_by_side(asked, names, find)
    early = bool(_EARLY.search(asked.text) or _EVENT.search(relation))
    compared = [normalize(name) for name in names]
    needs = [n for n in asked.needs if any(f in compared for f in n.forms)]
    if asked.kind == "yes_no" and (held := _held(asked, needs, evidence)):
        return held  # whether it is so, such a sentence says
    found: list[tuple[str, Claim, Value | None]] = []
    for name in names:
        told = answer(*find(_question(name, relation, asked, early)))
        if told.reason is None and told.claims and told.claims[0].score >= LEAST:
            claim = told.claims[0]
            found.append((name, claim, value_of(claim.text)))
    if all_values and not (len(found) == len(names) and all(value for _, _, value in found)):
        return None
    if not found and _UNLIKE.search(asked.text):
        return _side_by_side(asked, names, find)
    if not found:
        about = [e for e in evidence if any(n not in e.missing for n in asked.relation)]
        return _held(asked, needs, about)
    if len(found) > 1 and len({(c.span, c.text) for _, c, _ in found}) == 1:
        return None
    claims = tuple(replace(claim, text=f"{name} {claim.text}") for name, claim, _ in found)
    missing = [name for name in names if name not in [f[0] for f in found]]
    return Finding(claims, None, _lead(asked, found, missing), lines=len(found) > 2)


def _side_by_side(asked: Asked, names: Sequence[str], find: Find) -> Finding | None:
    """The sentences that hold one of the names against another; else a sentence or two on each."""
    both, evidence = find(" ".join(names))
    held = _held(asked, [n for n in both.needs if n.is_name], evidence)
    if held or _GAP.search(asked.text):
        return held
    introduced = [introduce(*find(name), name) for name in names]
    claims = [claim for finding in introduced if finding for claim in finding.claims[:MAX_EACH]]
    return Finding(tuple(claims), None, lines=True) if claims else None


def _held(asked: Asked, needs: Sequence[Need], evidence: Sequence[Evidence]) -> Finding | None:
    """The sentences of `evidence` that hold one of the names in `needs` against another, None if none do."""
    if len(needs) < 2:
        return None
    told = [p for q, p in _TOLD_BY if re.search(q, asked.text)]
    held = [
        e
        for e in evidence
        if _AGAINST.search(e.text)
        and not any(n in e.missing for n in needs)
        and all(re.search(p, e.text) for p in told)
    ]
    says = [sum(said(n, e.text, e.spun) for n in needs) for e in held]
    best = [e for e, count in zip(held, says, strict=True) if count == max(says)]
    return Finding(tuple(map(whole, best[:MAX_TOGETHER])), None, lines=True) if best else None


def _question(name: str, relation: str, asked: Asked, early: bool) -> str:
    if asked.language == "en":
        return f"When was {name} {relation}?" if early else f"How much is {name} {relation}?"
    # “A100FP32” would be read as one name.
    gap = " " if name[-1].isascii() and relation[0].isascii() else ""
    if re.search(r"几[一-鿿]$", relation):
        return f"{name}{gap}{relation}?"
    what = "是什么?" if _UNLIKE.search(asked.text) else "是多少?"
    return f"{name}{gap}{relation}{'是什么时候?' if early else _asks(asked.text) or what}"


def _asks(text: str) -> str:
    """How one name is asked for what `text` asks of several; "" if it asks which of them."""
    if re.search(r"哪[些几两二三]|\bwhich\b", text, re.I):
        return ""
    return next((ending for pattern, ending in _ASKS.items() if re.search(pattern, text)), "")


def _lead(asked: Asked, found: Sequence[tuple[str, Claim, Value | None]], missing: Sequence[str]) -> str:
    language = asked.answer_language
    if missing:
        return MISSING[language].format(names=LIST_MARK[language].join(missing))
    values = [(value, name) for name, _, value in found if value]
    several = EACH.search(asked.text) or _COUNTED.search(asked.text)
    if len(values) < 2 or len({v.unit for v, _ in values}) > 1 or several:
        return ""
    low, high = min(values), max(values)
    if low[0].parts == high[0].parts:
        return SAME[language]
    if _GAP.search(asked.text) and low[0].unit != "date":
        unit = POINTS[language] if low[0].unit == "%" else low[0].unit
        gap = f"{_number(high[0].parts[0] - low[0].parts[0])}{unit}"
        return APART[language].format(name=high[1], gap=gap)
    return AHEAD[language].format(name=(low if _LESS.search(asked.text) else high)[1])


def _number(value: float) -> str:
    for size, name in ((1e8, "亿"), (1e4, "万")):
        if value >= size:
            return f"{value / size:.4g}{name}"
    return f"{value:.4g}"
