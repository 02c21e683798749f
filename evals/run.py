"""Runs the question set over a store and prints the table. ``xinwen eval`` starts it."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.ask import ask
from bot.library import Library
from bot.names import standalone
from bot.question import read_question, search_groups
from bot.records import Answer
from bot.settings import Settings
from evals.metrics import Span, first_rank, mrr_at, overlaps, percentile, precision_recall, recall_at
from evals.records import Question, read_questions
from index.search import Leg, search
from index.store import Store, StoreError

QUESTIONS = Path(__file__).parent / "questions.jsonl"
LEGS: tuple[Leg, ...] = ("bm25", "dense", "fused")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question."""

    id: str
    split: str
    kind: str
    question: str
    answer: str
    refused: bool
    right: bool
    cited: int
    cited_right: int
    gold: int
    gold_cited: int
    span_law: bool
    milliseconds: float


def judge(
    question: Question, answer: Answer, gold: Sequence[Span], store: Store, milliseconds: float
) -> Outcome:
    """`answer` held against `question`: right if it holds every gold answer and nothing forbidden, or refuses as it must."""
    said = answer.answer.lower()
    holds = all(any(form.lower() in said for form in group) for group in question.answers)
    clean = not any(form.lower() in said for form in question.forbidden)
    cited = [(c.source_id, c.start, c.end) for c in answer.citations] if not answer.refused else []
    return Outcome(
        id=question.id,
        split=question.split,
        kind=question.kind,
        question=question.question,
        answer=answer.answer,
        refused=answer.refused,
        right=answer.refused if question.refuse else holds and clean and not answer.refused,
        cited=len(cited),
        cited_right=sum(any(overlaps(c, g) for g in gold) for c in cited),
        gold=len(set(gold)),
        gold_cited=len({g for g in gold if any(overlaps(c, g) for c in cited)}),
        span_law=all(store.source(c.source_id).text[c.start : c.end] == c.quote for c in answer.citations),
        milliseconds=milliseconds,
    )


def gold_spans(question: Question, store: Store) -> list[Span]:
    """The question's gold spans in the store's sources. Raises `ValueError` where the text says something else."""
    by_file = {row["file"]: row["id"] for row in store.source_rows}
    spans = []
    for gold in question.spans:
        source_id = by_file.get(gold.file, "")
        if not source_id or store.source(source_id).text[gold.start : gold.end] != gold.quote:
            raise ValueError(
                f"{question.id}: {gold.file} [{gold.start}:{gold.end}] is not {gold.quote!r} in this store"
            )
        spans.append((source_id, gold.start, gold.end))
    return spans


def run(questions: Sequence[Question], store: Store) -> tuple[list[Outcome], dict[str, Any]]:
    """The outcome of each question and the measures over all of them."""
    from tqdm import tqdm

    outcomes = []
    ranks: dict[Leg, list[int | None]] = {leg: [] for leg in LEGS}
    for question in tqdm(questions, desc="asking", disable=None):
        gold = gold_spans(question, store)
        started = time.perf_counter()
        answer = ask(question.question, store, question.history)
        outcomes.append(judge(question, answer, gold, store, 1000 * (time.perf_counter() - started)))
        if gold:
            asked = read_question(standalone(question.question, question.history), store)
            for leg in LEGS:
                hits = search(store, asked.text, 10, asked.language, leg, search_groups(asked, store))
                ranks[leg].append(
                    first_rank([(h.passage.source_id, h.passage.start, h.passage.end) for h in hits], gold)
                )
    parts = {"all": outcomes} | {s: [o for o in outcomes if o.split == s] for s in ("dev", "test")}
    measures: dict[str, Any] = {name: _measures(part, questions) for name, part in parts.items() if part}
    measures["retrieval"] = {
        leg: {"R@1": recall_at(1, r), "R@5": recall_at(5, r), "MRR@10": mrr_at(10, r)}
        for leg, r in ranks.items()
    }
    return outcomes, measures


def _measures(outcomes: Sequence[Outcome], questions: Sequence[Question]) -> dict[str, float]:
    must_refuse = {q.id for q in questions if q.refuse}
    answerable = [o for o in outcomes if o.id not in must_refuse]
    unanswerable = [o for o in outcomes if o.id in must_refuse]
    answered = [o for o in answerable if not o.refused]
    cited = precision_recall(sum(o.cited_right for o in answered), sum(o.cited for o in answered), 0)[0]
    found = precision_recall(sum(o.gold_cited for o in answerable), 0, sum(o.gold for o in answerable))[1]
    refused = sum(o.refused for o in outcomes)
    precision, recall = precision_recall(sum(o.refused for o in unanswerable), refused, len(unanswerable))
    times = [o.milliseconds for o in outcomes]
    return {
        "questions": len(outcomes),
        "answerable": len(answerable),
        "answer accuracy": sum(o.right for o in answerable) / max(1, len(answerable)),
        "answerable but refused": sum(o.refused for o in answerable) / max(1, len(answerable)),
        "cited-span precision": cited,
        "cited-span recall": found,
        "refusal precision": precision,
        "refusal recall": recall,
        "span law": float(all(o.span_law for o in outcomes)),
        "latency p50 (ms)": percentile(times, 0.5),
        "latency p95 (ms)": percentile(times, 0.95),
    }


def table(measures: dict[str, Any]) -> str:
    """The measures as markdown tables."""
    parts = [name for name in ("all", "dev", "test") if name in measures]
    lines = ["| measure | " + " | ".join(parts) + " |", "| --- |" + " ---: |" * len(parts)]
    for name in measures["all"]:
        values = [measures[part][name] for part in parts]
        lines.append(
            f"| {name} | "
            + " | ".join(
                f"{v:d}" if isinstance(v, int) else f"{v:.3f}" if "ms" not in name else f"{v:.1f}"
                for v in values
            )
            + " |"
        )
    lines += ["", "| leg | R@1 | R@5 | MRR@10 |", "| --- | ---: | ---: | ---: |"]
    lines += [
        f"| {leg} | " + " | ".join(f"{v:.3f}" for v in m.values()) + " |"
        for leg, m in measures["retrieval"].items()
    ]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Runs the set named on the command line; 0 when it ran, 1 with a line on stderr when it could not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(argv)
    try:
        store = Library(Settings(), options.store).store()
        questions = list(read_questions(options.questions))
        outcomes, measures = run(questions, store)
    except (StoreError, OSError, ValueError) as error:
        print(f"xinwen: {error}", file=sys.stderr)
        return 1
    print(table(measures))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        rows = {
            "date": date.today().isoformat(),
            "command": "make eval",
            "measures": measures,
            "outcomes": [asdict(o) for o in outcomes],
        }
        (options.out / "seeds.json").write_text(
            json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
        (options.out / "seeds.md").write_text(table(measures) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
