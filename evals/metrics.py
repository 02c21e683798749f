"""The measures, under the field's names. Pure functions."""

from __future__ import annotations

import re
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


def cmrc_f1(said: str, golds: Sequence[str]) -> tuple[float, float]:
    """EM and F1 of a short answer by CMRC 2018's rule: over characters, the longest common run, the best gold.

    >>> cmrc_f1("1998年5月", ["1998年5月。"]), cmrc_f1("北京市", ["北京"])
    ((1.0, 1.0), (0.0, 0.8))
    """
    mine = _characters(said)
    best = (0.0, 0.0)
    for gold in map(_characters, golds):
        common = _longest_run(mine, gold)
        f1 = 2 * common / (len(mine) + len(gold)) if common else 0.0
        best = max(best, (float(mine == gold and bool(gold)), f1), key=lambda pair: (pair[0], pair[1]))
    return best


def _characters(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+|[^\W_]", text.lower())


def _longest_run(a: Sequence[str], b: Sequence[str]) -> int:
    best = 0
    row = [0] * (len(b) + 1)
    for x in a:
        row = [0] + [row[j] + 1 if x == y else 0 for j, y in enumerate(b)]
        best = max(best, *row)
    return best
