"""Complete lists: every member that the articles name, each once, with the sentence that says it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.candidates import PRODUCT_NOUN, candidates, enumeration
from bot.evidence import Evidence, read_span, said
from bot.records import Asked, Claim, Span
from bot.short import CLAUSE, SURE, bare, in_ordinary_words, is_asked
from index.glossary import by_form, mentions
from index.store import Store

MAX_MEMBERS = 20
ABOUT_AS_GOOD = 0.1  # of coverage
_COUNT = re.compile(r"哪([两二三四五六七八九十\d]+[个家款条位种项类])")
_VERB = re.compile(r"推出|发布|完成|采用|支持|实现|提供|打造|推动|获得|签约|能够|可以|成为|已经?|[了的]")
_AGAINST = re.compile(r"对标|对比|相比|比较|媲美|超过|超越|替代|取代|兼容|搭载|不如|落后|仅次于")
_SERIES = re.compile(r"^(.{1,6}?)[一二三四五六七八九十\d][:：、.]\s*(.+)$")


def series(asked: Asked, evidence: Sequence[Evidence], store: Store) -> list[Claim]:
    """The members of a list whose items are headings (路径一, 路径二, …), if the question asks for that word.

    Each rests on its heading, which says it.
    """
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
    return [Claim(text, _heading_span(found, store), found.score) for found, text in ordered]


def _heading_span(found: Evidence, store: Store) -> Span:
    """Where the heading above the sentence stands; the sentence's own span if it is not found as one line."""
    heading, source_id = found.passage.heading, found.span.source_id
    start = store.article(found.passage.article_id).start
    at = store.source(source_id).text.rfind(heading, start, found.span.start)
    return Span(source_id, at, at + len(heading)) if at >= 0 else found.span


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
    if asked.wanted == "product":
        return [bare(sentence[a:b]) for a, b in _products(asked, found, groups)]
    start, end = _where(asked, found, clauses)
    inside = [g for g in groups if g[0][0] < end and start < g[-1][1]]
    if inside:
        start, end = min(start, inside[0][0][0]), max(end, inside[0][-1][1])
    typed = [s for s in candidates(sentence, asked.wanted) if start <= s[0] < end]
    if asked.wanted in ("company", "person", "place", "school"):
        if inside and asked.wanted == "company" and len(typed) < len(inside[0]) <= 2 * len(typed):
            # A member that holds a known name is that name; the others are what the enumeration says.
            typed = [next((t for t in typed if a <= t[0] and t[1] <= b), (a, b)) for a, b in inside[0]]
        return [bare(sentence[a:b]) for a, b in typed]
    best = max(inside or ([] if typed else groups), key=len, default=typed)
    return [bare(sentence[a:b]) for a, b in _without_lead(asked, sentence, best)]


def _without_lead(asked: Asked, sentence: str, group: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """`group` with its first member beginning behind the question's own words (“采取拆除新建、…”: 拆除新建)."""
    if len(group) < 2:
        return group
    (a, b), *others = group
    plain = sentence[a:b].lower()
    ends = [at + len(f) for n in asked.needs for f in n.forms if len(f) > 1 and (at := plain.rfind(f)) >= 0]
    # What is left is about as long as the others.
    least = min(y - x for x, y in others)
    cut = max((end for end in ends if len(plain) - end >= least), default=0)
    return [(a + cut, b), *others]


def _products(asked: Asked, found: Evidence, groups: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """The products that the sentence names: by name, or as members of an enumeration that end in such a word."""
    sentence = in_ordinary_words(found)
    named = [s for s in candidates(sentence, "product") if not _of_others(asked, sentence, s)]
    listed = []
    for group in groups:
        plain = [(a, b) for a, b in group if not any(a <= s[0] < b for s in named)]
        likely = [s for s in plain if re.search(rf"{PRODUCT_NOUN}$", sentence[s[0] : s[1]])]
        # An enumeration whose members mostly are products is one of products.
        if 2 * (len(group) - len(plain) + len(likely)) >= len(group):
            listed += [s for s in plain if not _VERB.search(sentence[s[0] : s[1]])]
    return sorted(named + listed)


def _of_others(asked: Asked, sentence: str, span: tuple[int, int]) -> bool:
    """Whether the product at `span` is another company's, or what the sentence only holds its own against."""
    clause = re.split(r"[,，;；]", sentence[: span[0]])[-1]
    makers = [clause[a:b] for a, b in mentions(clause.lower(), "company")]
    against = _AGAINST.search(clause)
    return bool(against) or bool(makers and not is_asked(asked, makers[-1]))


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
