"""Evidence to claims: what was asked for, in the articles' own words, or a reason to refuse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import exp

from bot.candidates import candidates, enumeration
from bot.evidence import Evidence, said
from bot.phrases import NO, YES
from bot.records import Asked, Claim, Finding, Reason
from index.glossary import by_form
from index.store import Store

# Share of the needs' weight that a sentence must cover; set on the `dev` part of evals/questions.jsonl.
ENOUGH = 0.62
ENOUGH_FOR_LIST = 0.72
# A single thing asked for and not met, this heavy, means that the sentence is about something else.
HEAVY = 0.75
ENOUGH_WITHOUT_HEAVY = 0.74
MAX_MEMBERS = 20
MAX_POST_GAP = 12
_POST = re.compile(r"ceo|cto|coo|cfo|创始人|董事长|总裁|总经理|首席\S{2,4}|校长|院长|主席", re.I)
_CLAUSE = re.compile(r"[^,，;；。!！?？]+")
_CAUSE = re.compile(
    r"因为|由于|因此|因而|为了|原因|缘由|主要是|导致|所以|源于|出于|在于|才是|这也是|旨在|为.{1,12}而|because",
    re.I,
)
_CONSEQUENCE = re.compile(r"因此|因而|所以|于是|这也是|由此")
_NOT = re.compile(r"未(?!来)|没有?|并非|不(?!只|仅|断|得不|同|少)|否认|无(?!论|线)|尚未")
_COUNT = re.compile(r"哪([两二三四五六七八九十\d]+[个家款条位种项类])")
_SERIES = re.compile(r"^(.{1,6}?)[一二三四五六七八九十\d][:：、.]\s*(.+)$")


def answer(asked: Asked, evidence: Sequence[Evidence], store: Store) -> Finding:
    """Claims for `asked`, best first, or a reason to refuse with the nearest thing known as its claim."""
    if not asked.needs:
        return Finding((), "unclear_question")
    known = [n for n in asked.needs if n.weight > 0.3 and any(f in store.lexical for f in n.forms)]
    if not known or not evidence or evidence[0].coverage < 0.2:
        return Finding((), "off_topic")
    enough = [e for e in evidence if sufficient(e, ENOUGH_FOR_LIST if asked.kind == "list" else ENOUGH)]
    claims = _claims(asked, enough, evidence)
    if claims:
        lead = ""
        if asked.kind == "yes_no":
            denied = bool(_NOT.search(enough[0].text)) != bool(_NOT.search(asked.text.replace("有没有", "")))
            lead = (NO if denied else YES)[asked.answer_language]
        return Finding(tuple(claims), None, lead)
    reason, nearest = _refusal(asked, evidence)
    return Finding((_whole(nearest),) if nearest.coverage >= 0.35 else (), reason)


def sufficient(evidence: Evidence, enough: float) -> bool:
    """Whether `evidence` says enough of what was asked, its names and its weightiest word among it."""
    heavy = (
        any(need.weight >= HEAVY for need in evidence.missing) and evidence.coverage < ENOUGH_WITHOUT_HEAVY
    )
    return (
        evidence.coverage >= enough
        and evidence.own >= 0.25
        and not heavy
        and not any(n.is_name for n in evidence.missing)
    )


def _claims(asked: Asked, enough: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Claim]:
    if asked.kind == "list":
        listed = _series(asked, evidence) or (_members(asked, enough) if enough else [])
        if listed:
            return listed
    if not enough:
        return []
    if asked.kind == "why":
        return next((_cause(e, evidence) for e in enough[:6] if _CAUSE.search(e.text)), [])
    if asked.kind == "yes_no":
        return [_whole(enough[0])]
    if asked.wanted:
        offers: list[tuple[float, Claim]] = []
        for found in enough[:6]:
            if found.score < enough[0].score - 0.3:
                break
            span = _nearest(asked, found)
            if span:
                close = found.score + 0.2 * _closeness(asked, found.text, span) / sum(
                    n.weight for n in asked.needs
                )
                offers.append((close, Claim(_bare(found.text[span[0] : span[1]]), found.span, found.score)))
        if offers:
            return [max(offers, key=lambda offer: offer[0])[1]]
        if asked.wanted in ("date", "amount", "person", "place"):
            return []
    return [_whole(enough[0])]


def _cause(found: Evidence, evidence: Sequence[Evidence]) -> list[Claim]:
    """The sentence that gives the cause; one that only draws the consequence brings the one before it."""
    if not _CONSEQUENCE.match(found.text):
        return [_whole(found)]
    near = [
        e
        for e in evidence
        if e.span.source_id == found.span.source_id and 0 <= found.span.start - e.span.end < 3
    ]
    return [_whole(e) for e in (*near[:1], found)]


def _whole(found: Evidence) -> Claim:
    return Claim(" ".join(found.text.split()), found.span, found.score)


def _bare(text: str) -> str:
    return " ".join(text.split()).strip("“”《》")


def _nearest(asked: Asked, found: Evidence) -> tuple[int, int] | None:
    """The candidate that stands closest to what the question says; None if there is none."""
    sentence = found.text
    told = asked.text.lower()
    spans = [
        s for s in candidates(sentence, asked.wanted, asked.cues) if sentence[s[0] : s[1]].lower() not in told
    ]
    spans = [s for s in spans if not _is_asked(asked, sentence[s[0] : s[1]])]
    if asked.wanted == "person":
        spans = [s for s in spans if _holds_post(asked, sentence, s)]
    return max(spans, key=lambda s: _closeness(asked, sentence, s), default=None)


def _holds_post(asked: Asked, sentence: str, span: tuple[int, int]) -> bool:
    """Whether the person at `span` holds the post asked for, at the company asked for; True if no post is asked for."""
    plain = sentence.lower()
    for need in asked.needs:
        if not any(_POST.fullmatch(form) for form in need.forms):
            continue
        ends = [m.span() for form in need.forms for m in re.finditer(re.escape(form), plain)]
        if not any(0 <= span[0] - b <= MAX_POST_GAP or 0 <= a - span[1] <= 2 * MAX_POST_GAP for a, b in ends):
            return False
        if any(by_form()[f].kind == "company" for n in asked.needs for f in n.forms[:1] if f in by_form()):
            before = [c for c in candidates(sentence, "company") if c[1] <= span[0]]
            if before and not _is_asked(asked, sentence[before[-1][0] : before[-1][1]]):
                return False
    return True


def _is_asked(asked: Asked, text: str) -> bool:
    return any(text.lower() in need.forms for need in asked.needs)


def _closeness(asked: Asked, sentence: str, span: tuple[int, int]) -> float:
    """How close the needs' words stand to `span`, those of its own clause counting double."""
    plain = sentence.lower()
    clause = next((m.span() for m in _CLAUSE.finditer(sentence) if m.start() <= span[0] < m.end()), span)
    total = 0.0
    for need in asked.needs:
        best = 0.0
        for form in need.forms:
            at = plain.find(form)
            while at >= 0:
                gap = max(span[0] - at - len(form), at - span[1], 0)
                # A date stands before its event, an amount and a name behind the word they belong to.
                backward = (at < span[0]) == (asked.wanted == "date")
                inside = clause[0] <= at < clause[1]
                best = max(best, exp(-gap / 12) * (1.0 if inside else 0.5) * (0.85 if backward else 1.0))
                at = plain.find(form, at + 1)
        total += need.weight * best
    return total


def _members(asked: Asked, enough: Sequence[Evidence]) -> list[Claim]:
    """Each member once, with the sentence that says it, from every sentence that is about as good as the best."""
    claims: dict[str, Claim] = {}
    for found in enough:
        if found.coverage < enough[0].coverage - 0.1:
            continue
        for text in _members_of(asked, found):
            key = _canonical(text)
            if key not in claims and len(claims) < MAX_MEMBERS and not _is_asked(asked, text.lower()):
                claims[key] = Claim(text, found.span, found.score)
    return sorted(claims.values(), key=lambda c: (c.span.source_id, c.span.start))


def _members_of(asked: Asked, found: Evidence) -> list[str]:
    """The members that one sentence names: of the wanted type in the clause that says the relation, else enumerated."""
    sentence = found.text
    clauses = [m.span() for m in _CLAUSE.finditer(sentence)]
    if not clauses:
        return []
    weights = [_clause_weight(asked, sentence[a:b]) for a, b in clauses]
    start, end = clauses[max(range(len(clauses)), key=weights.__getitem__)]
    groups = enumeration(sentence)
    inside = [g for g in groups if start <= g[0][0] < end] or (
        [] if asked.wanted in ("company", "person") else groups
    )
    typed = [s for s in candidates(sentence, asked.wanted) if start <= s[0] < end]
    counted = _counted(asked, sentence, groups)
    if counted:
        return [_bare(sentence[a:b]) for a, b in counted]
    if asked.wanted == "place":
        return [_bare(sentence[a:b]) for a, b in typed]
    if asked.wanted in ("company", "person") or (typed and not inside):
        named = [sentence[a:b] for a, b in typed]
        if inside and asked.wanted == "company" and sum(map(len, inside)) > len(named):
            named = [sentence[a:b] for a, b in inside[0]]
        if named:
            return [_bare(n) for n in named]
        # The relation's own clause may point at an enumeration beside it.
        inside = groups
    if inside:
        best = max(inside, key=lambda g: max(0, len(g)))
        return [_bare(sentence[a:b]) for a, b in best]
    return [_bare(sentence[a:b]) for a, b in typed]


def _counted(asked: Asked, sentence: str, groups: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """The enumeration that the sentence counts as the question does (“哪两款”: “A和B两款”), empty if none."""
    match = _COUNT.search(asked.text)
    at = sentence.find(match[1]) if match else -1
    return next((g for g in groups if at >= 0 and g[-1][1] <= at < g[-1][1] + 3), [])


def _clause_weight(asked: Asked, clause: str) -> float:
    return sum(need.weight for need in asked.needs if said(need, clause))


def _canonical(text: str) -> str:
    entry = by_form().get(text.lower())
    return entry.name if entry else text


def _series(asked: Asked, evidence: Sequence[Evidence]) -> list[Claim]:
    """The members of a list whose items are headings (路径一, 路径二, …), if the question asks for that word."""
    items: dict[str, tuple[Evidence, str]] = {}
    for found in evidence:
        match = _SERIES.match(found.passage.heading)
        if match and any(said(need, match[1]) for need in asked.needs):
            first = items.get(found.passage.heading)
            if first is None or found.span.start < first[0].span.start:
                items[found.passage.heading] = (found, match[2])
    if len(items) < 2:
        return []
    ordered = sorted(items.values(), key=lambda item: item[0].span.start)
    return [Claim(text, found.span, found.score) for found, text in ordered]


def _refusal(asked: Asked, evidence: Sequence[Evidence]) -> tuple[Reason, Evidence]:
    """Why nothing answers, and the nearest sentence: a false premise if all but a name is said of others."""
    best = max(evidence, key=lambda e: e.score)
    presumes = asked.kind in ("when", "where", "why", "how_much") and len(asked.needs) > 2
    for found in evidence if presumes else ():
        names = [n for n in found.missing if n.is_name]
        if len(names) == 1 and len(found.missing) == 1 and found.own >= 0.5:
            entry = next((e for f in names[0].forms if (e := by_form().get(f))), None)
            if entry and candidates(found.text, entry.kind):
                return "false_premise", found
    return "not_in_articles", best
