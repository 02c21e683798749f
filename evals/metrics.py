"""The measures, under the field's names. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

Span = tuple[str, int, int]


def overlaps(a: Span, b: Span) -> bool:
    """Whether two spans (source, start, end) share a character.

    >>> overlaps(("s", 0, 5), ("s", 4, 9)), overlaps(("s", 0, 5), ("s", 5, 9))
    (True, False)
    """
    return a[0] == b[0] and a[1] < b[2] and b[1] < a[2]


def first_rank(found: Sequence[Span], gold: Sequence[Span]) -> int | None:
    """The rank, from 1, of the first of `found` that overlaps a gold span; None if none does."""
    return next((rank for rank, f in enumerate(found, 1) if any(overlaps(f, g) for g in gold)), None)


def recall_at(k: int, ranks: Sequence[int | None]) -> float:
    """R@k: the share of questions whose first right passage stands among the first `k`.

    >>> recall_at(5, [1, 6, None, 3])
    0.5
    """
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks) if ranks else 0.0


def mrr_at(k: int, ranks: Sequence[int | None]) -> float:
    """MRR@k: the mean of 1 / rank of the first right passage, 0 beyond `k`.

    >>> mrr_at(10, [1, 2, None, 11])
    0.375
    """
    return sum(1 / rank for rank in ranks if rank is not None and rank <= k) / len(ranks) if ranks else 0.0


def precision_recall(right: int, given: int, wanted: int) -> tuple[float, float]:
    """Precision and recall; 1.0 where nothing was given or wanted.

    >>> precision_recall(3, 4, 6)
    (0.75, 0.5)
    """
    return (right / given if given else 1.0), (right / wanted if wanted else 1.0)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile.

    >>> percentile([4.0, 1.0, 3.0, 2.0], 0.5)
    2.0
    """
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share) - 1)] if ordered else 0.0
