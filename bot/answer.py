"""Evidence to claims: what was asked for, in the articles' own words, or a reason to refuse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import log

from bot.candidates import UNIT, candidates
from bot.conflicts import NOT
from bot.evidence import Evidence
from bot.lists import asked_count, members, series
from bot.matching import entry_of, said
from bot.phrases import NO, YES
from bot.polarity import CONTRARY, hedges, opposed
from bot.premise import PRESUMING, contradicts
from bot.records import TELLING, Asked, Claim, Finding, Reason, Span
from bot.short import OF_ONE, posts_asked, short_claim, whole
from bot.sufficient import LIKELY, TYPED, UNSURE, sufficient
from index.store import Store
from index.terms import normalize
from ingest.sentences import sentence_spans

# Lists are made of sentences that say all that the question says.
ENOUGH_FOR_LIST = 0.72  # of coverage
NEAR_ENOUGH = 0.35  # of coverage, to be shown as the nearest thing known
LOOKED_AT = 6  # sentences
# A claim that is not sure is shown with up to two others that are about as likely.
ABOUT_AS_LIKELY = 0.5
MAX_ALSO = 2
MIN_CAUSE = 12  # characters of a sentence that may give a cause
AROUND = 360  # characters
FURTHER = 4  # sentences
EVENTS = 3
LIKELIEST = 2  # sentences that may contradict the question
_DATE = re.compile(r"(?=.)(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}[日号])?")
# “多少瓦” is answered in watts, or not at all.
_COUNTED = re.compile(rf"(?:多少|(?<![近这前后好哪去来])几)(?!股)(?:{UNIT})(?![本份东权])|\bhow many\b", re.I)
_HAPPENED = re.compile(
    r"发生|什么大?[事动]|(?:做|出|宣布|发布|披露|公布|推出|完成)了(?:些)?什么|(?:什么|哪些)(?:大事|事件|动作|进展|动态|新闻)"
    r"|\bwhat (?:happened|did|was (?:announced|disclosed))\b|\bwhat .{0,40}\b(?:do|announce|disclose|release)\b",
    re.I,
)
# “… versus the year before”, “和去年比”
_EARLIER = re.compile(
    r"[比和跟与较](?:前一年|上一?年|去年|上年同期|去年同期|上季度?|上一季度|之前|以前|此前)[^,，。?？]{0,6}(?:比|相比|怎么样|如何|[变差]|多|少|高|低)"
    r"|\b(?:versus|vs\.?|compared (?:with|to)|than|against|from) (?:the )?(?:(?:previous|prior|last) (?:year|quarter|month)|(?:year|quarter|month) (?:before|earlier))\b",
    re.I,
)
_EARLIER_TOLD = re.compile(r"前一年|上一?年|去年|同期|上季度?|上一季度|此前|之前|从")
_CAUSE = re.compile(
    r"因为|由于|因此|因而|为了|原因|缘由|主要是|导致|造成|带来|使得|受此影响|所以|源于|出于|在于|才是|这也是|旨在|为.{1,12}而|(?<![享接承])受[^,，。不]{1,40}影响|拖累|归因|得益于|because",
    re.I,
)
_EITHER = re.compile(r"有没有|([一-鿿])[不没](?=\1)")  # “能不能” denies nothing
_SAID_SO = re.compile(r"[一-鿿·]{2,10}(?:说|表示|指出|认为|称|道|解释|介绍)[道称说]?。")
_CONSEQUENCE = re.compile(r"因此|因而|所以|于是|这也是|由此|受此影响")


def answer(asked: Asked, evidence: Sequence[Evidence], store: Store) -> Finding:
    """Claims for `asked`, best first, or a reason to refuse with the nearest thing known as its claim."""
    if not asked.needs:
        return Finding((), "unclear_question")
    known = any(
        any(n.weight > TELLING and n not in e.missing for n in asked.needs)
        or (e.score >= LIKELY and not e.missing)
        for e in evidence
    )
    best = max((e.coverage for e in evidence), default=0.0)
    names = [n for n in asked.needs if n.is_name and not _DATE.fullmatch(n.phrase) and not n.phrase.isdigit()]
    named = any(n not in e.missing for e in evidence for n in names)
    if not known or (best < 0.2 and not named):
        return Finding((), "off_topic")
    enough = [e for e in evidence if sufficient(asked, e)]
    likely = [e for e in enough[:LIKELIEST] if e.score >= ABOUT_AS_LIKELY * enough[0].score]
    against = [e for e in likely if contradicts(asked, e)]
    if against and not any(_says_all(asked, e) for e in likely if e not in against):
        return Finding((whole(against[0]),), "false_premise")
    claims = _claims(asked, enough, evidence, store)
    if claims:
        lead = _verdict(asked, enough[0]) if asked.kind == "yes_no" else ""
        return Finding(tuple(claims), None, lead, asked.kind == "why", _also(asked, claims, enough))
    told = _that_day(asked, evidence, store)
    if told:
        return Finding(tuple(map(whole, told)), None, "", True)
    reason, nearest = _refusal(asked, evidence)
    return Finding((whole(nearest),) if nearest.coverage >= NEAR_ENOUGH else (), reason)


def _verdict(asked: Asked, first: Evidence) -> str:
    """Yes or no in the asker's language, "" where `first` does not settle it: what is only planned settles nothing."""
    unsaid = [n for n in asked.relation if not said(n, first.text, first.spun)]
    # “开源的吗”: “定位闭源”
    turned = len(unsaid) < 2 and opposed(normalize(asked.text), normalize(first.text), CONTRARY)
    settled = first.score >= UNSURE and asked.relation and (turned or not unsaid)
    named = all(said(n, first.text, first.spun) for n in asked.needs if n.is_name)
    if not settled or not named or (hedges(normalize(first.text)) and not hedges(normalize(asked.text))):
        return ""
    denied = turned ^ bool(NOT.search(first.text)) ^ bool(NOT.search(_EITHER.sub("", asked.text)))
    return (NO if denied else YES)[asked.answer_language]


def _also(asked: Asked, claims: Sequence[Claim], enough: Sequence[Evidence]) -> tuple[Claim, ...]:
    """The next likely sentences where a single claim is not sure, none where it is."""
    if len(claims) > 1 or claims[0].score >= UNSURE:
        return ()
    least = ABOUT_AS_LIKELY * claims[0].score
    others = [e for e in _in_full(asked, enough) if e.span != claims[0].span and e.score >= least]
    return tuple(whole(e) for e in others[:MAX_ALSO])


def _says_relation(asked: Asked, e: Evidence) -> bool:
    """Whether `e` misses no name and says itself something of what the question asks of them."""
    relation = asked.relation
    return not any(n.is_name for n in e.missing) and (
        not relation or any(said(n, e.text, e.spun) for n in relation)
    )


def _claims(
    asked: Asked, enough: Sequence[Evidence], evidence: Sequence[Evidence], store: Store
) -> list[Claim]:
    listed = series(asked, evidence, store) if asked.kind == "list" or asked_count(asked) > 1 else []
    if asked.kind == "list" and not listed:
        covering = [
            e
            for e in evidence
            if e.coverage >= ENOUGH_FOR_LIST and e.own >= 0.25 and _says_relation(asked, e)
        ]
        listed = members(asked, enough, covering) if enough or covering else []
    if listed:
        return listed
    if not enough:
        return []
    if asked.kind == "why":
        return _cause(enough, store)
    if asked.kind == "yes_no":
        return [whole(enough[0])]
    # What says all that the question says comes before what only is likely.
    full = _in_full(asked, enough)
    against = _held_against(asked, full)
    if against:
        return [whole(against)]
    best = _best_offer(asked, full) or _best_offer(asked, enough)
    if best:
        return [best]
    if asked.wanted == "person" and posts_asked(asked):
        return []  # whoever they name holds another post, or held it once
    first = full[0]
    # A sentence without a date where one is asked for must be likely, and leave nothing unsaid.
    unfit = asked.wanted in TYPED
    counted = asked.wanted == "amount" and _COUNTED.search(asked.text)
    of_one = asked.wanted == "amount" and OF_ONE.search(asked.text)
    if of_one or (counted and not candidates(first.text, "amount", asked.cues)):
        return []
    enough_said = first.score >= (UNSURE if first.missing else LIKELY)
    return [] if unfit and not enough_said else [whole(first)]


def _held_against(asked: Asked, enough: Sequence[Evidence]) -> Evidence | None:
    """Where an amount is asked for beside an earlier one: a sentence about as likely as the first that tells both."""
    if asked.wanted != "amount" or not _EARLIER.search(asked.text):
        return None
    near = [e for e in enough[:LOOKED_AT] if e.score >= ABOUT_AS_LIKELY * enough[0].score]
    return next(
        (
            e
            for e in near
            if _EARLIER_TOLD.search(e.text) and len(candidates(e.text, "amount", asked.cues)) > 1
        ),
        None,
    )


def _in_full(asked: Asked, enough: Sequence[Evidence]) -> Sequence[Evidence]:
    """Those of `enough` that say themselves all that the question asks of its names; all of them if none does."""
    return [e for e in enough if _says_all(asked, e)] or enough


def _says_all(asked: Asked, e: Evidence) -> bool:
    return all(said(n, e.text, e.spun) for n in asked.relation)


def _best_offer(asked: Asked, enough: Sequence[Evidence]) -> Claim | None:
    """The short claim that fits best among those of the first sentences; None if they offer none."""
    offers = []
    for e in enough[:LOOKED_AT]:
        short = short_claim(asked, e)
        if short:
            claim, fits = short
            offers.append((fits + log(e.score / (1.001 - e.score)), claim))
    return max(offers, key=lambda offer: offer[0])[1] if offers else None


def _cause(enough: Sequence[Evidence], store: Store) -> list[Claim]:
    """The likeliest sentence that gives a cause; else the likeliest with the cause that the next or the last one gives.

    One that only draws the consequence (“因此…”) brings what stands before it, and “一方面” the “另一方面”.
    """
    best = next((e for e in enough[:LOOKED_AT] if _CAUSE.search(e.text)), enough[0])
    before, after = _around(best, store)
    if _CAUSE.search(best.text):
        return [*map(whole, (*_drawn_from(best, before), best)), *_other_side(best, after)]
    if after and _CAUSE.search(after[0].text):
        return [whole(best), whole(after[0]), *_other_side(after[0], after[1:])]
    if before and _CAUSE.search(before[0].text):
        return list(map(whole, (*_drawn_from(before[0], before[1:]), before[0], best)))
    return [whole(best)]


def _drawn_from(e: Evidence, before: Sequence[Evidence]) -> Sequence[Evidence]:
    """What `e` draws its consequence from, if it does: the sentence before it, or what “someone said” before it."""
    if not before or not _CONSEQUENCE.match(e.text):
        return ()
    return before[1:3][::-1] if _SAID_SO.fullmatch(before[0].text) else before[:1]


def _other_side(e: Evidence, after: Sequence[Evidence]) -> list[Claim]:
    other = next((o for o in after[:FURTHER] if "另一方面" in o.text), None) if "一方面" in e.text else None
    return [whole(other)] if other else []


def _around(e: Evidence, store: Store) -> tuple[list[Evidence], list[Evidence]]:
    """The sentences before and behind `e` in its article, the nearest first, of those that say something."""
    article = store.article(e.passage.article_id)
    text = store.source(e.span.source_id).text
    start, end = max(article.start, e.span.start - AROUND), min(article.end, e.span.end + AROUND)
    spans = list(sentence_spans(text, start, end))
    # Those at the ends may be cut off.
    spans = spans[start > article.start : len(spans) - (end < article.end)]
    spans = [(a, b) for a, b in spans if b - a > MIN_CAUSE or _SAID_SO.fullmatch(text[a:b])]
    found = [replace(e, span=Span(e.span.source_id, a, b), text=text[a:b]) for a, b in spans]
    before = [f for f in found if f.span.end <= e.span.start]
    return before[::-1], [f for f in found if f.span.start >= e.span.end]


def _that_day(asked: Asked, evidence: Sequence[Evidence], store: Store) -> list[Evidence]:
    """What sentences tell of the date and those whom a question names that asks what happened; the likeliest few."""
    dates = [n for n in asked.needs if _DATE.fullmatch(n.forms[0])]
    if not dates or not _HAPPENED.search(asked.text):
        return []
    names = [n for n in asked.needs if n.is_name and n not in dates]
    found = []
    for e in evidence:
        if all(said(n, e.read_as, e.spun) for n in dates) and not any(n in e.missing for n in names):
            found.append(e)
    return found[:EVENTS]


def _refusal(asked: Asked, evidence: Sequence[Evidence]) -> tuple[Reason, Evidence]:
    """Why nothing answers, and the nearest sentence: a false premise if all but a name is said of others."""
    best = max(evidence, key=lambda e: e.coverage + 0.25 * e.own)
    presumes = asked.kind in PRESUMING and len(asked.needs) > 2
    for found in evidence if presumes else ():
        names = [n for n in found.missing if n.is_name]
        if len(names) == 1 and len(found.missing) == 1 and found.own >= 0.5:
            entry = entry_of(names[0])
            if entry and candidates(found.text, entry.kind):
                return "false_premise", found
    return "not_in_articles", best
