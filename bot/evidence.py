"""Sentences weighed by how much of what the question needs they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.question import names_of_kind
from bot.records import Asked, Need, Span
from index.embed import Embedder
from index.glossary import by_form
from index.search import Hit
from index.store import Store
from index.terms import STOP, article_terms, normalize, ordinary, words
from ingest.records import Passage
from ingest.sentences import sentence_spans

# What a word is worth where it stands: in the sentence itself, its heading, the sentences before it.
IN_HEADING = 0.9
BEFORE = 0.75
SIMILAR_ENOUGH = 0.55
LEAD_IN_CHARS = 240


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, the share of the needs' weight that it covers, and which needs it says itself."""

    span: Span
    passage: Passage
    text: str
    coverage: float
    own: float  # the share covered by the sentence itself, without heading and neighbours
    missing: tuple[Need, ...]
    score: float


def gather(asked: Asked, hits: Sequence[Hit], store: Store) -> list[Evidence]:
    """Every sentence of `hits`, the best evidence first; ties go to the passage with the better rank."""
    found = [e for hit in hits for e in _of_passage(asked, hit, store)]
    return sorted(found, key=lambda e: -e.score)


def _of_passage(asked: Asked, hit: Hit, store: Store) -> Iterator[Evidence]:
    passage = hit.passage
    source = store.source(passage.source_id).text
    spans = list(sentence_spans(source, passage.start, passage.end))
    texts = [source[a:b] for a, b in spans]
    lead_in = [source[a:b] for a, b in sentence_spans(source, *_lead_in(passage, store))][-2:]
    for at, (start, end) in enumerate(spans):
        before = " ".join([*lead_in, *texts[:at]][-2:])
        credits = [_credit(need, texts[at], passage.heading, before, store.embedder) for need in asked.needs]
        total = sum(need.weight for need in asked.needs) or 1.0
        coverage = sum(n.weight * c for n, (c, _) in zip(asked.needs, credits, strict=True)) / total
        own = sum(n.weight * c for n, (c, mine) in zip(asked.needs, credits, strict=True) if mine) / total
        missing = tuple(n for n, (c, _) in zip(asked.needs, credits, strict=True) if c < 0.5)
        score = coverage + 0.25 * own - 0.002 * hit.rank
        yield Evidence(Span(passage.source_id, start, end), passage, texts[at], coverage, own, missing, score)


def _lead_in(passage: Passage, store: Store) -> tuple[int, int]:
    """The span of the article's body just before `passage`, for what its first sentences leave unsaid."""
    start = max(store.article(passage.article_id).paragraphs[0].start, passage.start - LEAD_IN_CHARS)
    return min(start, passage.start), passage.start


def _credit(need: Need, sentence: str, heading: str, before: str, embedder: Embedder) -> tuple[float, bool]:
    """How far `need` is met, from 0 to 1, and whether by the sentence itself."""
    if said(need, sentence):
        return 1.0, True
    if need.is_name:
        if said(need, heading):
            return IN_HEADING, False
        # What a sentence leaves unsaid it takes from the one before, unless it names another of the kind.
        if said(need, before) and not _names_another(need, sentence):
            return BEFORE, False
        return 0.0, False
    similar = _similar(need, sentence, embedder)
    if similar >= SIMILAR_ENOUGH:
        return similar, True
    if said(need, heading) or said(need, before):
        return 0.6, False
    return 0.0, False


def said(need: Need, text: str) -> bool:
    """Whether `text` holds a form of `need`."""
    if not text:
        return False
    plain, held = _plain(text)
    return any(_holds(form, plain, held) for form in need.forms)


def _holds(form: str, plain: str, held: frozenset[str]) -> bool:
    if form in held:
        return True
    if form.isascii():
        return bool(re.search(rf"(?<![a-z0-9]){re.escape(form)}(?![a-z0-9])", plain))
    return len(form) > 1 and form in plain


@lru_cache(maxsize=20_000)
def _plain(text: str) -> tuple[str, frozenset[str]]:
    plain = normalize(text)
    return f"{plain}\n{ordinary(plain)}", frozenset(article_terms(text))


def _names_another(need: Need, sentence: str) -> bool:
    entry = next((e for f in need.forms if (e := by_form().get(f))), None)
    if not entry:
        return False
    own = set(need.forms)
    return any(
        form in sentence.lower() for form in names_of_kind(entry.kind) if len(form) > 1 and form not in own
    )


def _similar(need: Need, sentence: str, embedder: Embedder) -> float:
    """The likeness of the need's word to the likest word of the sentence, 0 for words that say too little."""
    forms = [f for f in need.forms[:1] if re.fullmatch(r"[一-鿿]{2,}", f)]
    others = [w for w in words(sentence) if re.fullmatch(r"[一-鿿]{2,}", w) and w not in STOP]
    if not forms or not others:
        return 0.0
    target = _vector(embedder.embed, forms[0])
    return max(float(target @ _vector(embedder.embed, word)) for word in others)


@lru_cache(maxsize=50_000)
def _vector(embed: Callable[[list[str]], Any], word: str) -> Any:
    return embed([word])[0]
