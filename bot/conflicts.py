"""Disagreements: what other sentences answer to the same question, where it is not the same value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.candidates import candidates
from bot.evidence import Evidence
from bot.records import Asked, Claim
from bot.short import in_ordinary_words, short_claim, whole
from bot.values import Value, value_of
from index.terms import normalize, rarity, words

ABOUT_AS_COVERING = 0.15
DOUBTED = 0.6  # of the claim's coverage, where the asker asks for disagreements
LIKELY = 0.05
RARE = 0.6
SHARED_WORDS = 3  # rare ones, beyond the question's
MAX_OTHERS = 2
NOT = re.compile(r"未(?!来)|没有?|并非|不(?!只|仅|断|得不|同|少)|否认|无(?!论|线)|尚未|难以|很难")
_DOUBTS = re.compile(
    r"[，,。;；?？]?\s*(?:(?:各篇|这些|几篇|两篇|不同)?(?:文章|报道|报导|文中|来源|媒体)(?:里|中|之间)?(?:对此)?(?:讲的|说的|的)?(?:\S{0,4})?"
    r"(?:一样|一致|相同|矛盾|不同|出入|相反的?(?:说法)?|分歧)(?:吗|么|的说法|没有)?|(?:文中|文章)?(?:里|中)?有没有(?:相反|不同|矛盾)的(?:说法|讲法)?"
    r"|(?:do|does|are|is)(?: all)?(?: the| these| there)?(?: any)? ?(?:reports?|articles?|sources?|accounts?|disagreements?|contradictions?)[^?]*)\s*[?？]?\s*$",
    re.I,
)


def undoubted(question: str) -> tuple[str, bool]:
    """`question` without its asking whether the articles agree, and whether it asked that.

    >>> undoubted("H20是哪天被管制的?各篇文章说的一样吗?")
    ('H20是哪天被管制的', True)
    """
    plain = normalize(question)
    match = _DOUBTS.search(plain if len(plain) == len(question) else question)
    return (question[: match.start()], True) if match and match.start() > 4 else (question, False)


def disagreeing(asked: Asked, claim: Claim, evidence: Sequence[Evidence], doubted: bool) -> list[Claim]:
    """Claims of other sentences on the same thing whose value is another; each value once."""
    own = next((e for e in evidence if e.span == claim.span), None)
    if own is None:
        return []
    if asked.kind == "yes_no":
        return (_of_another_time(own, evidence) or _opposite(own, evidence)) if doubted else []
    mine = value_of(claim.text)
    if mine is None or asked.wanted not in ("amount", "date"):
        return _of_another_time(own, evidence) if doubted else []
    out: list[tuple[Claim, Value]] = [(claim, mine)]
    for e in evidence:
        if e.span == own.span or any(n.is_name for n in e.missing) or e.score < LIKELY:
            continue
        found = short_claim(asked, e)
        value = value_of(found[0].text) if found else None
        if (
            not found
            or not value
            or value.unit != mine.unit
            or any(value.agrees(held) for _, held in out)
            or not (_doubtful(own, e) if doubted else _same_thing(asked, own, e))
        ):
            continue
        out.append((found[0], value))
    others = [other for other, _ in out[1 : 1 + MAX_OTHERS]]
    return others or (_of_another_time(own, evidence) if doubted else [])


def _doubtful(own: Evidence, other: Evidence) -> bool:
    return other.coverage >= DOUBTED * own.coverage


def _same_thing(asked: Asked, own: Evidence, other: Evidence) -> bool:
    """Whether both sentences tell of one thing: they share a figure beside what is asked, or several rare words.

    Another date in them, where none is asked for, makes it a later or an earlier state and no contradiction.
    """
    if other.coverage < own.coverage - ABOUT_AS_COVERING:
        return False
    amounts, dates = ([_values(e, kind) for e in (own, other)] for kind in ("amount", "date"))
    if asked.wanted == "amount":
        if dates[0] and dates[1] and not any(a.agrees(b) for a in dates[0] for b in dates[1]):
            return False
    elif any(a.unit == b.unit and a.agrees(b) for a in amounts[0] for b in amounts[1]):
        return True
    return len(_rare_words(asked, own) & _rare_words(asked, other)) >= SHARED_WORDS


def _values(e: Evidence, kind: str) -> list[Value]:
    text = in_ordinary_words(e)
    return [v for a, b in candidates(text, kind) if (v := value_of(text[a:b]))]


def _rare_words(asked: Asked, e: Evidence) -> set[str]:
    said = {form for need in asked.needs for form in need.forms}
    found = words(normalize(in_ordinary_words(e)))
    return {
        w for w in found if len(w) > 1 and w not in said and re.fullmatch("[一-鿿]+", w) and rarity(w) >= RARE
    }


def _of_another_time(own: Evidence, evidence: Sequence[Evidence]) -> list[Claim]:
    """The likeliest sentence that tells of the same amount, but of another date."""
    amounts, dates = (_values(own, kind) for kind in ("amount", "date"))
    for e in evidence:
        if e.span == own.span or any(n.is_name for n in e.missing) or not _doubtful(own, e):
            continue
        same = any(a.agrees(b) for a in amounts for b in _values(e, "amount"))
        if same and not any(a.agrees(b) for a in dates for b in _values(e, "date")):
            return [whole(e)]
    return []


def _opposite(own: Evidence, evidence: Sequence[Evidence]) -> list[Claim]:
    """The likeliest sentence that denies what the first affirms, or the other way round."""
    denies = bool(NOT.search(own.text))
    found = [e for e in evidence if e.score >= LIKELY and bool(NOT.search(e.text)) != denies]
    return [whole(e) for e in found[:1]]
