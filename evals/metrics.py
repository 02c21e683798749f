"""The measures, under the field's names. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from math import ceil, comb, log2
from operator import itemgetter

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
    """R@k where each question has one right passage, Success@k where it may have more: the share of questions
    whose first right passage stands among the first `k`.

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


def recall_of(k: int, ranks: Sequence[int], right: int) -> float:
    """R@k of one question: the share of its `right` passages that stand, at `ranks`, among the first `k`.

    >>> recall_of(5, [1, 4, 9], 4)
    0.5
    """
    return sum(rank <= k for rank in ranks) / right if right else 1.0


def ndcg_at(k: int, ranks: Sequence[int], right: int) -> float:
    """nDCG@k of one question (Järvelin and Kekäläinen 2002): its `right` passages all count 1, and stand at `ranks`.

    >>> ndcg_at(10, [1], 1), ndcg_at(10, [3], 1), ndcg_at(10, [11], 1)
    (1.0, 0.5, 0.0)
    """
    best = sum(1 / log2(rank + 1) for rank in range(1, min(k, right) + 1))
    return sum(1 / log2(rank + 1) for rank in ranks if rank <= k) / best if best else 1.0


def risk_coverage(confidences: Sequence[float | None], right: Sequence[bool]) -> list[float]:
    """The risk at each coverage 1/n … n/n (El-Yaniv and Wiener 2010): the share of wrong ones among the most
    confident answers. None is no answer: it comes last, and counts as wrong. Ties are shared out evenly.

    >>> risk_coverage([0.9, 0.2, 0.5], [True, False, True])
    [0.0, 0.0, 0.3333333333333333]
    """
    ranked = sorted(
        ((-1.0 if c is None else c, r) for c, r in zip(confidences, right, strict=True)), reverse=True
    )
    risks: list[float] = []
    wrong = 0.0
    for level, group in groupby(ranked, key=itemgetter(0)):
        tied = [r for _, r in group]
        share = 1.0 if level < 0 else tied.count(False) / len(tied)
        for _ in tied:
            wrong += share
            risks.append(wrong / (len(risks) + 1))
    return risks


def aurc(confidences: Sequence[float | None], right: Sequence[bool]) -> float:
    """The area under the risk–coverage curve (Geifman and El-Yaniv 2017): lower is better, 0 if all is right.

    >>> aurc([0.9, 0.2], [True, False]), aurc([0.2, 0.9], [True, False]), aurc([0.5, 0.5], [True, False])
    (0.25, 0.75, 0.5)
    """
    risks = risk_coverage(confidences, right)
    return sum(risks) / len(risks) if risks else 0.0


def mcnemar(better: int, worse: int) -> float:
    """The exact two-sided p of McNemar's test: how likely so uneven a split of `better` and `worse` is by chance.

    >>> mcnemar(0, 0), mcnemar(3, 3), mcnemar(6, 0)
    (1.0, 1.0, 0.03125)
    """
    n = better + worse
    tail = sum(comb(n, i) for i in range(min(better, worse) + 1))
    return min(1.0, float(tail / 2 ** (n - 1))) if n else 1.0


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
