"""Outcomes to measures, each with the interval in which 95 of 100 bootstrapped question sets have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.marking import LEGS, Outcome
from evals.metrics import aurc, mrr_at, ndcg_at, percentile, recall_at, recall_of

RESAMPLED = 1000
SEED = 20240917
# What a question adds to a measure: a value and its weight; None if the measure is not about it.
Part = Callable[[Outcome], "tuple[float, float] | None"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A value and its 95% interval, over `n` questions."""

    value: float
    low: float
    high: float
    n: int


def _of(about: Callable[[Outcome], bool], value: Callable[[Outcome], float]) -> Part:
    return lambda o: (float(value(o)), 1.0) if about(o) else None


def _answerable(o: Outcome) -> bool:
    return not o.must_refuse


def _list(o: Outcome) -> bool:
    return o.kind == "list" and not o.must_refuse


def _share(about: Callable[[Outcome], bool], value: Callable[[Outcome], tuple[int, int]]) -> Part:
    return lambda o: value(o) if about(o) else None


# Each measure is the sum of its parts' values by the sum of their weights.
RATIOS: dict[str, Part] = {
    "answer accuracy": _of(_answerable, lambda o: o.right),
    "EM": _of(lambda o: o.exact is not None and not o.must_refuse, lambda o: o.exact or 0.0),
    "F1": _of(lambda o: o.f1 is not None and not o.must_refuse, lambda o: o.f1 or 0.0),
    "list precision": _share(lambda o: _list(o) and o.listed > 0, lambda o: (o.listed_right, o.listed)),
    "list recall": _share(_list, lambda o: (o.listed_held, o.wanted)),
    "citation precision": _share(
        lambda o: _answerable(o) and len(o.cited) > 0, lambda o: (sum(c.right for c in o.cited), len(o.cited))
    ),
    "citation recall": _share(lambda o: _answerable(o) and o.gold > 0, lambda o: (o.gold_cited, o.gold)),
    "refusal precision": _of(lambda o: o.refused, lambda o: o.must_refuse),
    "refusal recall": _of(lambda o: o.must_refuse, lambda o: o.refused),
    "refusal reason": _of(lambda o: o.reason_right is not None, lambda o: bool(o.reason_right)),
    "answerable but refused": _of(_answerable, lambda o: o.refused),
    "conflict recall": _of(lambda o: o.kind == "disagreement" and _answerable(o), lambda o: o.conflict),
    "span law": _of(lambda o: True, lambda o: o.span_law),
    "answer length (characters)": _of(lambda o: not o.refused, lambda o: len(o.answer)),
}
WHOLE: dict[str, Callable[[Sequence[Outcome]], float]] = {
    "AURC": lambda part: aurc([o.confidence for o in part], [o.right for o in part]),
    "latency p50 (ms)": lambda part: percentile([o.milliseconds for o in part], 0.5),
    "latency p95 (ms)": lambda part: percentile([o.milliseconds for o in part], 0.95),
}


def measures(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    """Every measure that `outcomes` have something to say about."""
    found = {name: ratio([p for o in outcomes if (p := part(o))]) for name, part in RATIOS.items()}
    whole = {name: _whole(outcomes, value) for name, value in WHOLE.items()} if outcomes else {}
    return {name: measure for name, measure in (found | whole).items() if measure}


def retrieval(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Measure]]:
    """Success@1, R@5, MRR@10 and nDCG@10 of each leg, over the questions that have gold spans."""
    out: dict[str, dict[str, Measure]] = {}
    for leg in LEGS:
        found = [o.found[leg] for o in outcomes if o.found]
        firsts = [min(f.ranks, default=None) for f in found]
        by_question = {
            "Success@1": [recall_at(1, [rank]) for rank in firsts],
            "R@5": [recall_of(5, f.ranks, f.right) for f in found],
            "MRR@10": [mrr_at(10, [rank]) for rank in firsts],
            "nDCG@10": [ndcg_at(10, f.ranks, f.right) for f in found],
        }
        made = {name: ratio([(value, 1.0) for value in values]) for name, values in by_question.items()}
        out[leg] = {name: measure for name, measure in made.items() if measure}
    return out


def ratio(parts: Sequence[tuple[float, float]]) -> Measure | None:
    """The sum of the values by the sum of the weights; None of no parts."""
    if not parts:
        return None
    table = np.array(parts, dtype=float)
    sums = table[_resampled(len(parts))].sum(1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], (0.025, 0.975))
    return Measure(float(table[:, 0].sum() / table[:, 1].sum()), float(low), float(high), len(parts))


def _whole(outcomes: Sequence[Outcome], value: Callable[[Sequence[Outcome]], float]) -> Measure:
    rows = _resampled(len(outcomes))[:200]
    low, high = np.quantile([value([outcomes[i] for i in row]) for row in rows], (0.025, 0.975))
    return Measure(value(outcomes), float(low), float(high), len(outcomes))


def _resampled(n: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The rows of each bootstrapped set (Efron 1979), always the same ones."""
    return np.random.default_rng(SEED).integers(0, n, (RESAMPLED, n))


def paired(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """The 95% interval of the mean gain of `after` over `before`, by a paired bootstrap."""
    gains = np.array(after, dtype=float) - np.array(before, dtype=float)
    low, high = np.quantile(gains[_resampled(len(gains))].mean(1), (0.025, 0.975))
    return float(low), float(high)


def shown(name: str, value: float) -> str:
    """`value` as text: a share with three decimals, what has a unit in its `name` with one."""
    return f"{value:.1f}" if "(" in name else f"{value:.3f}"
