"""Trains the small reader that ships in ``bot/reader``.

Gated dilated convolutions (van den Oord et al. 2016; Dauphin et al. 2017) over characters, each told how the
question matches it, attends to the question (Chen et al. 2017, "Reading Wikipedia to Answer Open-Domain
Questions") and is scaled by it; scores for start, end and "no answer here" (Levy et al. 2017). First mostly
cloze questions from the news, then more and more people's questions.

    python -m bot.train_reader --data ../shared/data --out bot/reader

With ``--start FOLDER`` it goes on from the reader there, to learn from questions written since.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from bot.question import language_of, read_question
from bot.reader import FEATURES, Encoder, Example, Reader, best_span, characters_of, padded
from bot.reading import question_to_read, to_read
from bot.reading_data import NEWS_FILE, Asked, Clozes, Row, held_out, ours, people, supervised
from index.build import store_of
from index.corpora import read_lines
from index.embed import SHIPPED, StaticEmbedder
from index.search import search
from index.terms import normalize, words

SEED = 20261124
WIDTH = 96
CHARACTER = 64
MAX_CHARACTERS = 6000
DILATIONS = (1, 2, 4, 8, 16, 1, 2)
BATCH = 64
FOUND = 8  # passages found for a question, those without its answer being read as wrong ones
LEARNING_RATE = 0.002
WORKERS = 2


def near_words(embedder: StaticEmbedder, texts: list[str], count: int = 20_000) -> dict[str, list[str]]:
    """Each of the commonest words of `texts` to those that its vector is closest to."""
    common = Counter(w for text in texts for w in words(normalize(text)) if re.fullmatch(r"[一-鿿]{2,4}", w))
    names = [w for w, _ in common.most_common(count)]
    vectors = embedder.embed(names)
    near = {}
    for at in range(0, len(names), 1000):
        alike = vectors[at : at + 1000] @ vectors.T
        order = np.argsort(-alike, axis=1)[:, 1:5]
        for row, best in enumerate(order):
            near[names[at + row]] = [names[i] for i in best if alike[row, i] > 0.5]
    return near


def build_model(dimensions: int, characters: int) -> Any:
    """The network, untrained."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Gated(nn.Module):
        def __init__(self, dilation: int) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(WIDTH)
            self.reach = dilation
            # A convolution of width 3, written as one product: on a processor that is twice as fast.
            self.conv = nn.Linear(3 * WIDTH, 2 * WIDTH)
            self.drop = nn.Dropout(0.1)

        def forward(self, x: Any, mask: Any) -> Any:
            y = self.norm(x) * mask
            z = functional.pad(y, (0, 0, self.reach, self.reach))
            y = torch.cat([z[:, : -2 * self.reach], y, z[:, 2 * self.reach :]], dim=-1)
            a, b = self.conv(y).chunk(2, dim=-1)
            return x + self.drop(a * torch.sigmoid(b))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.characters = nn.Embedding(characters, CHARACTER, padding_idx=1)
            self.project = nn.Linear(dimensions, CHARACTER)
            self.question_in = nn.Linear(2 * CHARACTER + 2, WIDTH)
            self.passage_in = nn.Linear(2 * CHARACTER + FEATURES, WIDTH)
            self.question_blocks = nn.ModuleList(Gated(d) for d in (1, 2))
            self.first = nn.ModuleList(Gated(d) for d in (1,))
            self.key = nn.Linear(WIDTH, WIDTH)
            self.merge = nn.Linear(3 * WIDTH, WIDTH)
            self.pool = nn.Linear(WIDTH, 1)
            self.scale = nn.ModuleList(nn.Linear(WIDTH, 2 * WIDTH) for _ in DILATIONS)
            self.blocks = nn.ModuleList(Gated(d) for d in DILATIONS)
            self.out = nn.Linear(WIDTH, 2)
            self.none = nn.Sequential(nn.Linear(3 * WIDTH + FEATURES, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 2))
            self.sought = nn.Linear(WIDTH, WIDTH)
            self.nearness = nn.Parameter(torch.zeros(1))
            self.told = nn.Linear(3 * WIDTH + 2, WIDTH)
            self.weigh = nn.Linear(WIDTH, 1)
            self.untold = nn.Linear(2 * WIDTH, 2)
            self.drop = nn.Dropout(0.2)

        def forward(
            self,
            question_ids: Any,
            question_match: Any,
            ids: Any,
            features: Any,
            question_vectors: Any,
            vectors: Any,
        ) -> tuple[Any, Any, Any]:
            q_mask = (question_ids != 1).unsqueeze(-1).float()
            mask = (ids != 1).unsqueeze(-1).float()
            q = torch.cat(
                [self.characters(question_ids), self.project(question_vectors), question_match], dim=-1
            )
            q = self.question_in(self.drop(q))
            for block in self.question_blocks:
                q = block(q, q_mask)
            x = torch.cat([self.characters(ids), self.project(vectors), features], dim=-1)
            x = self.passage_in(self.drop(x))
            for block in self.first:
                x = block(x, mask)
            weights = torch.matmul(self.key(x), self.key(q).transpose(1, 2)) / WIDTH**0.5
            weights = torch.softmax(weights - 1e4 * (1 - q_mask).transpose(1, 2), dim=-1)
            aligned = torch.matmul(weights, q)
            x = self.merge(torch.cat([x, aligned, x * aligned], dim=-1))
            pooling = torch.softmax(self.pool(q) - 1e4 * (1 - q_mask), dim=1)
            pooled = (pooling * q).sum(1)
            for block, scale in zip(self.blocks, self.scale, strict=True):
                a, b = scale(pooled).unsqueeze(1).chunk(2, dim=-1)
                x = block(x * (1 + a) + b, mask)
            scores = self.out(self.drop(x)) - 1e4 * (1 - mask)
            peak = torch.softmax(scores.sum(-1, keepdim=True), dim=1)
            top = (x - 1e4 * (1 - mask)).max(1)[0]
            seen = (features - 1e4 * (1 - mask)).max(1)[0]
            none = self.none(torch.cat([pooled, top, (peak * x).sum(1), seen], dim=-1))
            none = none + self._unsaid(q, q_mask, question_match, x, mask, peak)
            return scores[..., 0], scores[..., 1], none

        def _unsaid(self, q: Any, q_mask: Any, question_match: Any, x: Any, mask: Any, peak: Any) -> Any:
            """What of the question the text around the likeliest answer leaves unsaid, as scores of no answer."""
            at = torch.cumsum(mask, dim=1)
            far = (at - (peak * at).sum(1, keepdim=True)).abs() / 40
            alike = torch.matmul(self.sought(q), self.key(x).transpose(1, 2)) / WIDTH**0.5
            alike = alike - (torch.exp(self.nearness) * far + 1e4 * (1 - mask)).transpose(1, 2)
            found = torch.matmul(torch.softmax(alike, dim=-1), x)
            told = torch.relu(self.told(torch.cat([q, found, q * found, question_match], dim=-1)))
            weights = torch.softmax(self.weigh(told) - 1e4 * (1 - q_mask), dim=1)
            least = (told - 1e4 * (1 - q_mask)).max(1)[0]
            return self.untold(torch.cat([(weights * told).sum(1), least], dim=-1))

    def loss(net: Any, batch: dict[str, Any], starts: Any, ends: Any) -> Any:
        start, end, none = (scores.float() for scores in net(**batch))
        n = start.shape[1]
        both = []
        for scores, no, gold in ((start, none[:, :1], starts), (end, none[:, 1:], ends)):
            gold = torch.where(gold < 0, torch.full_like(gold, n), gold)
            both.append(functional.cross_entropy(torch.cat([scores, no], dim=1), gold))
        return both[0] + both[1]

    return Net(), loss


Item = tuple[Example, int, int]


def encoded(encoder: Encoder, asked: Asked) -> Item | None:
    """`asked` as arrays with the first and last character of its answer, -1 for none; None if it was cut off."""
    example = encoder.example(asked.question, asked.passage)
    if asked.span is None:
        return example, -1, -1
    start, end = asked.span
    return (example, start, end - 1) if end <= len(example.ids) and end > start else None


def _make_clozes(job: tuple[int, list[str], str, dict[str, list[str]]]) -> list[Item]:
    seed, texts, characters, near = job
    encoder = Encoder(characters, StaticEmbedder(SHIPPED))
    clozes = Clozes(lambda word: near.get(word, []), random.Random(seed))
    made = (encoded(encoder, asked) for text in texts for asked in clozes.of(text))
    return [_compact(item) for item in made if item]


def in_chinese(rows: list[Row], embedder: StaticEmbedder) -> list[Row]:
    """`rows` with English questions as the reader meets them: word by word, in the words of their context."""
    with tempfile.TemporaryDirectory() as folder:
        store = store_of([c for q, c, _ in rows if language_of(q) == "en"], Path(folder), embedder)
        return [
            (question_to_read(read_question(q, store), c) if language_of(q) == "en" else q, c, span)
            for q, c, span in rows
        ]


def passages_found(rows: list[Row], embedder: StaticEmbedder) -> dict[str, list[str]]:
    """Each question of `rows` to the passages that search finds for it among their contexts: hard negatives."""
    from tqdm import tqdm

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        store = store_of([c for _, c, _ in rows], Path(folder), embedder)
        for question in tqdm(dict.fromkeys(q for q, _, _ in rows), desc="hard negatives", mininterval=5):
            hits = search(store, question, FOUND, "zh")
            # Every other one with its head, as windows have.
            found[question] = [
                normalize("".join(to_read(hit.passage, store)[hit.rank % 2 :])) for hit in hits
            ]
    return found


def _make_supervised(job: tuple[int, list[Any], str, dict[str, list[str]]]) -> list[Item]:
    seed, rows, characters, found = job
    encoder = Encoder(characters, StaticEmbedder(SHIPPED))
    made = (encoded(encoder, asked) for asked in supervised(rows, random.Random(seed), found))
    return [_compact(item) for item in made if item]


def _compact(item: Item) -> Item:
    e, start, end = item
    compact = Example(
        e.question_ids.astype(np.uint16), e.question_pieces.astype(np.int32), e.question_match.astype(np.float16),
        e.ids.astype(np.uint16), e.pieces.astype(np.int32), e.features.astype(np.float16),
    )  # fmt: skip
    return compact, start, end


def batches(items: list[Item], rng: random.Random) -> Iterator[list[Item]]:
    """`items` once, in batches of similar length."""
    order = sorted(range(len(items)), key=lambda i: len(items[i][0].ids) + rng.uniform(0, 30))
    groups = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    rng.shuffle(groups)
    for group in groups:
        yield [items[i] for i in group]


def to_tensors(examples: list[Example], matrix: Any) -> dict[str, Any]:
    """A batch as the network takes it."""
    import torch

    batch = {name: torch.from_numpy(value) for name, value in padded(examples).items()}
    for name in ("question_pieces", "pieces"):
        ids = batch.pop(name)
        batch[name.replace("pieces", "vectors")] = matrix[ids.clamp(min=0)] * (ids >= 0).unsqueeze(-1)
    return batch


def train(
    net: Any,
    loss: Callable[..., Any],
    rounds: list[list[Item]],
    matrix: Any,
    rate: float,
    checkpoint: Callable[[], None],
) -> None:
    """Trains `net` on each list of `rounds` once, in order."""
    import torch
    from tqdm import tqdm

    rng = random.Random(SEED)
    torch.set_num_threads(WORKERS)  # the search for hard negatives left it at one
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    fast = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    steps = sum((len(items) + BATCH - 1) // BATCH for items in rounds)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    bar = tqdm(total=steps, desc="training", mininterval=10)
    for at, items in enumerate(rounds):
        net.train()
        shown = 0.0
        for group in batches(items, rng):
            batch = to_tensors([item[0] for item in group], matrix)
            starts, ends = (torch.tensor([item[k] for item in group]) for k in (1, 2))
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast):
                value = loss(net, batch, starts, ends)
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimizer.step()
            schedule.step()
            shown = 0.98 * shown + 0.02 * value.item() if shown else value.item()
            bar.update()
            bar.set_postfix_str(f"round {at + 1}/{len(rounds)} loss {shown:.3f}")
        checkpoint()


def export(net: Any, dimensions: int, characters: str, out: Path) -> None:
    """Writes the network as ONNX and the characters that it knows."""
    import torch

    net.eval()
    out.mkdir(parents=True, exist_ok=True)
    p, q = 40, 12
    inputs = {
        "question_ids": torch.full((2, q), 2), "question_match": torch.zeros(2, q, 2),
        "ids": torch.full((2, p), 2), "features": torch.zeros(2, p, FEATURES),
        "question_vectors": torch.zeros(2, q, dimensions), "vectors": torch.zeros(2, p, dimensions),
    }  # fmt: skip
    axes = {
        name: {0: "batch", 1: "question" if name.startswith("question") else "passage"} for name in inputs
    }
    torch.onnx.export(
        net, tuple(inputs.values()), str(out / "reader.onnx"), input_names=list(inputs), dynamic_axes=axes,
        output_names=["start", "end", "none"], opset_version=17, dynamo=False,
        do_constant_folding=False,  # so that weights keep their names, and `load` finds them
    )  # fmt: skip
    (out / "characters.json").write_text(json.dumps(characters, ensure_ascii=False) + "\n", "utf-8")
    net.train()


def commonest(texts: list[str], rows: list[Row]) -> str:
    """The characters that a reader of `texts` and of the contexts of `rows` is to know."""
    counts = Counter(c for text in texts for c in normalize(text))
    counts.update(c for _, context, _ in rows for c in context)
    return "".join(c for c, _ in counts.most_common(MAX_CHARACTERS - 2) if not c.isspace())


def load(net: Any, folder: Path) -> None:
    """Gives the network the weights of the reader in `folder`; those that it lacks stay as they are."""
    import onnx
    import torch

    held = {
        i.name: onnx.numpy_helper.to_array(i) for i in onnx.load(folder / "reader.onnx").graph.initializer
    }
    state = {name: torch.from_numpy(held[name].copy()) for name in net.state_dict() if name in held}
    print(f"of {len(net.state_dict())} weights {len(state)} are those of {folder}", flush=True)
    net.load_state_dict(state, strict=False)


def measure(rows: list[Row], reader: Reader, limit: int = 1500) -> tuple[float, float, float]:
    """Exact match, F1 over characters, and AUROC of telling answered passages from the others.

    The first two of the reader's span given a passage of `rows` that holds the answer; the others are those that
    `rows` say hold none, and for half of the answered questions one of another context.
    """
    exact, f1 = [], []
    scores: dict[bool, list[float]] = {True: [], False: []}
    for asked in islice(supervised(rows, random.Random(SEED)), limit):
        start, end, none = reader.logits([(asked.question, asked.passage)])
        a, b, score = best_span(start[0], end[0], np.zeros(start.shape[1], dtype=np.int32))
        scores[asked.span is not None].append(score - float(none[0].sum()))
        if asked.span:
            shared = max(0, min(b, asked.span[1]) - max(a, asked.span[0]))
            exact.append((a, b) == asked.span)
            f1.append(2 * shared / (b - a + asked.span[1] - asked.span[0]))
    held, not_held = np.array(scores[True])[:, None], np.array(scores[False])[None, :]
    return float(np.mean(exact)), float(np.mean(f1)), float((held > not_held).mean())


def report(data: Path, folder: Path, embedder: StaticEmbedder) -> None:
    """Prints how well the reader in `folder` does on what is held out from it."""
    reader = Reader(folder)
    for name, rows in (
        ("train sets", list(people(data))),
        ("written for it", in_chinese(list(ours(data)), embedder)),
    ):
        held = [row for row in rows if held_out(row[1])]
        random.Random(SEED).shuffle(held)
        exact, f1, told = measure(held, reader)
        print(f"{name}, held out: exact match {exact:.3f}, F1 {f1:.3f}, answered or not: AUROC {told:.3f}")


def main() -> None:
    """Trains and writes the reader named on the command line."""
    import torch
    from tqdm import tqdm

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("bot/reader"))
    parser.add_argument(
        "--articles", type=int, default=40_000, help="news articles to make cloze questions from"
    )
    parser.add_argument("--passes", type=int, default=6, help="over people's questions")
    parser.add_argument(
        "--start", type=Path, help="go on from the reader in this folder, without cloze questions"
    )
    parser.add_argument("--measure", action="store_true", help="only measure the reader in --out")
    options = parser.parse_args()
    if options.measure:
        report(options.data, options.out, StaticEmbedder(SHIPPED))
        return
    started = time.monotonic()
    rng = random.Random(SEED)
    torch.manual_seed(SEED)
    embedder = StaticEmbedder(SHIPPED)
    texts = [r["text"] for r in read_lines(options.data / NEWS_FILE)]
    rng.shuffle(texts)
    own = in_chinese(list(ours(options.data)), embedder)
    rows = [row for row in (*people(options.data), *own) if not held_out(row[1])]
    found = passages_found(rows, embedder)
    characters = characters_of(options.start) if options.start else commonest(texts[:20_000], rows)
    chosen = [] if options.start else texts[: options.articles]
    near = near_words(embedder, texts[:6000]) if chosen else {}
    size = 500
    jobs = [(SEED + at, chosen[at : at + size], characters, near) for at in range(0, len(chosen), size)]
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        human = [
            pool.submit(_make_supervised, (SEED + at, rows, characters, found))
            for at in range(options.passes)
        ]
        made = tqdm(pool.map(_make_clozes, jobs), total=len(jobs), desc="cloze questions", mininterval=5)
        clozes = [item for items in made for item in items]
        passes = [job.result() for job in human]
    print(
        f"{len(clozes)} cloze questions, {len(passes[0])} a pass; {time.monotonic() - started:.0f} s",
        flush=True,
    )
    net, loss = build_model(embedder.matrix.shape[1], len(characters) + 2)
    print(f"{sum(p.numel() for p in net.parameters()) / 1e6:.2f} M parameters", flush=True)
    if options.start:
        load(net, options.start)
    matrix = torch.from_numpy(embedder.matrix.astype(np.float32))
    # Half of the cloze questions first, ever fewer of the others among people's.
    at, rounds = len(clozes) // 2, [clozes[: len(clozes) // 2]]
    for made in passes:
        share = max(1500, (len(clozes) - at) // 3)
        rounds.append(made + clozes[at : at + share])
        at += share
    rate = LEARNING_RATE / 2 if options.start else LEARNING_RATE
    rounds = [items for items in rounds if items]
    train(
        net,
        loss,
        rounds,
        matrix,
        rate,
        lambda: export(net, embedder.matrix.shape[1], characters, options.out),
    )
    print(f"{time.monotonic() - started:.0f} s in all")
    report(options.data, options.out, embedder)


if __name__ == "__main__":
    main()
