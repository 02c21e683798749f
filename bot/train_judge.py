"""Trains the judge on the questions that the reader was not trained on, and on the `dev` part of the project's own.

Each question of the `train_` sets, and of those written for this project, is asked over all contexts and
some news: as it is, and with its own context left out, when nothing answers. Sentences elsewhere that hold the answer's words are neither right nor wrong and are left out.

    python -m bot.train_judge --data ../shared/data --out bot/judge.json
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from bot.evidence import Evidence
from bot.features import features
from bot.gather import JUDGED, promising
from bot.names import standalone
from bot.question import read_question, search_groups
from bot.reader import FOLDER, Reader
from bot.reading_data import NEWS_FILE, Row, held_out, ours, people
from index.build import build, store_of
from index.corpora import read_lines
from index.embed import load_embedder
from index.search import search
from index.store import Store
from ingest.read import read
from ingest.records import content_id

SEED = 20261124
HIDDEN = 16
STEPS = 400
LISTED = 0.1  # what holding the rows of a question against each other counts
NEWS = 3_000
WORKERS, AT_ONCE = 2, 300
# How much a row counts of those written for this project, and of the project's own questions on its own articles.
COUNTS = {"written for it": 2.0, "own questions": 4.0}

Rows = tuple[Any, list[int]]


def rows_of(
    store: Store, reader: Reader, question: str, context: str, span: tuple[int, int] | None, without: bool
) -> Rows | None:
    """The features of a question's sentences and whether each answers; None where nothing was found."""
    asked = read_question(question, store)
    hits = (
        search(store, question, 24, asked.language, groups=search_groups(asked, store)) if asked.needs else []
    )
    own = content_id(context)
    if without:
        hits = [h for h in hits if h.passage.article_id != own]
    if not hits:
        return None
    found = promising(asked, hits, store, reader)[:JUDGED]
    labels = [_label(e, own, context, span) for e in found]
    kept = [
        (row, label)
        for row, label in zip(features(asked, found, store.embedder), labels, strict=True)
        if label >= 0
    ]
    return ([row for row, _ in kept], [label for _, label in kept]) if kept else None


def _label(e: Evidence, own: str, context: str, span: tuple[int, int] | None) -> int:
    """1 if the sentence holds the answer where it was marked, -1 if it holds its words elsewhere, else 0."""
    if not span:
        return 0
    if e.passage.article_id == own and e.span.start <= span[0] < e.span.end:
        return 1
    answer = context[span[0] : span[1]]
    return -1 if answer in e.text and len(answer) > 1 else 0


Job = tuple[Path, Path, list[tuple[Row, bool]]]


def _ask(job: Job) -> list[Rows | None]:
    folder, reader_folder, asked = job
    store, reader = Store(folder, load_embedder()), Reader(reader_folder)
    return [rows_of(store, reader, *row, without) for row, without in asked]


def examples(data: Path, reader_folder: Path, limit: int | None = None) -> Iterator[tuple[str, Rows]]:
    """The rows of every question that is held out, as it is and with its context left out, and of which set it is.

    Of more than `limit` of them some at random.
    """
    from tqdm import tqdm

    theirs, mine = list(people(data)), list(ours(data))
    rows = [*theirs, *mine]
    name_of = {row[:2]: "train sets" for row in theirs} | {row[:2]: "written for it" for row in mine}
    news = [r["text"] for r in islice(read_lines(data / NEWS_FILE), NEWS)]
    held = [row for row in rows if held_out(row[1])]
    random.Random(SEED).shuffle(held)
    asked = [
        (row, without)
        for at, row in enumerate(held)
        for without in ((False, True) if row[2] and at % 2 else (False,))
    ]
    asked = asked[:limit]
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool,
    ):
        store_of([c for _, c, _ in rows] + news, Path(folder), load_embedder())
        jobs = [
            (Path(folder), reader_folder, asked[at : at + AT_ONCE]) for at in range(0, len(asked), AT_ONCE)
        ]
        made = (found for part in pool.map(_ask, jobs) for found in part)
        for ((question, context, _), _), found in tqdm(zip(asked, made, strict=True), "asking", len(asked)):
            if found:
                yield name_of[question, context], found


def own_examples(questions: Path, sources: Path, reader: Reader) -> Iterator[Rows]:
    """The rows of the `dev` part of the project's own questions, over its own articles."""
    with tempfile.TemporaryDirectory() as folder:
        build(read([sources]), Path(folder), load_embedder())
        store = Store(Path(folder), load_embedder())
        ids = {row["file"]: row["id"] for row in store.source_rows}
        for line in questions.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["split"] != "dev":
                continue
            asked = read_question(standalone(row["question"], row.get("history", [])), store)
            hits = (
                search(store, asked.text, 24, asked.language, groups=search_groups(asked, store))
                if asked.needs
                else []
            )
            if not hits:
                continue
            found = promising(asked, hits, store, reader)[:JUDGED]
            gold = [(ids[g["file"]], g["start"], g["end"]) for g in row["spans"]]
            labels = [
                any(e.span.source_id == s and e.span.start < b and a < e.span.end for s, a, b in gold)
                for e in found
            ]
            yield list(features(asked, found, store.embedder)), [int(label) for label in labels]


def fit(x: Any, y: Any, weights: Any, groups: Any) -> dict[str, Any]:
    """The weights of the network that tells `y` from `x`, rows counting by `weights`.

    Each row is told right or wrong, and those of one question (of `groups`, in order) are held against each other and
    against none of them being right (ListNet's top-one loss, Cao et al. 2007).
    """
    import torch

    torch.manual_seed(SEED)
    mean, spread = x.mean(0), np.maximum(x.std(0), 0.01)
    inputs = torch.from_numpy((x - mean) / spread).float()
    target = torch.from_numpy(y).float()
    counts = torch.from_numpy(weights).float()
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    lengths = np.diff(np.r_[starts, len(groups)])
    places = torch.from_numpy(starts[:, None] + np.minimum(np.arange(lengths.max()), lengths[:, None] - 1))
    beyond = torch.from_numpy(np.arange(lengths.max()) >= lengths[:, None])
    right = torch.cat([target[places].masked_fill(beyond, 0), torch.zeros(len(starts), 1)], dim=1)
    right[:, -1] = (right.sum(1) == 0).float()
    net = torch.nn.Sequential(
        torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, 1)
    )
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=0.02)
    for _ in range(STEPS):
        optimizer.zero_grad()
        logits = net(inputs)[:, 0]
        alone = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, counts)
        listed = torch.cat([logits[places].masked_fill(beyond, -1e4), torch.zeros(len(starts), 1)], dim=1)
        chosen = torch.logsumexp(listed + torch.log(right.clamp(min=1e-9)), 1) - torch.logsumexp(listed, 1)
        loss = alone - LISTED * (chosen * counts[places[:, 0]]).mean()
        loss.backward()
        optimizer.step()
    first, second = net[0], net[2]
    named = {
        "mean": mean, "spread": spread, "first": first.weight.T, "first_bias": first.bias,
        "second": second.weight[0], "second_bias": second.bias[0],
    }  # fmt: skip
    return {
        k: np.asarray(v.detach() if hasattr(v, "detach") else v, dtype=np.float64) for k, v in named.items()
    }


def predict(w: dict[str, Any], x: Any) -> Any:
    """The probabilities of the rows `x` under the weights `w`."""
    return 1 / (
        1
        + np.exp(
            -(
                np.tanh((x - w["mean"]) / w["spread"] @ w["first"] + w["first_bias"]) @ w["second"]
                + w["second_bias"]
            )
        )
    )


def report(p: Any, y: Any, groups: Any) -> dict[str, float]:
    """How well probabilities tell: the first sentence right, and answerable questions from the others (AUROC)."""
    best: dict[int, tuple[float, int]] = {}
    answerable: dict[int, int] = {}
    for score, label, group in zip(p, y, groups, strict=True):
        best[group] = max(best.get(group, (-1.0, 0)), (float(score), int(label)))
        answerable[group] = max(answerable.get(group, 0), int(label))
    right = [label for g, (_, label) in best.items() if answerable[g]]
    yes = np.array([s for g, (s, _) in best.items() if answerable[g]])
    no = np.array([s for g, (s, _) in best.items() if not answerable[g]])
    auroc = float((yes[:, None] > no[None, :]).mean() + 0.5 * (yes[:, None] == no[None, :]).mean())
    cut = float(np.quantile(yes, 0.1))
    return {
        "first sentence right": float(np.mean(right)),
        "AUROC of answerable": auroc,
        "cut that refuses a tenth of the answerable": cut,
        "unanswerable refused at that cut": float((no < cut).mean()),
    }


def main() -> None:
    """Trains and writes the judge named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--reader", type=Path, default=FOLDER)
    parser.add_argument("--questions", type=Path, default=Path("evals/questions.jsonl"))
    parser.add_argument("--sources", type=Path, default=Path("seeds"))
    parser.add_argument("--out", type=Path, default=Path("bot/judge.json"))
    parser.add_argument("--limit", type=int, help="at most so many questions, beside the project's own")
    options = parser.parse_args()
    reader = Reader(options.reader)
    named = list(examples(options.data, options.reader, options.limit))
    named += [("own questions", rows) for rows in own_examples(options.questions, options.sources, reader)]
    made = [rows for _, rows in named]
    x = np.array([row for rows, _ in made for row in rows], dtype=np.float64)
    y = np.array([label for _, labels in made for label in labels], dtype=np.float64)
    groups = np.array([at for at, (_, labels) in enumerate(made) for _ in labels])
    sets = np.array([name for name, (_, labels) in named for _ in labels])
    counts = np.array([COUNTS.get(name, 1.0) for name in sets])
    scores = np.zeros(len(y))
    for fold in range(5):
        inside = groups % 5 != fold
        scores[~inside] = predict(fit(x[inside], y[inside], counts[inside], groups[inside]), x[~inside])
    figures = {
        name: report(scores[sets == name], y[sets == name], groups[sets == name])
        for name in ("train sets", *COUNTS)
    }
    print(json.dumps(figures, indent=1))
    weights = {name: value.round(5).tolist() for name, value in fit(x, y, counts, groups).items()}
    text = {
        "made by": "python -m bot.train_judge",
        "questions": len(made),
        "five-fold": figures,
        "weights": weights,
    }
    options.out.write_text(json.dumps(text) + "\n", "utf-8")


if __name__ == "__main__":
    main()
