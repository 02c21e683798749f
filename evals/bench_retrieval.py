"""Retrieval on public question sets: each question's own article among the others, in one table.

    python -m evals.bench_retrieval            prints the table and writes evals/results/bench_retrieval.md

The sets are read from the folder that XINWEN_BENCH names. An article counts as found where its best passage
stands. Rows: BM25 over words cut at white space (LangChain's default) and over jieba terms, the vectors alone,
both by reciprocal rank (Cormack et al. 2009), and the product's own fusion; and any other model that
--embedder names.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from bot.question import read_question, search_groups
from evals.gates import fallen, read_gates
from evals.measures import Measure
from evals.metrics import mrr_at, percentile, recall_at
from index.build import store_of
from index.corpora import read_lines
from index.embed import load_embedder
from index.search import Hit, Language, search
from index.store import Store
from index.terms import terms
from ingest.records import content_id

K = 10
DEPTH = 60
NEWS = 5_000


@dataclass(frozen=True, slots=True)
class Bench:
    """A set: its questions with the id of the article that answers each, and all articles by id."""

    name: str
    language: Language
    questions: tuple[tuple[str, str], ...]
    articles: dict[str, str]


def benches(data: Path) -> Iterator[Bench]:
    """The sets in `data`. Raises `FileNotFoundError` if one is missing."""
    xquad = list(read_lines(data / "bench_xquad_en_zh.jsonl.gz"))
    for language, field in (("en", "question_en"), ("zh", "question")):
        yield _bench(f"XQuAD {language}", language, xquad, field, "context")  # type: ignore[arg-type]
    yield _bench(
        "CMRC 2018", "zh", list(read_lines(data / "bench_cmrc2018_dev.jsonl.gz")), "question", "context"
    )
    crud = _bench("CRUD", "zh", list(read_lines(data / "bench_crud_qa.jsonl.gz")), "question", "text")
    news = islice(read_lines(data / "news_crud.jsonl.xz"), NEWS)
    yield Bench(
        crud.name, "zh", crud.questions, crud.articles | {content_id(r["text"]): r["text"] for r in news}
    )


def _bench(name: str, language: Language, rows: list[dict[str, Any]], question: str, text: str) -> Bench:
    asked = tuple((r[question], content_id(r[text])) for r in rows)
    return Bench(name, language, asked, {content_id(r[text]): r[text] for r in rows})


def rank_of(found: Sequence[str], gold: str) -> int | None:
    """The rank of `gold` among the distinct articles `found`, from 1; None if it is not there."""
    distinct = list(dict.fromkeys(found))
    return distinct.index(gold) + 1 if gold in distinct else None


def fused_by_rank(legs: Sequence[Sequence[Hit]]) -> list[str]:
    """Article ids by reciprocal rank fusion with the usual constant of 60."""
    scores: dict[tuple[str, int], float] = {}
    for hits in legs:
        for hit in hits:
            key = (hit.passage.article_id, hit.passage.start)
            scores[key] = scores.get(key, 0.0) + 1 / (60 + hit.rank)
    return [article for article, _ in sorted(scores, key=lambda key: -scores[key])]


def white_space(store: Store, questions: Sequence[str]) -> list[list[str]]:
    """What BM25 finds where words are cut at white space, as LangChain's retriever does by default."""
    import bm25s

    model = bm25s.BM25(method="lucene")
    texts = [store.text(store.passage(row)).split() for row in range(len(store.passages))]
    model.index(texts, show_progress=False)
    rows, scores = model.retrieve([q.split() for q in questions], k=K, show_progress=False)
    return [
        [store.passage(int(r)).article_id for r, s in zip(found, score, strict=True) if s > 0]
        for found, score in zip(rows, scores, strict=True)
    ]


def measure(bench: Bench, store: Store) -> tuple[dict[str, list[int | None]], list[float]]:
    """The rank of each question's article by each method, and the milliseconds of the product's own search."""
    from tqdm import tqdm

    ranks: dict[str, list[int | None]] = {
        name: [] for name in ("BM25, jieba", "dense", "reciprocal rank", "ours")
    }
    times = []
    for question, gold in tqdm(bench.questions, desc=bench.name, disable=None):
        plain = _plain_groups(question)
        bm25 = search(store, question, DEPTH, "zh", "bm25", plain)
        dense = search(store, question, DEPTH, bench.language, "dense")
        started = time.perf_counter()
        ours = search(
            store,
            question,
            DEPTH,
            bench.language,
            groups=search_groups(read_question(question, store), store),
        )
        times.append(1000 * (time.perf_counter() - started))
        found = {
            "BM25, jieba": [h.passage.article_id for h in bm25],
            "dense": [h.passage.article_id for h in dense],
            "reciprocal rank": fused_by_rank([bm25, dense]),
            "ours": [h.passage.article_id for h in ours],
        }
        for name, ids in found.items():
            ranks[name].append(rank_of(ids, gold))
    space = white_space(store, [q for q, _ in bench.questions])
    golds = [gold for _, gold in bench.questions]
    return {"BM25, white space": [rank_of(f, g) for f, g in zip(space, golds, strict=True)]} | ranks, times


def _plain_groups(question: str) -> list[Any]:
    from index.lexical import Group

    return [Group((term,)) for term in terms(question)]


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("XINWEN_BENCH", "../shared/data")))
    parser.add_argument("--embedder", default="", help="a sentence-transformers model, by name or folder")
    parser.add_argument("--only", default="", help="the set whose name begins so")
    parser.add_argument("--out", type=Path, help="a file for the table")
    options = parser.parse_args()
    embedder = load_embedder(options.embedder)
    head = f"`python -m evals.bench_retrieval{' --embedder ' + options.embedder if options.embedder else ''}`, {date.today().isoformat()}"
    lines = [f"| {head} | method | R@1 | R@5 | R@10 | MRR@10 |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    ours: dict[str, dict[str, Measure]] = {}
    for bench in benches(options.data):
        if not bench.name.startswith(options.only):
            continue
        with tempfile.TemporaryDirectory() as folder:
            ranks, times = measure(bench, store_of(bench.articles.values(), Path(folder), embedder))
        first = recall_at(1, ranks["ours"])
        ours[bench.name] = {"R@1": Measure(first, first, first, len(ranks["ours"]))}
        for name, found in ranks.items():
            values = (*(recall_at(k, found) for k in (1, 5, 10)), mrr_at(K, found))
            lines.append(f"| {bench.name} | {name} | " + " | ".join(f"{v:.3f}" for v in values) + " |")
        print(
            "\n".join(lines[-5:]),
            f"p50 {percentile(times, 0.5):.1f} ms, p95 {percentile(times, 0.95):.1f} ms",
            flush=True,
        )
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", "utf-8")
    low = fallen([gate for gate in read_gates(on="bench") if gate.part in ours], ours)
    if low:
        sys.exit("\n".join(f"gate fallen: {line}" for line in low))


if __name__ == "__main__":
    main()
