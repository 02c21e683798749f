"""The measures, worked by hand and against the field's own implementation."""

import random
from typing import Any

import ir_measures
import pytest
from ir_measures import RR, R, Success, nDCG

from evals.compare import compared
from evals.marking import Outcome
from evals.measures import measures, paired
from evals.metrics import aurc, mcnemar, mrr_at, ndcg_at, recall_at, recall_of, risk_coverage

_PLAIN: dict[str, Any] = {
    "split": "dev", "kind": "what", "must_refuse": False, "answer": "", "refused": False, "right": True,
    "reason_right": None, "cited": (), "gold": 0, "gold_cited": 0, "exact": None, "f1": None, "listed": 0,
    "listed_right": 0, "listed_held": 0, "wanted": 0, "conflict": False, "span_law": True, "found": {}, "milliseconds": 1.0,
}  # fmt: skip


def outcome(id_: str, **fields: Any) -> Outcome:
    """An outcome that is right and plain but for `fields`."""
    row = _PLAIN | {"id": id_, "question": f"{id_}?"} | fields
    return Outcome(confidence=None if row["refused"] else 0.5, **row)


def test_retrieval_measures_are_those_of_ir_measures() -> None:
    rng = random.Random(1)
    relevant = {str(q): {str(d) for d in rng.sample(range(30), rng.randint(1, 6))} for q in range(40)}
    found = {q: [str(d) for d in rng.sample(range(30), 10)] for q in relevant}
    qrels = {q: dict.fromkeys(ids, 1) for q, ids in relevant.items()}
    run = {q: {d: 10.0 - at for at, d in enumerate(ids)} for q, ids in found.items()}
    theirs = ir_measures.calc_aggregate([Success @ 1, R @ 5, RR @ 10, nDCG @ 10], qrels, run)
    ranks = {q: [at for at, d in enumerate(found[q], 1) if d in relevant[q]] for q in relevant}
    firsts = [min(r, default=None) for r in ranks.values()]
    assert recall_at(1, firsts) == pytest.approx(theirs[Success @ 1])
    assert mrr_at(10, firsts) == pytest.approx(theirs[RR @ 10])
    mean = sum(recall_of(5, ranks[q], len(relevant[q])) for q in relevant) / 40
    assert mean == pytest.approx(theirs[R @ 5])
    mean = sum(ndcg_at(10, ranks[q], len(relevant[q])) for q in relevant) / 40
    assert mean == pytest.approx(theirs[nDCG @ 10])


def test_ndcg_by_hand() -> None:
    # Ranks 1 and 3 of two right ones: (1 + 1/2) / (1 + 1/log2(3))
    assert ndcg_at(10, [1, 3], 2) == pytest.approx(1.5 / 1.63093, abs=1e-5)


def test_risk_and_coverage_by_hand() -> None:
    # A right, B wrong, C refused: 0/1, 1/2, 2/3.
    assert risk_coverage([0.9, 0.4, None], [True, False, True]) == [0, 1 / 2, 2 / 3]
    assert aurc([0.9, 0.4, None], [True, False, True]) == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)
    assert aurc([0.4, 0.9], [True, False]) > aurc([0.9, 0.4], [True, False])


def test_measures_by_hand() -> None:
    found = measures(
        [
            outcome(
                "a",
                kind="list",
                right=True,
                listed=2,
                listed_right=2,
                wanted=3,
                listed_held=2,
                gold=2,
                gold_cited=1,
            ),
            outcome(
                "b",
                kind="list",
                right=False,
                listed=2,
                listed_right=1,
                wanted=1,
                listed_held=1,
                gold=2,
                gold_cited=2,
            ),
            outcome("c", must_refuse=True, refused=True, right=True),
            outcome("d", must_refuse=True, refused=False, right=False),
            outcome("e", must_refuse=False, refused=True, right=False, gold=1, wanted=1),
        ]
    )
    values = {name: measure.value for name, measure in found.items()}
    assert values["answer accuracy"] == pytest.approx(1 / 3)
    assert (values["list precision"], values["list recall"]) == (3 / 4, 3 / 4)
    assert values["citation recall"] == 3 / 5
    assert (values["refusal precision"], values["refusal recall"]) == (1 / 2, 1 / 2)
    assert values["answerable but refused"] == pytest.approx(1 / 3)
    assert "conflict recall" not in values  # nothing was asked that could tell
    assert all(m.low <= m.value <= m.high for m in found.values())


def test_an_interval_narrows_with_more_questions_and_is_always_the_same() -> None:
    few = [outcome(str(i), right=i % 2 == 0) for i in range(20)]
    some, more = measures(few)["answer accuracy"], measures(few * 20)["answer accuracy"]
    assert some == measures(few)["answer accuracy"]
    # The normal approximation of a share of one half: 1.96 × √(0.25 / n) to either side.
    assert some.high - some.low == pytest.approx(2 * 1.96 * (0.25 / 20) ** 0.5, rel=0.2)
    assert more.high - more.low == pytest.approx(2 * 1.96 * (0.25 / 400) ** 0.5, rel=0.2)


def test_a_comparison_names_what_changed_and_hides_test() -> None:
    before = [outcome("a", right=True), outcome("b", right=False), outcome("t", split="test", right=True)]
    after = [
        outcome("a", right=False, answer="now wrong"),
        outcome("b", right=True, answer="now right"),
        outcome("t", split="test", right=False, answer="a secret"),
    ]
    rows = [{"id": o.id, "question": o.question, "right": o.right, "answer": o.answer} for o in before]
    lines = compared({"date": "then", "outcomes": rows, "measures": {}}, after, {"all": measures(after)})
    text = "\n".join(lines)
    assert "1 mended, 2 broken" in text and "broken: a" in text and "mended: b" in text
    assert "now wrong" in text and "a secret" not in text and "1 questions of `test`" in text


def test_paired_tests_by_hand() -> None:
    assert mcnemar(1, 9) == pytest.approx(2 * (1 + 10) / 1024)
    low, high = paired([0.0] * 50, [1.0] * 50)
    assert (low, high) == (1.0, 1.0)
