"""What each part of retrieval is worth: the measures with that part left out, in one table.

    python -m evals.ablation            prints the table and writes evals/results/ablation.md

The questions on the seed articles: how many are answered right, and R@k of those with evidence; and the first --limit
questions of the public sets that ``evals.bench_retrieval`` measures.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import date
from pathlib import Path
from unittest.mock import patch

import numpy as np

import index.glossary
import index.search
from bot.names import mend_names, standalone
from bot.question import read_question, search_groups
from evals.bench_retrieval import DEPTH, Bench, benches, rank_of
from evals.gold import gold_spans
from evals.metrics import first_rank, recall_at
from evals.records import Question, read_questions
from evals.run import QUESTIONS, run
from index.build import build, store_of
from index.embed import Embedder, load_embedder
from index.lexicon import Lexicon, trade
from index.search import search
from index.store import Store
from ingest.read import read

SEEDS = Path("seeds")
TAGS = ("english", "traditional", "typo", "plain")
Ranks = Sequence[int | None]


@contextmanager
def _no_glossary() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder, patch("index.glossary.DATA", Path(folder)):
        for name in ("glossary.tsv", "swaps.tsv"):
            (Path(folder) / name).touch()
        index.glossary.forget()
        yield
    index.glossary.forget()


@contextmanager
def _no_table(target: str, instead: Callable[..., object]) -> Iterator[None]:
    """`target` replaced, and nothing kept of what was read with the other."""
    with patch(target, instead):
        index.glossary.forget()
        yield
    index.glossary.forget()


@contextmanager
def _as_spelt() -> Iterator[None]:
    """Names are taken as they are spelt."""
    with (
        patch("evals.ablation.mend_names", lambda text, _: (text, ())),
        patch("bot.ask.mend_names", lambda text, _: (text, ())),
    ):
        yield


@contextmanager
def unweighed(*names: str) -> Iterator[None]:
    """Search in which what `TOLD` calls `names` weighs nothing."""
    kept = np.array([name not in names for name in index.search.TOLD], dtype=np.float32)
    weights = {language: of * kept for language, of in index.search.weights().items()}
    none = dict.fromkeys(weights, 0.0) if "dense" in names else {}
    with patch("index.search.weights", lambda: weights), patch.dict(index.search.DENSE_WEIGHT, none):
        yield


# Each part with what leaves it out, and whether that changes the index too.
PARTS: dict[str, tuple[Callable[[], AbstractContextManager[object]], bool]] = {
    "nothing": (nullcontext, True),
    "vectors": (lambda: unweighed("dense"), False),
    "BM25": (
        lambda: patch("index.lexical.Lexical.scores", lambda self, _: np.zeros(self.count, dtype=np.float32)),
        False,
    ),
    "pairs of characters": (lambda: unweighed("pairs"), False),
    "the shares held": (lambda: unweighed("held", "held_around"), False),
    "the best around": (lambda: unweighed("best_around"), False),
    "dictionary": (
        lambda: patch.object(Lexicon, "translate", lambda _, phrase: trade(phrase)),
        False,
    ),
    "names mended": (_as_spelt, False),
    "traditional characters": (lambda: _no_table("index.terms._simplified", dict), True),
    "glossary": (_no_glossary, True),
    "swaps": (lambda: patch("index.build.is_spun", lambda _: False), True),
}


def seed_ranks(questions: Sequence[Question], store: Store) -> list[int | None]:
    """The rank of the first passage that holds a gold span, for each of `questions`."""
    ranks = []
    for question in questions:
        mended, _ = mend_names(standalone(question.question, question.history), store)
        asked = read_question(mended, store)
        hits = search(store, mended, DEPTH, asked.language, groups=search_groups(asked, store))
        found = [(h.passage.source_id, h.passage.start, h.passage.end) for h in hits]
        ranks.append(first_rank(found, gold_spans(question, store)))
    return ranks


def bench_ranks(bench: Bench, store: Store, limit: int) -> list[int | None]:
    """The rank of each question's article among those found."""
    ranks = []
    for text, gold in bench.questions[:limit]:
        groups = search_groups(read_question(text, store), store)
        hits = search(store, text, DEPTH, bench.language, groups=groups)
        ranks.append(rank_of([h.passage.article_id for h in hits], gold))
    return ranks


def columns(
    questions: Sequence[Question], found: Ranks, sets: Sequence[tuple[str, Ranks]]
) -> dict[str, float]:
    """The table's cells by their heads."""
    cells = {"seeds R@1": recall_at(1, found), "seeds R@5": recall_at(5, found)}
    for tag in TAGS:
        tagged = [r for q, r in zip(questions, found, strict=True) if tag in q.tags]
        cells[f"{tag} R@5"] = recall_at(5, tagged)
    for name, ranks in sets:
        cells |= {f"{name} R@{k}": recall_at(k, ranks) for k in (1, 5)}
    return cells


def measured(data: Path, limit: int, embedder: Embedder) -> Iterator[tuple[str, dict[str, float]]]:
    """(what was left out, the cells) of each part."""
    from tqdm import tqdm

    asked = list(read_questions(QUESTIONS))
    questions = [q for q in asked if q.spans]
    sets = list(benches(data))
    with ExitStack() as kept:
        whole: list[Store] = []
        for part, (leave_out, reindex) in tqdm(PARTS.items(), desc="parts", disable=None):
            with leave_out(), ExitStack() as made:
                where = kept if part == "nothing" else made
                stores = list(_stores(sets, embedder, where)) if reindex else whole
                whole = whole or stores
                right = run(asked, stores[0])[1]["all"]["answer accuracy"].value
                ranks = seed_ranks(questions, stores[0])
                others = [(b.name, bench_ranks(b, s, limit)) for b, s in zip(sets, stores[1:], strict=True)]
            yield part, {"seeds, right": right} | columns(questions, ranks, others)


def _stores(sets: Sequence[Bench], embedder: Embedder, stack: ExitStack) -> Iterator[Store]:
    """A store of the seeds and one of each set, which last as long as `stack`."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    build(read([SEEDS]), folder / "seeds", embedder)
    yield Store(folder / "seeds", embedder)
    for bench in sets:
        yield store_of(bench.articles.values(), folder / bench.name, embedder)


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("XINWEN_BENCH", "../shared/data")))
    parser.add_argument("--limit", type=int, default=500, help="questions of each public set")
    parser.add_argument("--out", type=Path, default=Path("evals/results/ablation.md"))
    options = parser.parse_args()
    rows = list(measured(options.data, options.limit, load_embedder()))
    heads = list(rows[0][1])
    command = f"`python -m evals.ablation --limit {options.limit}`, {date.today().isoformat()}"
    lines = [
        f"| {command}: without | " + " | ".join(heads) + " |",
        "| --- |" + " ---: |" * len(heads),
        *(f"| {part} | " + " | ".join(f"{v:.3f}" for v in cells.values()) + " |" for part, cells in rows),
    ]
    print("\n".join(lines))
    options.out.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
