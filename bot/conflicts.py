"""Disagreements: what other sentences answer to the same question, where it is not the same value."""

from __future__ import annotations

from collections.abc import Sequence

from bot.evidence import Evidence
from bot.records import Asked, Claim
from bot.short import short_claim
from bot.values import value_of

SAYS_ALL = 0.9  # of coverage: the other sentence must be about just what was asked
LIKELY = 0.5
MUCH_ALIKE = 0.6


def disagreeing(asked: Asked, claim: Claim, evidence: Sequence[Evidence]) -> list[Claim]:
    """Claims of other sentences, as sure as `claim`, whose value is another; each value once."""
    mine = value_of(claim.text)
    if mine is None or asked.wanted not in ("amount", "date"):
        return []
    own = next((e for e in evidence if e.span == claim.span), None)
    base = short_claim(asked, own) if own else None
    if not own or not base or own.coverage < SAYS_ALL:
        return []
    out: list[Claim] = []
    for e in evidence:
        if (
            e.span == claim.span
            or e.coverage < SAYS_ALL
            or e.score < LIKELY
            or any(n.is_name for n in e.missing)
        ):
            continue
        other = short_claim(asked, e)
        if not other or other[1] < MUCH_ALIKE * base[1]:
            continue
        value = value_of(other[0].text)
        if (
            value
            and value.unit == mine.unit
            and not any(value.agrees(v) for c in (claim, *out) if (v := value_of(c.text)))
        ):
            out.append(other[0])
    return out[:2]
