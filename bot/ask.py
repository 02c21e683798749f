"""One message in, one cited answer out. The hops before search are made once, at build time:
read (ingest.read) · split (ingest.split) · chunk (ingest.chunk) · build (index.build)."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.answer import answer
from bot.candidates import candidates
from bot.cite import cite, render, unmarked
from bot.compare import Find, compare, counted_names, to_compare, two_compared, which_of
from bot.conflicts import disagreeing, undoubted
from bot.evidence import Evidence
from bot.gather import gather
from bot.names import in_context, mend_names, standalone
from bot.phrases import DISAGREE, NEAREST, READ_AS, REFUSALS, SAID_OF
from bot.question import read_question, search_groups
from bot.reader import Reader, shipped_reader
from bot.records import Answer, Asked, Citation, Claim, Conflict, Finding, Span, Statement
from bot.several import ASKS, alternatives, questions_in
from bot.short import MAX_NAME, whole
from bot.sufficient import UNSURE, VERY_LIKELY
from bot.summary import digest, introduce, to_digest, to_introduce
from index.search import Language, search
from index.store import Store

DEFAULT_K = 24
LIKELIER = 0.15  # of probability, for a question to be read as a follow-up
MAX_QUESTION = 2000  # characters
_DATED = re.compile(r"[\d.]+(?:财年|[年月日号])?")
_ASKS_FOR = {
    "person": re.compile(r"谁|誰|哪[位个]|什么人|\bwho\b", re.I),
    "product": re.compile(r"什么(?!时候|时间|地方|人)|哪一?[款个种颗项]|\b(?:which|what)\b", re.I),
}


@dataclass(frozen=True, slots=True)
class _Told:
    """One question of a message and what was found for it."""

    asked: Asked
    finding: Finding
    disagree: bool


def ask(
    question: str,
    store: Store,
    history: Sequence[str] = (),
    language: Language | None = None,
    k: int = DEFAULT_K,
    reader: Reader | None = None,
) -> Answer:
    """The answer to `question` from the articles of `store`, in quote mode: nothing in it but their words.

    A message of several questions is answered part by part, and refused if no part has an answer. `history` is what
    the asker said before, oldest first; `language` the answer's, None for the question's own; `k` how many passages
    are looked at; `reader` another reader than the shipped one.
    """
    started = time.perf_counter()
    reader = reader or shipped_reader()
    searching = 0.0

    @cache
    def find(text: str) -> tuple[Asked, list[Evidence]]:
        nonlocal searching
        asked = read_question(text, store, language)
        begun = time.perf_counter()
        hits = (
            search(store, text, k, asked.language, groups=search_groups(asked, store)) if asked.needs else []
        )
        searching += time.perf_counter() - begun
        return asked, gather(asked, hits, store, reader)

    def who(earlier: str, kind: str) -> str:
        if not _ASKS_FOR[kind].search(earlier):
            return ""
        found = answer(*find(earlier), store)
        name = found.claims[0] if len(found.claims) == 1 and not found.reason else None
        named = name and name.score >= UNSURE and candidates(name.text, kind)
        return name.text if name and named and len(name.text) <= MAX_NAME else ""

    told_before = [mend_names(earlier, store)[0] for earlier in history if earlier.strip()]
    alone = standalone(question, told_before, who)
    if told_before and alone == question:
        alone = _in_context(question, standalone(told_before[-1], told_before[:-1], who), find)
    mended, read_as = mend_names(alone, store)
    plain, doubted = undoubted(mended)
    parts = [plain] if to_compare(plain) else questions_in(plain, who)
    told = [_told(part, doubted, store, find) for part in parts]
    if len(told) > 1 and all(t.finding.reason for t in told):
        told = [_told(plain, doubted, store, find)]
    # What is nearest to a part without an answer is shown only where no part has one.
    shown = [t for t in told if not t.finding.reason] or told
    citations, markers = cite(tuple(c for t in shown for c in (*t.finding.claims, *t.finding.also)), store)
    if len(told) == 1:
        text = _said(told[0], markers, citations)
    else:
        text = "\n".join(_part(t, markers, citations) for t in told)
    said_in = told[0].asked.answer_language
    for wrong, right in read_as:
        text += READ_AS[said_in].format(wrong=unmarked(wrong), right=right)
    total = time.perf_counter() - started
    timings = {"retrieve": searching, "answer": total - searching, "total": total}
    reasons = [t.finding.reason for t in told]
    return Answer(
        answer=text,
        refused=all(reasons),
        reason=reasons[0] if all(reasons) else None,
        citations=tuple(citations),
        conflicts=tuple(
            Conflict(
                mended if len(told) == 1 else t.asked.text,
                tuple(Statement(c.text, markers[c.span]) for c in t.finding.claims),
            )
            for t in told
            if t.disagree
        ),
        standalone_question=mended if all(part in mended for part in parts) else " ".join(parts),
        mode="quote",
        trace_id=uuid.uuid4().hex,
        timings_ms={name: round(1000 * seconds, 2) for name, seconds in timings.items()},
    )


def _in_context(question: str, earlier: str, find: Find) -> str:
    """`question`, if it names nobody and is likelier answered so, behind what `earlier` asks about."""
    asked, evidence = find(question)
    named = any(n.is_name and not _DATED.fullmatch(n.phrase) for n in asked.needs)
    likely = evidence[0].score if evidence else 0.0
    if named or likely >= VERY_LIKELY or not (ASKS.search(question) or re.search("[?？]", question)):
        return question
    joined = in_context(question, earlier)
    both, found = find(joined)
    # What says nothing of this question answers the one before.
    mine = [n for n in both.needs if n.phrase in {need.phrase for need in asked.needs}]
    tells = bool(found) and (not mine or any(n not in found[0].missing for n in mine))
    return joined if tells and found[0].score >= likely + LIKELIER else question


def _told(question: str, doubted: bool, store: Store, find: Find) -> _Told:
    asked, evidence = find(question)
    finding = _finding(asked, evidence, store, find)
    conflicts = _conflicts(asked, finding, evidence, doubted)
    if conflicts:
        lead = DISAGREE[asked.answer_language] + finding.lead
        finding = Finding((finding.claims[0], *conflicts), None, lead, finding.lines)
    return _Told(asked, finding, bool(conflicts))


def _said(told: _Told, markers: Mapping[Span, int], citations: Sequence[Citation]) -> str:
    language, finding = told.asked.answer_language, told.finding
    text = render(finding, markers, citations, language)
    if not finding.reason:
        return text
    said = REFUSALS[language][finding.reason]
    return f"{said}{NEAREST[language]}{text}" if finding.claims else said


def _part(told: _Told, markers: Mapping[Span, int], citations: Sequence[Citation]) -> str:
    """What is said of one of several questions: where it has no answer, which it was."""
    language, reason = told.asked.answer_language, told.finding.reason
    if not reason:
        return _said(told, markers, citations)
    return SAID_OF[language].format(question=unmarked(told.asked.text)) + REFUSALS[language][reason]


def _finding(asked: Asked, evidence: list[Evidence], store: Store, find: Find) -> Finding:
    """What answers: a comparison or an introduction where one is asked for, else the sentences that say it."""
    names = to_compare(asked.text) or counted_names(asked, evidence)
    others = [] if names else two_compared(asked.text, lambda name: any(name in e.text for e in evidence))
    if names or others:
        compared = compare(
            asked, names or others, evidence, find, lambda sub, found: answer(sub, found, store), bool(others)
        )
        if compared:
            return compared
        if which_of(asked.text, names) and evidence:
            return Finding((whole(evidence[0]),), "not_in_articles")
    either = _either(alternatives(asked.text), store, find)
    if either:
        return either
    name = to_introduce(asked.text)
    if name:
        introduced = introduce(*find(name), name)
        if introduced:
            return introduced
    summed_up = digest(asked, evidence) if asked.kind == "what" and to_digest(asked.text) else None
    return summed_up or answer(asked, evidence, store)


def _either(options: Sequence[str], store: Store, find: Find) -> Finding | None:
    """What answers the likeliest of `options`, of which one is so; sentences that say it themselves come first."""
    told = []
    for option in options:
        asked, evidence = find(option)
        finding = answer(asked, evidence, store)
        if not finding.reason:
            own = next((e.own for e in evidence if e.span == finding.claims[0].span), 0.0)
            told.append((own + finding.claims[0].score, replace(finding, lead="")))
    return max(told, key=lambda offer: offer[0])[1] if told else None


def _conflicts(asked: Asked, finding: Finding, evidence: Sequence[Evidence], doubted: bool) -> list[Claim]:
    """The claims that disagree with a single one found, for questions that one value answers."""
    single = (
        finding.reason is None
        and len(finding.claims) == 1
        and asked.kind in ("when", "how_much", "which", "what", "yes_no")
    )
    return disagreeing(asked, finding.claims[0], evidence, doubted) if single else []
