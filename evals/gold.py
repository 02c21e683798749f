"""Where a question's gold spans stand in a store, what is wrong with a set, and a store with spans cut out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from evals.marking import holds
from evals.metrics import Span
from evals.records import Gold, Question
from index.build import build
from index.store import Chunking, Store
from index.terms import normalize
from index.times import dated
from ingest.records import Source, content_id

ALIKE = 0.7  # of the pairs of characters that two questions hold between them


def gold_spans(question: Question, store: Store) -> list[Span]:
    """The question's gold spans in the store's sources. Raises `ValueError` where the text says something else."""
    return [located(gold, question.id, store) for gold in question.spans]


def located(gold: Gold, id_: str, store: Store) -> Span:
    """`gold` in the store's sources; `id_` names its question. Raises `ValueError` if it is not there."""
    for row in store.source_rows:
        named = row["file"] == gold.file and gold.source_id in ("", row["id"])
        if named and store.source(row["id"]).text[gold.start : gold.end] == gold.quote:
            return row["id"], gold.start, gold.end
    raise ValueError(f"{id_}: {gold.file} [{gold.start}:{gold.end}] is not {gold.quote!r} in this store")


def problems(questions: Sequence[Question], store: Store) -> Iterator[str]:
    """What is wrong with a set: gold spans that are not there or hold no gold answer, questions asked twice."""
    for question in questions:
        try:
            spans = gold_spans(question, store)
        except ValueError as error:
            yield str(error)
            continue
        if question.refuse and spans:
            yield f"{question.id} must be refused but has gold spans"
        said = " ".join(_read_as(span, store) for span in spans)
        for group in question.answers if spans else ():
            if not holds(said, group):
                yield f"{question.id}: no gold span holds {' or '.join(group)}"
    for one, other in combinations(questions, 2):
        if one.id == other.id or near_duplicates(one, other):
            yield f"{one.id} and {other.id} are the same question"


def _read_as(span: Span, store: Store) -> str:
    """What stands at `span`, with the dates that its relative ones mean."""
    source, start, end = span
    article = next((a for a in store.articles_of(source) if a.start <= start < a.end), None)
    return dated(store.source(source).text[start:end], article.published if article else None)


def near_duplicates(one: Question, other: Question) -> bool:
    """Whether two questions are about the same in their pairs of characters, after the same ones."""
    if one.history != other.history or one.without != other.without:
        return False
    a, b = _pairs(one.question), _pairs(other.question)
    return len(a & b) >= ALIKE * len(a | b)


def _pairs(question: str) -> set[str]:
    plain = re.sub(r"[\W_]+", "", normalize(question))
    return {plain[i : i + 2] for i in range(max(1, len(plain) - 1))}


def store_without(golds: Sequence[Gold], store: Store, folder: Path) -> Store:
    """A store in `folder` of what `store` holds with `golds` cut out. Raises `ValueError` if one is not there."""
    cut: dict[str, list[Span]] = {}
    for gold in golds:
        span = located(gold, "without", store)
        cut.setdefault(span[0], []).append(span)
    build(
        (_cut(store.source(id_), spans) for id_, spans in cut.items()),
        folder,
        store.embedder,
        Chunking(store.manifest["max_chars"]),
        keep=store,
        without=cut,
    )
    return Store(folder, store.embedder, Chunking(store.manifest["max_chars"]))


def _cut(source: Source, spans: Sequence[Span]) -> Source:
    text = source.text
    for _, start, end in sorted(set(spans), reverse=True):
        text = text[:start] + text[end:]
    return Source(content_id(text), source.file, "", text, source.given)
