"""What speaks against a sentence of an article saying what a claim says."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from itertools import pairwise

from bot.evidence import Evidence
from bot.facts import Facts, facts
from bot.figures import DATE, MOST, NTH, PERIODS, Figure, without_figures
from bot.matching import said
from bot.named import OWNED, OWNERS, Name, latin_words, strange_words
from bot.polarity import bound, denies, hedges, opposed
from bot.records import Asked, Need
from bot.support import Support
from index.spelling import sounds
from index.terms import normalize

# Shares of a claim's words, weighed as in quote mode, that its sentence must say: with what it stands under, and itself.
COVERED: dict[str, float] = {"zh": 0.4, "en": 0.33}
OWN: dict[str, float] = {"zh": 0.3, "en": 0.22}
# Of a Chinese claim of few words and no figures, one that is missing is what it states.
FEW, OWN_OF_FEW = 3, 0.6
# The share that must be said in so many words (or in their translation): what is like a word may be its opposite.
LITERAL: dict[str, float] = {"zh": 0.4, "en": 0.2}
# What figures that agree take off both.
FIGURES_AGREE = 0.15
# Words that a sentence is built with, and those that say how exact a figure is.
_HOLLOW = frozenset(
    "拥有 持有 own owns owned hold holds held has have had 没有 不 要 很 会 能 可以 可能 将 前者 后者 达成 做到 至 之间 比 大约 约 左右 以上 以下 超过 多 名 共 共有 总共 已 已经 用 用了 达 达到 约为 分别 都 只 只有 仅 还 同时 近 一款 一家 一种 "
    "名为 称为 叫 进行 其中 目前 此外 而且 并且 另外 因此 所以 由于 "
    "作为 is not was are were does did more than about around approximately nearly over only just about also both total respectively between up down".split()
)


def against(
    text: str, claim: Asked, subject: dict[str, frozenset[str]], support: Support, e: Evidence
) -> str:
    """What speaks against `support` saying `text`; "" if nothing does."""
    stated = facts(text, False)
    if not support.on_question:
        return "off_question"
    weak = _weak(claim, bool(stated.figures), support, e)
    return (
        _figures_against(stated, support)
        or _names_against(text, stated, claim, subject, support)
        or ("wording" if weak else "")
        or _scopes_against(stated, claim, support)
        or _owners_against(stated, subject, support)
        or _topic_against(stated, claim, support)
        or _polarity_against(stated, claim, support)
    )


def weighs(need: Need) -> bool:
    """Whether a word of a claim must be said: no name, which is held against names, and no hollow word."""
    adverb = len(need.forms) == 1 and need.phrase.endswith("ly")
    return not need.is_name and not adverb and need.phrase.lower() not in _HOLLOW


def _weak(claim: Asked, counts: bool, support: Support, e: Evidence) -> bool:
    """Whether the sentence says too little of the claim's words."""
    needs = list(filter(weighs, claim.needs))
    if not needs:
        return not counts
    less = FIGURES_AGREE if counts else 0.0
    held = sum(n.weight for n in needs if said(n, support.evidence.text, support.evidence.spun))
    literal = held / sum(n.weight for n in needs)
    return (
        e.coverage < COVERED[claim.language] - less
        or e.own < OWN[claim.language] - less
        or (claim.language == "zh" and not counts and len(needs) <= FEW and e.own < OWN_OF_FEW)
        or literal < LITERAL[claim.language] - less
    )


def _figures_against(stated: Facts, support: Support) -> str:
    for f in stated.figures:
        mine = bound(stated.plain, f)
        if not any(
            f.said_by(g) and (not mine or g.start < 0 or mine == bound(support.facts.plain, g))
            for g in support.figures
        ):
            return "date" if f.unit == DATE else "number"
    return ""


def _scopes_against(stated: Facts, claim: Asked, support: Support) -> str:
    """ "relation" if the words beside a figure of the claim stand beside another figure of the sentence instead."""
    held = support.facts
    for f in stated.figures:
        start, end = stated.clause(f.start)
        needs = [n for n in filter(weighs, claim.needs) if normalize(n.phrase) in stated.plain[start:end]]
        same = [g for g in support.figures if f.said_by(g)]
        if not needs or _sort(f) == "order" or any(g.start < 0 for g in same):
            continue
        rivals = [g for g in held.figures if g not in same and _sort(g) == _sort(f)]

        def share(span: tuple[int, int], needs: Sequence[Need] = needs) -> float:
            return sum(n.weight for n in needs if _in(n, support, span))

        best = max((share(held.scope(g)) for g in rivals), default=0.0)
        if not any(share(held.scope(g)) >= best - 0.01 for g in same):
            return "relation"
    return ""


def _sort(f: Figure) -> str:
    """Which figures may be taken for each other: dates, places in an order, amounts."""
    return "date" if f.unit in PERIODS else "order" if f.unit in (MOST, NTH) else "amount"


def _listed_together(stated: Facts, held: Facts) -> bool:
    """Whether products that the claim joins (“A和B”) stand in one clause of the sentence, if it names both."""
    products = stated.of("product")
    for one, other in pairwise(products):
        between = stated.plain[one.end : other.start]
        places = [
            [held.clause(n.start) for n in held.of("product") if n.said == x.said] for x in (one, other)
        ]
        joined = between.strip() in ("和", "与", "及", "以及", "、", "and")
        if joined and all(places) and not set(places[0]) & set(places[1]):
            return False
    return True


def _names_against(
    text: str, stated: Facts, claim: Asked, subject: dict[str, frozenset[str]], support: Support
) -> str:
    held = {n.said for n in support.facts.names}
    for name in stated.names:
        if not _named(name, stated, held, support):
            return "name"
    for kind, names in subject.items():
        if not names & (held | support.implied(kind)):
            return "name"
    if not _listed_together(stated, support.facts):
        return "name"
    if claim.language == "en":
        missing = [n for n in claim.needs if _is_capital(n, claim.text) and not _says(n, support)]
        return "name" if missing else ""
    bare = without_figures(text)
    words = (*latin_words(bare), *strange_words(bare))
    named = [stated.plain[n.start : n.end] for n in stated.names]
    # A name that no table knows may be left unsaid where it is what the claim begins with.
    unknown = [
        w
        for w in words
        if not support.holds(w, around=bare.lstrip('“"').startswith(w)) and not any(w in n for n in named)
    ]
    needs = {
        f
        for n in claim.needs
        if said(n, support.evidence.text, support.evidence.spun)
        for f in (*n.forms, n.phrase)
    }
    return "name" if [w for w in unknown if w not in needs] else ""


def _named(name: Name, stated: Facts, held: set[str], support: Support) -> bool:
    """Whether `support` names `name` itself, or leaves it unsaid because it is what the text is about."""
    if name.said in held or name.said in support.implied(name.kind):
        return True
    plain = stated.plain[name.start : name.end]
    plain = plain.rstrip("市省县") if name.kind == "place" else plain
    taken = [(n.start, n.end) for n in support.facts.names]
    return any(
        name.kind == "place" or not any(a < m.end() and m.start() < b for a, b in taken)
        for m in re.finditer(re.escape(plain), support.facts.plain)
    )


def _is_capital(need: Need, text: str) -> bool:
    """Whether an English phrase is a name by its capitals: anywhere but at the start, or there if nothing translates it."""
    capital = need.phrase[:1].isupper() and not text.lstrip().startswith(need.phrase)
    return need.is_name or capital or (need.phrase[:1].isupper() and len(need.forms) == 1)


def _says(need: Need, support: Support) -> bool:
    if said(need, support.evidence.text, support.evidence.spun) or said(
        need, support.around, support.evidence.spun
    ):
        return True
    return len(need.forms) == 1 and _spelt(re.sub(r"[^a-z]", "", need.phrase.lower()), support.facts.plain)


def _spelt(letters: str, plain: str) -> bool:
    """Whether `letters` spell two to four characters of `plain` that stand together, a surname first or last."""
    for run in re.findall(r"[一-鿿]{2,}", plain):
        heard = sounds(run)
        for size in (2, 3, 4):
            for at in range(len(run) - size + 1):
                part = heard[at : at + size]
                if letters in ("".join(part), "".join((*part[1:], part[0]))):
                    return True
    return False


def _owners_against(stated: Facts, subject: dict[str, frozenset[str]], support: Support) -> str:
    """ "relation" if a figure or a name is another's in `support` than in the claim, or two names change places."""
    for f in stated.figures:
        if _sort(f) == "order":  # the largest shareholder is the one's and of the other
            continue
        same = [g for g in support.figures if f.said_by(g)]
        for kind in OWNERS:
            mine = stated.owners(f.start, kind) or subject.get(kind, frozenset())
            theirs = [support.whose(g.start, kind) for g in same if g.start >= 0]
            each = stated.listed(mine, kind)
            if mine and theirs and not any(not t or (mine <= t if each else mine & t) for t in theirs):
                return "relation"
    for name in stated.names:
        for kind in OWNED[name.kind]:
            mine = stated.owners(name.start, kind) or subject.get(kind, frozenset())
            theirs = [support.whose(n.start, kind) for n in support.facts.names if n.said == name.said]
            if mine and theirs and not any(not t or mine & t for t in theirs):
                return "relation"
    turned = any(_turned(stated, support.facts, kind) for kind in OWNERS) or _taken(stated, support.facts)
    return "relation" if turned or _office_against(stated, subject, support) else ""


def _office_against(stated: Facts, subject: dict[str, frozenset[str]], support: Support) -> bool:
    """Whether the claim gives a person an office, or an office to a company, that `support` gives to another."""
    for person in stated.of("person"):
        mine = stated.roles(person)
        same = [n for n in support.facts.of("person") if n.said == person.said]
        if mine and same and not any(mine <= support.facts.roles(n) for n in same):
            return True
        companies = _company_of(stated, person) or subject.get("company", frozenset())
        for role in mine if companies else ():
            at = list(support.facts.office(role))
            if at and not any(companies & _employer(support, a) for a in at):
                return True
    return False


def _company_of(stated: Facts, person: Name) -> frozenset[str]:
    return frozenset(n.said for n in stated.of("company", *stated.clause(person.start)))


def _employer(support: Support, at: int) -> frozenset[str]:
    """Whose office it is that is named at `at`: the company's right before it, else the sentence's, else the surroundings'."""
    start, _ = support.facts.clause(at)
    before = support.facts.of("company", start, at)
    if before:
        return frozenset(n.said for n in support.facts.run(before[-1]))
    topic = support.facts.topic("company", at)
    return frozenset((topic.said,)) if topic else support.implied("company") or support.whose(at, "company")


def _topic_against(stated: Facts, claim: Asked, support: Support) -> str:
    """ "relation" if a clause of the claim names one whom `support` names elsewhere, but not where it says the like."""
    held = support.facts
    for start, end in stated.clauses:
        named = [stated.plain[n.start : n.end] for n in stated.names]
        words = [
            n for n in filter(weighs, claim.needs) if not any(n.phrase.lower() in name for name in named)
        ]
        needs = [n for n in words if n.phrase.lower() in stated.plain[start:end]]
        best = _alike(stated.plain[start:end], claim, support) if needs else ()
        left = [n for n in needs if not any(_in(n, support, span) for span in best)]
        spans = [s for s in held.clauses if s in best or any(_in(n, support, s) for n in left)]
        for kind in (*OWNERS, "place"):
            there = {n.said for span in spans for n in held.of(kind, *span)}
            topics = {t.said for _, stop in spans if (t := held.topic(kind, stop))}
            mine = {n.said for n in stated.of(kind, start, end)}
            elsewhere = {n.said for n in held.of(kind)} - there - topics
            if there and kind != "place" and mine & elsewhere:
                return "relation"
            subject = stated.topic(kind, end)
            allowed = topics if kind == "place" else topics | there
            if not subject or subject.start < start or not spans:
                continue
            if topics and subject.said not in allowed:
                return "relation"
            if not allowed and _led_by_another(subject, held, spans):
                return "relation"
    return ""


def _led_by_another(subject: Name, held: Facts, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether `subject` is named only behind clauses that begin with a name of another kind."""
    where = [n.start for n in held.of(subject.kind) if n.said == subject.said]
    other = any(
        held.leads(n)
        for kind in OWNERS
        if kind != subject.kind
        for span in spans
        for n in held.of(kind, *span)
    )
    return bool(where) and other and min(where) >= max(end for _, end in spans)


def _in(need: Need, support: Support, span: tuple[int, int]) -> bool:
    return said(need, support.facts.plain[slice(*span)], support.evidence.spun)


def _turned(stated: Facts, other: Facts, kind: str) -> bool:
    """Whether two names of `kind` stand the other way round in `other`."""
    for start, end in stated.clauses:
        # A company named as a product's maker acts on nobody.
        named = [n for n in stated.of(kind, start, end) if not stated.makes(n)]
        for a, b in itertools.pairwise(named):
            theirs_a = [n for n in other.of(kind) if n.said == a.said]
            theirs_b = [n for n in other.of(kind) if n.said == b.said]
            if a.said == b.said or not theirs_a or not theirs_b or b in stated.run(a):
                continue
            x, y = theirs_a[0], theirs_b[0]
            listed = y in other.run(x)
            if (listed and not stated.mutual()) or (not listed and stated.before(a, b) != other.before(x, y)):
                return True
    return False


def _taken(stated: Facts, other: Facts) -> bool:
    """Whether one name does something to another (把, 将, 被) that in `other` is done the other way round."""
    for a, b in itertools.pairwise(stated.names):
        taking = re.search(r"(?:[把将被]|\bby (?:the )?)\s*$", stated.plain[a.end : b.start])
        x = next((n for n in other.names if n.said == a.said), None)
        y = next((n for n in other.names if n.said == b.said), None)
        if taking and x and y and stated.before(a, b) != other.before(x, y):
            return True
    return False


def _polarity_against(stated: Facts, claim: Asked, support: Support) -> str:
    """ "negation" or "certainty" if a clause denies, turns round or takes for sure what its like in `support` does not."""
    denied: dict[tuple[tuple[int, int], ...], bool] = {}
    for start, end in stated.clauses:
        like = _alike(stated.plain[start:end], claim, support)
        denied[like] = denied.get(like, False) or denies(stated.plain[start:end])
    for like, said_not in denied.items():
        if said_not not in {denies(support.facts.plain[slice(*c)]) for c in like}:
            return "negation"
        if not hedges(stated.plain) and all(hedges(support.facts.plain[slice(*c)]) for c in like):
            return "certainty"
    return "opposite" if opposed(stated.plain, support.facts.plain) else ""


def _alike(clause: str, claim: Asked, support: Support) -> tuple[tuple[int, int], ...]:
    """The clauses of `support` that say most of what `clause` says."""
    there = [n for n in claim.needs if normalize(n.phrase) in clause]
    needs = list(filter(weighs, there)) or there
    shares = {span: sum(n.weight for n in needs if _in(n, support, span)) for span in support.facts.clauses}
    best = max(shares.values(), default=0.0)
    return tuple(span for span, share in shares.items() if share >= best - 0.01)
