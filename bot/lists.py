"""Complete lists: every member that the articles name, each once, with the sentence that says it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.candidates import candidates, enumeration
from bot.evidence import Evidence, read_span, said
from bot.records import Asked, Claim
from bot.short import CLAUSE, SURE, bare, is_asked
from index.glossary import by_form

MAX_MEMBERS = 20
ABOUT_AS_GOOD = 0.1  # of coverage
_COUNT = re.compile(r"哪([两二三四五六七八九十\d]+[个家款条位种项类])")
_SERIES = re.compile(r"^(.{1,6}?)[一二三四五六七八九十\d][:：、.]\s*(.+)$")


def series(asked: Asked, evidence: Sequence[Evidence]) -> list[Claim]:
    """The members of a list whose items are headings (路径一, 路径二, …), if the question asks for that word."""
    items: dict[str, tuple[Evidence, str]] = {}
    for found in evidence:
        match = _SERIES.match(found.passage.heading)
        if match and any(said(need, match[1], found.spun) for need in asked.needs):
            first = items.get(found.passage.heading)
            if first is None or found.span.start < first[0].span.start:
                items[found.passage.heading] = (found, match[2])
    if len(items) < 2:
        return []
    ordered = sorted(items.values(), key=lambda item: item[0].span.start)
    return [Claim(text, found.span, found.score) for found, text in ordered]


def members(asked: Asked, enough: Sequence[Evidence]) -> list[Claim]:
    """Each member once, from every sentence of `enough` that says about as much as the best."""
    claims: dict[str, Claim] = {}
    best = max((e.coverage for e in enough), default=0.0)
    # Where a sentence counts what the question counts (“哪两款”), it names them all.
    counting = [e for e in enough if _counted(asked, e.text, enumeration(e.text))]
    for found in counting[:1] or enough:
        if not counting and found.coverage < best - ABOUT_AS_GOOD:
            continue
        for text in _members_of(asked, found):
            key = _canonical(text)
            if text and key not in claims and len(claims) < MAX_MEMBERS and not is_asked(asked, text):
                claims[key] = Claim(text, found.span, found.score)
    return sorted(claims.values(), key=lambda c: (c.span.source_id, c.span.start))


def _members_of(asked: Asked, found: Evidence) -> list[str]:
    """The members that one sentence names: those of the wanted type, or an enumeration, where the relation is said."""
    sentence = found.text
    clauses = [m.span() for m in CLAUSE.finditer(sentence)]
    if not clauses:
        return []
    groups = enumeration(sentence)
    counted = _counted(asked, sentence, groups)
    if counted:
        return [bare(sentence[a:b]) for a, b in counted]
    start, end = _where(asked, found, clauses)
    inside = [g for g in groups if g[0][0] < end and start < g[-1][1]]
    if inside:
        start, end = min(start, inside[0][0][0]), max(end, inside[0][-1][1])
    typed = [s for s in candidates(sentence, asked.wanted) if start <= s[0] < end]
    if asked.wanted in ("company", "person", "place"):
        if inside and asked.wanted == "company" and len(typed) < len(inside[0]) <= 2 * len(typed):
            # A member that holds a known name is that name; the others are what the enumeration says.
            typed = [next((t for t in typed if a <= t[0] and t[1] <= b), (a, b)) for a, b in inside[0]]
        return [bare(sentence[a:b]) for a, b in typed]
    best = max(inside or ([] if typed else groups), key=len, default=typed)
    return [bare(sentence[a:b]) for a, b in best]


def _where(asked: Asked, found: Evidence, clauses: list[tuple[int, int]]) -> tuple[int, int]:
    """Where in the sentence the members stand: the clause that says most of the relation, or what the reader marks."""
    a, b, score = read_span(found)
    if score > SURE and asked.wanted not in ("company", "person"):
        return a, b
    weights = [sum(n.weight for n in asked.needs if said(n, found.text[x:y], found.spun)) for x, y in clauses]
    return clauses[max(range(len(clauses)), key=weights.__getitem__)]


def _counted(asked: Asked, sentence: str, groups: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """The enumeration that the sentence counts as the question does (“哪两款”: “A和B两款”), empty if none."""
    match = _COUNT.search(asked.text)
    at = sentence.find(match[1]) if match else -1
    return next((g for g in groups if at >= 0 and g[-1][1] <= at < g[-1][1] + 3), [])


def _canonical(text: str) -> str:
    entry = by_form().get(text.lower())
    return entry.name if entry else text
