"""Learns what each thing told of a passage weighs in search: ``index/fusion.json``.

On the questions written for this project that have an answer, over their contexts and other news, none of which the
embedding model was trained on: the weights under which the passages that hold the answer get the greatest probability
among those found (a linear ranker with a softmax over the list; Cao et al. 2007, "Learning to Rank: From Pairwise
Approach to Listwise Approach").

    python -m bot.train_fusion --data ../shared/data
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bot.question import read_question, search_groups
from bot.reading_data import NEWS_FILE, ours
from index.build import store_of
from index.corpora import read_lines
from index.embed import load_embedder
from index.search import FILE, RESCORED, TOLD, Language, candidates
from ingest.records import content_id

SEED = 20261124
NEWS = 5_000
FOLDS = 5

# The language, the fold of its context, what is told of the passages, and which of them answer.
Row = tuple[Language, int, Any, Any]


def examples(data: Path) -> Iterator[Row]:
    """The questions whose answer stands in a passage found."""
    from tqdm import tqdm

    rows = [row for row in ours(data) if row[2]]
    news = [r["text"] for r in islice(read_lines(data / NEWS_FILE), NEWS)]
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(dict.fromkeys([c for _, c, _ in rows] + news), Path(folder), load_embedder())
        for question, context, span in tqdm(rows, "asking"):
            own, (start, _) = content_id(context), span or (0, 0)
            asked = read_question(question, store)
            found, _, told = candidates(store, question, asked.language, search_groups(asked, store))
            passages = [store.passage(int(row)) for row in found[:RESCORED]]
            right = np.array([p.article_id == own and p.start <= start < p.end for p in passages])
            if right.any():
                yield asked.language, int(own, 16) % FOLDS, told, right


def fit(rows: Sequence[Row]) -> Any:
    """The weights, shape (len(TOLD),)."""
    import torch

    told = torch.zeros(len(rows), RESCORED, len(TOLD))
    absent = torch.ones(len(rows), RESCORED, dtype=torch.bool)
    wrong = torch.ones(len(rows), RESCORED, dtype=torch.bool)
    for at, (_, _, one, right) in enumerate(rows):
        told[at, : len(one)] = torch.from_numpy(one)
        absent[at, : len(one)] = False
        wrong[at, : len(one)] = torch.from_numpy(~right)
    weights = torch.zeros(len(TOLD), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Any:
        optimizer.zero_grad()
        scores = (told @ weights).masked_fill(absent, -1e9)
        loss = scores.logsumexp(1) - scores.masked_fill(wrong, -1e9).logsumexp(1)
        value = loss.mean() + 1e-3 * (weights**2).sum()
        value.backward()
        return value

    optimizer.step(closure)
    return weights.detach().numpy()


def first_right(rows: Sequence[Row], weights: Any, within: int) -> float:
    """The share of `rows` with a right passage among the `within` best."""
    return float(
        np.mean(
            [right[np.argsort(-(told @ weights), kind="stable")[:within]].any() for *_, told, right in rows]
        )
    )


def main() -> None:
    """Learns, prints what the weights do on contexts that they were not learned on, and writes them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    rows = list(examples(options.data))
    learned, figures = {}, {}
    for language in ("zh", "en"):
        of = [row for row in rows if row[0] == language]
        measured = {"questions": float(len(of))}
        for within in (1, 5):
            shares = []
            for fold in range(FOLDS):
                weights = fit([row for row in of if row[1] != fold])
                held = [row for row in of if row[1] == fold]
                shares.append((first_right(held, weights, within), len(held)))
            measured[f"R@{within}"] = sum(s * n for s, n in shares) / len(of)
        figures[language] = {name: round(value, 3) for name, value in measured.items()}
        learned[language] = {name: round(float(w), 3) for name, w in zip(TOLD, fit(of), strict=True)}
    print(json.dumps(figures, indent=1))
    kept = {"made by": "python -m bot.train_fusion", "five-fold": figures, "weights": learned}
    options.out.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
