"""One answer held against its question: what was right in it, what was cited, what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.names import standalone
from bot.question import read_question, search_groups
from bot.records import Answer, Citation
from evals.metrics import Span, cmrc_f1, overlaps
from evals.records import Question
from index.search import Leg, search
from index.store import Store
from index.terms import normalize
from ingest.sentences import sentence_spans

LEGS: tuple[Leg, ...] = ("bm25", "dense", "fused")
DEPTH = 10
_MARKED = re.compile(r"\s*((?:\[\d+\])+)")


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of an answer, and whether it is right: it holds a gold answer that no earlier one holds."""

    file: str
    start: int
    end: int
    quote: str
    right: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What one leg found among its first ten passages: the ranks of those that overlap a gold span, of how many."""

    ranks: tuple[int, ...]
    right: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question."""

    id: str
    split: str
    kind: str
    question: str
    must_refuse: bool
    answer: str
    refused: bool
    right: bool
    reason_right: bool | None  # of a refusal; None if the question names no reason
    confidence: float | None  # the judge's probability of the best sentence cited; None if refused
    cited: tuple[Cited, ...]
    gold: int
    gold_cited: int
    exact: float | None  # EM and F1 where one form of one answer is wanted
    f1: float | None
    listed: int  # members that a list names, and how many of them are right
    listed_right: int
    listed_held: int  # groups of gold answers that some member is of, and how many there are
    wanted: int
    conflict: bool  # it shows a disagreement, and every side of it
    span_law: bool  # each quote is the text at its span, and a whole sentence
    found: dict[str, Found]  # by leg; empty if there are no gold spans
    milliseconds: float


def mark(question: Question, answer: Answer, gold: Sequence[Span], store: Store, ms: float) -> Outcome:
    """`answer` held against `question`: right if it holds every gold answer and nothing forbidden, or refuses as it must."""
    said = answer.answer
    held = [group for group in question.answers if holds(said, group)]
    members = members_of(said) if question.kind == "list" and not answer.refused else []
    named = [group for group in held if any(holds(member, group) for member in members)]
    right = len(held) == len(question.answers) and not holds(said, question.forbidden) and not answer.refused
    citations = () if answer.refused else answer.citations
    spans = [(c.source_id, c.start, c.end) for c in citations]
    first = _MARKED.sub("", said.split("\n")[0])
    single = len(question.answers) == 1 and question.kind != "list"
    exact, f1 = cmrc_f1("" if answer.refused else first, question.answers[0]) if single else (None, None)
    return Outcome(
        id=question.id,
        split=question.split,
        kind=question.kind,
        question=question.question,
        must_refuse=question.refuse,
        answer=said,
        refused=answer.refused,
        right=answer.refused if question.refuse else right,
        reason_right=answer.reason == question.reason if answer.refused and question.reason else None,
        confidence=None if answer.refused else max((c.score for c in answer.citations), default=0.0),
        cited=tuple(cited_of(question, citations, gold)),
        gold=len(set(gold)),
        gold_cited=len({g for g in gold if any(overlaps(s, g) for s in spans)}),
        exact=exact,
        f1=f1,
        listed=len(members),
        listed_right=sum(any(holds(member, group) for group in question.answers) for member in members),
        listed_held=len(named),
        wanted=len(question.answers),
        conflict=bool(answer.conflicts) and len(held) == len(question.answers),
        span_law=all(is_sentence(c, store) for c in answer.citations),
        found=found_by_legs(question, gold, store) if gold else {},
        milliseconds=ms,
    )


def holds(text: str, forms: Sequence[str]) -> bool:
    """Whether one of `forms` stands in `text`, in whatever case, width and script.

    >>> holds("摩尔线程 [2]", ("摩爾線程",))
    True
    """
    plain = normalize(text)
    return any(normalize(form) in plain for form in forms)


def cited_of(question: Question, citations: Sequence[Citation], gold: Sequence[Span]) -> list[Cited]:
    """`citations` judged after ALCE (Gao et al. 2023): right if the span holds what is claimed and is needed for it.

    It holds it where it overlaps a gold span. It is needed if no earlier citation overlaps that gold span, or
    holds what this one holds of the gold answers.
    """
    out: list[Cited] = []
    spans_seen: set[Span] = set()
    groups_seen: set[tuple[str, ...]] = set()
    for c in citations:
        spans = {g for g in gold if overlaps((c.source_id, c.start, c.end), g)}
        groups = {group for group in question.answers if holds(c.quote, group)} if spans else set()
        right = bool(spans - spans_seen or groups - groups_seen)
        spans_seen |= spans
        groups_seen |= groups
        out.append(Cited(c.file, c.start, c.end, c.quote, right))
    return out


def members_of(answer: str) -> list[str]:
    """The members that an answer lists, each before its markers.

    >>> members_of("华为 [1]、壁仞科技 [2][3]")
    ['华为', '壁仞科技']
    """
    parts = _MARKED.split(answer)[:-1:2]
    return [part.strip(" 、,\n") for part in parts]


def is_sentence(c: Citation, store: Store) -> bool:
    """Whether the quote is the source's text at its span, and that is a whole sentence or heading of its article."""
    text = store.source(c.source_id).text
    paragraphs = store.article(c.article_id).paragraphs
    around = (p for p in paragraphs if p.start <= c.start < p.end)
    whole = {span for p in around for span in sentence_spans(text, p.start, p.end)}
    heads = c.quote in {p.heading for p in paragraphs} and text[c.start - 1] == "\n" == text[c.end]
    return text[c.start : c.end] == c.quote and ((c.start, c.end) in whole or heads)


def found_by_legs(question: Question, gold: Sequence[Span], store: Store) -> dict[str, Found]:
    """What each leg of the search finds for `question`."""
    asked = read_question(standalone(question.question, question.history), store)
    groups = search_groups(asked, store)
    sources = {source for source, _, _ in gold}
    articles = [at for at, article in enumerate(store.articles) if article.source_id in sources]
    passages = [
        store.passage(int(row)) for row in np.flatnonzero(np.isin(store.passages["article"], articles))
    ]
    right = {p for p in passages if any(overlaps((p.source_id, p.start, p.end), g) for g in gold)}
    out: dict[str, Found] = {}
    for leg in LEGS:
        hits = search(store, asked.text, DEPTH, asked.language, leg, groups)
        out[leg] = Found(tuple(h.rank for h in hits if h.passage in right), len(right))
    return out
