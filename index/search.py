"""A query to its hits: BM25 and vectors, normalised and added; the best of them weighed once more by what they hold.

Adding z-scores keeps a weak leg from spoiling a strong one, which reciprocal rank fusion (Cormack et al.
2009) does not. What each thing told of a passage weighs is learned by ``bot.train_fusion``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from index.lexical import Group
from index.lexicon import index_terms
from index.store import Store
from index.terms import normalize, terms
from ingest.records import Passage

Leg = Literal["bm25", "dense", "fused"]
Language = Literal["zh", "en"]
FILE = Path(__file__).parent / "fusion.json"
# For the choice of those weighed once more; set on the `train_` question sets, with an embedding model that had not
# seen them.
DENSE_WEIGHT: dict[Language, float] = {"zh": 0.25, "en": 1.0}
DEPTH = 200
RESCORED = 60
AROUND = 1000  # characters
# What is told of a passage, as its weight in FILE is called: the scores of both legs and how many of the query's pairs
# of characters it holds, normalised; the share of what the query asks for that it holds, and that it holds with the
# passages found around it in its article; and how well the best of those scores, normalised.
TOLD = ("bm25", "dense", "pairs", "held", "held_around", "best_around")


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; a higher score is better, the best has rank 1."""

    passage: Passage
    score: float
    rank: int
    row: int  # of the passage in the store, -1 if it is not one of its own


def query_groups(store: Store, query: str, language: Language) -> list[Group]:
    """What `query` asks the BM25 leg for: a group a term, in English a group a phrase."""
    if language == "en":
        found = [index_terms(group, store.lexical) for _, group in store.lexicon.groups(query)]
    else:
        found = [Group((term,)) for term in terms(query)]
    return [group for group in dict.fromkeys(found) if group.alternatives]


@cache
def weights() -> dict[Language, Any]:
    """The weights of `TOLD` for each language, shape (6,)."""
    kept = json.loads(FILE.read_text("utf-8"))["weights"]
    return {
        language: np.array([of[name] for name in TOLD], dtype=np.float32) for language, of in kept.items()
    }


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
    if leg == "bm25":
        lexical = store.lexical.scores(groups)
        return _hits(store, np.flatnonzero(lexical), lexical[lexical > 0], k)
    if leg == "dense":
        return _hits(store, *_nearest(store, query, max(k, DEPTH)), k)
    rows, fused, told = candidates(store, query, language, groups, max(k, DEPTH))
    weighed = told @ weights()[language]
    rest = fused[len(weighed) :]
    if len(rest):
        rest = rest + min(0.0, float(weighed.min() - rest.max()))
    return _hits(store, rows, np.concatenate([weighed, rest]), k)


def candidates(
    store: Store, query: str, language: Language, groups: Sequence[Group], depth: int = DEPTH
) -> tuple[Any, Any, Any]:
    """The rows that either leg has among its `depth` best, best first, their added scores, and what is told of the first.

    The last has shape (at most RESCORED, len(TOLD)).
    """
    lexical = store.lexical.scores(groups)
    near, similar = _nearest(store, query, depth)
    rows = np.union1d(near, _top(lexical, DEPTH))
    dense = np.full(len(rows), similar.min(), dtype=np.float32)
    dense[np.searchsorted(rows, near)] = similar
    legs = np.stack([_z(lexical[rows]), _z(dense)], axis=1)
    fused = legs @ np.array([1.0, DENSE_WEIGHT[language]], dtype=np.float32)
    order = np.argsort(-fused, kind="stable")
    rows, fused, legs = rows[order], fused[order], legs[order]
    best = rows[:RESCORED]
    pairs = _z(_bigram_scores(store, query, best)) if language == "zh" else np.zeros(len(best))
    told = [pairs, *_of_places(store, groups, best, fused[:RESCORED])]
    return rows, fused, np.column_stack([legs[:RESCORED], *told]).astype(np.float32)


def _nearest(store: Store, query: str, depth: int) -> tuple[Any, Any]:
    return store.dense.search(store.embedder.embed([normalize(query)])[0], depth)


def _of_places(store: Store, groups: Sequence[Group], rows: Any, fused: Any) -> tuple[Any, Any, Any]:
    """The shares of `groups` that each of the passages `rows` holds, alone and with those around it, rare ones counting
    more, and the best score of one around it, normalised."""
    peaks, found = store.lexical.held(groups, rows)
    passages = [store.passage(int(row)) for row in rows]
    ids = np.unique([p.article_id for p in passages], return_inverse=True)[1]
    starts = np.array([p.start for p in passages])
    around = (ids[:, None] == ids) & (abs(starts[:, None] - starts) < AROUND)
    total = max(float(peaks.sum()), 1e-6)
    together = (found.astype(np.float32) @ around) > 0
    np.fill_diagonal(around, False)
    beside = np.where(around, fused, fused.min()).max(1)
    return peaks @ found / total, peaks @ together / total, _z(beside)


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
    return [
        Hit(store.passage(int(rows[i])), float(scores[i]), rank, int(rows[i]))
        for rank, i in enumerate(order, 1)
    ]
