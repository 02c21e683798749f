"""A query to its hits: BM25 and vectors, normalised, weighted by the query's language and added.

Adding z-scores keeps a weak leg from spoiling a strong one, which reciprocal rank fusion (Cormack et al.
2009) does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from index.lexical import Group
from index.lexicon import index_terms
from index.store import Store
from index.terms import normalize, terms
from ingest.records import Passage

Leg = Literal["bm25", "dense", "fused"]
Language = Literal["zh", "en"]
# Set on the `train_` question sets, with an embedding model that had not seen them.
DENSE_WEIGHT: dict[Language, float] = {"zh": 0.25, "en": 1.0}
BIGRAM_WEIGHT = 0.7
DEPTH = 200
RESCORED = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; a higher score is better, the best has rank 1."""

    passage: Passage
    score: float
    rank: int


def query_groups(store: Store, query: str, language: Language) -> list[Group]:
    """What `query` asks the BM25 leg for: a group a term, in English a group a phrase."""
    if language == "en":
        found = [index_terms(group, store.lexical) for _, group in store.lexicon.groups(query)]
    else:
        found = [Group((term,)) for term in terms(query)]
    return [group for group in dict.fromkeys(found) if group.alternatives]


def search(
    store: Store,
    query: str,
    k: int,
    language: Language = "zh",
    leg: Leg = "fused",
    groups: Sequence[Group] | None = None,
) -> list[Hit]:
    """The `k` best passages for `query`, best first; ties go to the passage that comes first."""
    groups = query_groups(store, query, language) if groups is None else groups
    lexical = (
        store.lexical.scores(groups) if leg != "dense" else np.zeros(len(store.passages), dtype=np.float32)
    )
    if leg == "bm25":
        return _hits(store, np.flatnonzero(lexical), lexical[lexical > 0], k)
    rows, similar = store.dense.search(store.embedder.embed([normalize(query)])[0], max(k, DEPTH))
    if leg == "dense":
        return _hits(store, rows, similar, k)
    candidates = np.union1d(rows, _top(lexical, DEPTH))
    dense = np.full(len(candidates), similar.min(), dtype=np.float32)
    dense[np.searchsorted(candidates, rows)] = similar
    fused = _z(lexical[candidates]) + DENSE_WEIGHT[language] * _z(dense)
    if language == "zh":
        best = np.argsort(-fused, kind="stable")[:RESCORED]
        fused[best] += BIGRAM_WEIGHT * _z(_bigram_scores(store, query, candidates[best]))
        rest = np.ones(len(fused), dtype=bool)
        rest[best] = False
        fused[rest] += min(0.0, float(fused[best].min() - fused[rest].max())) if rest.any() else 0.0
    return _hits(store, candidates, fused, k)


def _bigram_scores(store: Store, query: str, rows: Any) -> Any:
    """How much of `query` each passage of `rows` holds, in pairs of neighbouring characters, rare ones counting more.

    What the words of a text are is a guess; its characters are not, so this mends what was cut differently.
    """
    plain = normalize(query)
    pairs = {plain[i : i + 2] for i in range(len(plain) - 1) if plain[i : i + 2].isalnum()}
    texts = [normalize(store.text(store.passage(int(row)))) for row in rows]
    held = np.array([[pair in text for text in texts] for pair in sorted(pairs)], dtype=np.float32)
    if not held.size:
        return np.zeros(len(texts), dtype=np.float32)
    rarity = np.log((len(texts) + 1) / (held.sum(1) + 0.5))
    return rarity @ held


def _top(scores: Any, k: int) -> Any:
    if len(scores) <= k:
        return np.flatnonzero(scores)
    best = np.argpartition(-scores, k)[:k]
    return best[scores[best] > 0]


def _z(scores: Any) -> Any:
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)


def _hits(store: Store, rows: Any, scores: Any, k: int) -> list[Hit]:
    order = np.lexsort((rows, -scores))[:k]
    return [Hit(store.passage(int(rows[i])), float(scores[i]), rank) for rank, i in enumerate(order, 1)]
