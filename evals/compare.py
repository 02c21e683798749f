"""Two runs of a question set held against each other, question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.marking import Outcome
from evals.measures import Measure, paired, shown
from evals.metrics import mcnemar


def compared(
    before: Mapping[str, Any], outcomes: Sequence[Outcome], measures: Mapping[str, Mapping[str, Measure]]
) -> list[str]:
    """What changed since the run `before`, a results file's content, as lines; `test` questions only as counts.

    Raises `ValueError` if the two runs share no question.
    """
    then = {row["id"]: row for row in before["outcomes"]}
    both = [(then[o.id], o) for o in outcomes if o.id in then and then[o.id]["question"] == o.question]
    if not both:
        raise ValueError("the two runs have no question in common")
    better = [(b, o) for b, o in both if o.right and not b["right"]]
    worse = [(b, o) for b, o in both if b["right"] and not o.right]
    low, high = paired([b["right"] for b, _ in both], [o.right for _, o in both])
    gain = (len(better) - len(worse)) / len(both)
    lines = [
        f"against the run of {before['date']}: {len(both)} questions in common, {len(better)} mended, "
        f"{len(worse)} broken; right {gain:+.3f} [{low:+.3f}, {high:+.3f}], "
        f"McNemar's exact p = {mcnemar(len(better), len(worse)):.3f}"
    ]
    lines += [*_shown("mended", better), *_shown("broken", worse)]
    changed = sum(b["answer"] != o.answer and b["right"] == o.right for b, o in both)
    lines += [f"{changed} answers read otherwise, no better and no worse", "", *_moved(before, measures)]
    return lines


def _shown(what: str, pairs: Sequence[tuple[Mapping[str, Any], Outcome]]) -> list[str]:
    lines = []
    for b, o in pairs:
        if o.split != "test":
            was, now = (_line(text) for text in (b["answer"], o.answer))
            lines += [f"{what}: {o.id} ({o.kind}) {o.question}", f"    - {was}", f"    + {now}"]
    hidden = sum(o.split == "test" for _, o in pairs)
    return [*lines, f"{what}: {hidden} questions of `test`, not shown"] if hidden else lines


def _line(answer: str) -> str:
    line = " ".join(answer.split())
    return line if len(line) <= 110 else f"{line[:109]}…"


def _moved(before: Mapping[str, Any], measures: Mapping[str, Mapping[str, Measure]]) -> list[str]:
    """The measures of all questions, before and now."""
    then = before["measures"].get("all", {})
    lines = ["| measure | before | now | |", "| --- | ---: | ---: | ---: |"]
    for name, now in measures["all"].items():
        if name in then:
            was = then[name]["value"]
            lines.append(
                f"| {name} | {shown(name, was)} | {shown(name, now.value)} | {now.value - was:+.3f} |"
            )
    return lines
