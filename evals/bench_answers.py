"""Answers on public question sets, with no language model: is the gold answer in what is said, and how early?

    python -m evals.bench_answers             prints the tables and writes evals/results/bench_answers.md

CRUD: news questions over their articles and 3,000 others. CMRC 2018 (dev): encyclopaedia questions over its 848
paragraphs; EM and F1 of the short answer by the set's own rule; and the questions of every second paragraph
again over a store without those paragraphs, when there is nothing to answer. XQuAD: the same questions in Chinese and
in English over 240 Chinese paragraphs.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from bot.ask import ask
from bot.reader import Reader
from bot.records import Answer
from evals.metrics import cmrc_f1, percentile
from index.build import store_of
from index.corpora import read_lines
from index.embed import load_embedder
from index.store import Store

NEWS = 3_000
_MARKER = re.compile(r"\s*\[\d+\]")


def plain(text: str) -> str:
    """`text` without markers, punctuation and blanks."""
    return re.sub(r"[\W_]+", "", _MARKER.sub("", text)).lower()


def holds(answer: Answer, golds: Sequence[str], limit: int) -> bool:
    """Whether one of `golds` stands in the first `limit` characters of what the answer says."""
    said = plain(_MARKER.sub("", answer.answer)[:limit])
    return not answer.refused and any(plain(gold) in said for gold in golds)


def asked(store: Store, questions: Sequence[str], reader: Reader, name: str) -> list[Answer]:
    """The answers, with a progress bar."""
    from tqdm import tqdm

    return [ask(question, store, reader=reader) for question in tqdm(questions, desc=name, disable=None)]


def share(values: Sequence[bool | float]) -> float:
    """The mean, 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def crud(data: Path, reader: Reader, limit: int) -> list[tuple[str, float]]:
    """The figures on the news questions."""
    rows = list(read_lines(data / "bench_crud_qa.jsonl.gz"))
    news = [r["text"] for r in islice(read_lines(data / "news_crud.jsonl.xz"), NEWS)]
    with tempfile.TemporaryDirectory() as folder:
        store = store_of([r["text"] for r in rows] + news, Path(folder), load_embedder())
        answers = asked(store, [r["question"] for r in rows][:limit], reader, "CRUD")
    pairs = list(zip(answers, rows, strict=False))
    return [
        ("CRUD: gold in the answer, 350 characters", share([holds(a, [r["answer"]], 350) for a, r in pairs])),
        ("CRUD: gold in its first 80 characters", share([holds(a, [r["answer"]], 80) for a, r in pairs])),
        ("CRUD: refused", share([a.refused for a in answers])),
        ("CRUD: p50 (ms)", percentile([a.timings_ms["total"] for a in answers], 0.5)),
    ]


def cmrc(data: Path, reader: Reader, limit: int) -> list[tuple[str, float]]:
    """The figures on the encyclopaedia questions."""
    rows = list(read_lines(data / "bench_cmrc2018_dev.jsonl.gz"))
    contexts = list(dict.fromkeys(r["context"] for r in rows))
    gone = set(contexts[::2])
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(contexts, Path(folder), load_embedder())
        step = max(1, len(rows) // limit)
        chosen = rows[::step]
        answers = asked(store, [r["question"] for r in chosen], reader, "CMRC")
    with tempfile.TemporaryDirectory() as folder:
        less = store_of([c for c in contexts if c not in gone], Path(folder), load_embedder())
        orphans = [r for r in chosen if r["context"] in gone]
        refused = asked(less, [r["question"] for r in orphans], reader, "CMRC, paragraph removed")
    scores = [
        cmrc_f1("" if a.refused else _MARKER.sub("", a.answer.split("\n")[0]), r["answers"])
        for a, r in zip(answers, chosen, strict=True)
    ]
    return [
        (
            "CMRC: gold in the answer, 200 characters",
            share([holds(a, r["answers"], 200) for a, r in zip(answers, chosen, strict=True)]),
        ),
        ("CMRC: EM", share([em for em, _ in scores])),
        ("CMRC: F1", share([f1 for _, f1 in scores])),
        ("CMRC: refused", share([a.refused for a in answers])),
        ("CMRC, paragraph removed: refused", share([a.refused for a in refused])),
    ]


def xquad(data: Path, reader: Reader, limit: int) -> list[tuple[str, float]]:
    """The figures on the same questions in two languages; an English answer counts if it holds the Chinese words."""
    rows = list(read_lines(data / "bench_xquad_en_zh.jsonl.gz"))
    chosen = rows[:: max(1, len(rows) // limit)]
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        store = store_of([r["context"] for r in rows], Path(folder), load_embedder())
        for name, field in (("XQuAD zh", "question"), ("XQuAD en", "question_en")):
            answers = asked(store, [r[field] for r in chosen], reader, name)
            right = [holds(a, r["answers"], 200) for a, r in zip(answers, chosen, strict=True)]
            figures += [(f"{name}: gold in the answer, 200 characters", share(right))]
            figures += [(f"{name}: refused", share([a.refused for a in answers]))]
    return figures


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("XINWEN_BENCH", "../shared/data")))
    parser.add_argument("--limit", type=int, default=5000, help="about how many questions of each set")
    parser.add_argument("--out", type=Path, help="a file for the table")
    options = parser.parse_args()
    reader = Reader()
    figures: list[tuple[str, Any]] = [
        figure for of in (crud, cmrc, xquad) for figure in of(options.data, reader, options.limit)
    ]
    lines = [
        f"| `python -m evals.bench_answers --limit {options.limit}`, {date.today().isoformat()} | |",
        "| --- | ---: |",
    ]
    lines += [f"| {name} | {value:.3f} |" for name, value in figures]
    print("\n".join(lines))
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
