"""Runs a question set over a store: prints the tables, writes the results and a page, compares, holds to gates.

``xinwen eval`` starts it. The results are ``NAME.json`` (every answer), ``NAME.md`` (the tables) and ``NAME.html``
(a page to read) in the folder that --out names; NAME is ``seeds`` for the project's own set, else its file's.
Exit codes: 0 done, 4 a gate has fallen, 1 anything else.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from bot.ask import ask
from bot.library import Library
from bot.settings import Settings
from evals.compare import compared
from evals.gates import GATES, fallen, read_gates
from evals.gold import gold_spans, problems, store_without
from evals.marking import LEGS, Outcome, mark
from evals.measures import Measure, measures, retrieval, shown
from evals.page import page
from evals.records import Question, read_questions
from index.store import Store, StoreError

QUESTIONS = Path(__file__).parent / "questions.jsonl"
FIRST = "q116"  # the last of the plain questions that the set began with
FALLEN = 4
Measured = dict[str, dict[str, Measure]]  # by part of the set, or by leg of the search


def run(questions: Sequence[Question], store: Store) -> tuple[list[Outcome], Measured]:
    """The outcome of each question, and the measures over all and over parts of them."""
    from tqdm import tqdm

    with tempfile.TemporaryDirectory() as folder:
        cut = list(dict.fromkeys(gold for q in questions for gold in q.without))
        less = store_without(cut, store, Path(folder)) if cut else store
        # What is loaded at the first question is no part of a question's latency.
        ask(questions[0].question, store)
        outcomes = [
            _asked(question, less if question.without else store)
            for question in tqdm(questions, desc="asking", disable=None)
        ]
    return outcomes, measured(outcomes)


def _asked(question: Question, store: Store) -> Outcome:
    gold = gold_spans(question, store)
    started = time.perf_counter()
    answer = ask(question.question, store, question.history)
    return mark(question, answer, gold, store, 1000 * (time.perf_counter() - started))


def measured(outcomes: Sequence[Outcome]) -> Measured:
    """The measures of all, of `dev` and `test`, of the plain questions that the set began with, and of each leg."""
    parts = {"all": list(outcomes)}
    parts |= {split: [o for o in outcomes if o.split == split] for split in ("dev", "test")}
    parts["first"] = [o for o in outcomes if "q001" <= o.id <= FIRST]
    return {name: measures(part) for name, part in parts.items() if part} | retrieval(outcomes)


def table(found: Mapping[str, Mapping[str, Measure]]) -> str:
    """The measures as markdown tables."""
    parts = [name for name in ("dev", "test") if name in found]
    lines = [f"| measure | all | 95% interval | questions | {' | '.join(parts)} |"]
    lines += ["| --- | ---: | ---: | ---: |" + " ---: |" * len(parts)]
    for name, m in found["all"].items():
        others = [shown(name, found[part][name].value) if name in found[part] else "" for part in parts]
        interval = f"{shown(name, m.low)} – {shown(name, m.high)}"
        lines.append(f"| {name} | {shown(name, m.value)} | {interval} | {m.n} | {' | '.join(others)} |")
    legs = [leg for leg in LEGS if found.get(leg)]
    if legs:
        lines += ["", f"| leg | {' | '.join(found[legs[0]])} |", "| --- |" + " ---: |" * len(found[legs[0]])]
        lines += [
            f"| {leg} | " + " | ".join(f"{m.value:.3f}" for m in found[leg].values()) + " |" for leg in legs
        ]
    return "\n".join(lines)


def write(
    out: Path, name: str, questions: Sequence[Question], outcomes: Sequence[Outcome], found: Measured
) -> None:
    """The results as JSON, a line an answer so that two runs can be told apart, as tables, and as a page."""
    out.mkdir(parents=True, exist_ok=True)
    head = {
        "date": date.today().isoformat(),
        "command": "make eval" if name == "seeds" else f"xinwen eval --questions {name}.jsonl",
        "measures": {part: {n: asdict(m) for n, m in ms.items()} for part, ms in found.items()},
    }
    rows = ",\n".join(json.dumps(asdict(o), ensure_ascii=False) for o in outcomes)
    start = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    (out / f"{name}.json").write_text(f'{start},\n "outcomes": [\n{rows}\n]}}\n', "utf-8")
    (out / f"{name}.md").write_text(table(found) + "\n", "utf-8")
    (out / f"{name}.html").write_text(page(questions, outcomes, found), "utf-8")


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("xinwen eval", description=__doc__.split("\n")[0])
    parser.add_argument("--store", type=Path)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--compare", type=Path)
    parser.add_argument("--gates", type=Path, nargs="?", const=GATES)
    parser.add_argument("--check", action="store_true")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Runs the set named on the command line."""
    options = _options(argv)
    try:
        return _main(options)
    except (StoreError, OSError, ValueError) as error:
        print(f"xinwen: {error}", file=sys.stderr)
        return 1


def _main(options: argparse.Namespace) -> int:
    store = Library(Settings(), options.store).store()
    questions = list(read_questions(options.questions))
    if not questions:
        raise ValueError(
            f"{options.questions} holds no question: set `accepted` to true in the drafts that are good"
        )
    if options.check:
        wrong = list(problems(questions, store))
        print(*wrong, f"{len(questions)} questions, {len(wrong)} problems", sep="\n")
        return int(bool(wrong))
    before = json.loads(options.compare.read_text("utf-8")) if options.compare else {}
    if options.compare and "outcomes" not in before:
        raise ValueError(
            f"{options.compare} is not the results of a run: `xinwen eval --out DIR` writes them"
        )
    gates = read_gates(options.gates) if options.gates else []
    outcomes, found = run(questions, store)
    print(table(found))
    if before:
        print("", *compared(before, outcomes, found), sep="\n")
    if options.out:
        name = "seeds" if options.questions == QUESTIONS else options.questions.stem
        write(options.out, name, questions, outcomes, found)
    lines = fallen(gates, found)
    print(*(f"gate fallen: {line}" for line in lines), sep="\n", file=sys.stderr, end="\n" if lines else "")
    return FALLEN if lines else 0


if __name__ == "__main__":
    sys.exit(main())
