"""The trained reader: marks in a passage the characters that answer a question, or that none do.

A small convolutional network over characters (`bot.train_reader` trains it). What it sees of a character is
learned, its embedding piece's vector, and how the question matches there; so it works on names that it
never saw. At question time it runs in onnxruntime.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from index.embed import StaticEmbedder, products, shipped_embedder
from index.terms import STOP, normalize, words

FOLDER = Path(__file__).parent / "reader"
MAX_PASSAGE = 288  # characters
MAX_QUESTION = 48
MAX_ANSWER = 60
UNKNOWN, PADDING = 0, 1
FEATURES = 16

Floats = NDArray[np.float32]
_END = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage as arrays: ids (n,), piece vectors (n, dimensions), features."""

    question_ids: NDArray[np.int32]
    question_pieces: NDArray[np.int32]
    question_match: Floats  # (question, 2)
    ids: NDArray[np.int32]
    pieces: NDArray[np.int32]
    features: Floats  # (passage, FEATURES)


class Encoder:
    """Turns questions and passages into arrays; the same for training and for answering."""

    def __init__(self, characters: str, embedder: StaticEmbedder) -> None:
        self.ids = {c: at for at, c in enumerate(characters, 2)}
        self.embedder = embedder
        self.lengths: Floats = np.linalg.norm(embedder.matrix.astype(np.float32), axis=1)
        self.norms: Floats = self.lengths / self.lengths.mean()
        self._text = lru_cache(maxsize=1024)(self._of_text)

    def _of_text(self, text: str) -> tuple[Any, Any, Any, Any, Any]:
        """Of `text`, in normal form: ids and pieces of its characters, words, their sentences' numbers, pieces used."""
        ids = np.array([self.ids.get(c, UNKNOWN) for c in text], dtype=np.int32)
        pieces = np.full(len(text), -1, dtype=np.int32)
        encoded = self.embedder.tokenizer.encode(text, add_special_tokens=False)
        for piece, (a, b) in zip(encoded.ids, encoded.offsets, strict=True):
            pieces[a:b] = piece
        found = words(text)
        sentences = np.cumsum([0] + [bool(_END.match(c)) for c in text[:-1]]) if text else np.zeros(0, int)
        used = np.array(sorted(set(pieces.tolist()) - {-1}), dtype=np.int32)
        return ids, pieces, found, sentences, used

    def _unit_vectors(self, used: Any) -> Floats:
        """The pieces' vectors, shape (pieces, dimensions); not kept with the text, whose size they are a hundred times."""
        vectors: Floats = self.embedder.matrix[used].astype(np.float32)
        vectors /= np.maximum(self.lengths[used], 1e-9)[:, None]
        return vectors

    def example(self, question: str, passage: str) -> Example:
        """The arrays of a `question` and a `passage`, both cut to what the reader takes; spans stay as they are."""
        question, passage = _same_length(question)[:MAX_QUESTION], _same_length(passage)[:MAX_PASSAGE]
        q_ids, q_pieces, q_words, _, q_used = self._text(question)
        ids, pieces, found, sentences, used = self._text(passage)
        alike = (
            products(self._unit_vectors(used), self._unit_vectors(q_used))
            if len(used) and len(q_used)
            else np.zeros((len(used), len(q_used)), np.float32)
        )
        return Example(
            q_ids,
            q_pieces,
            self._question_match(question, passage, q_pieces, q_used, alike),
            ids,
            pieces,
            self._features(question, passage, pieces, found, q_words, sentences, used, q_used, alike),
        )

    def _question_match(self, question: str, passage: str, q_pieces: Any, q_used: Any, alike: Any) -> Floats:
        out = np.zeros((len(question), 2), dtype=np.float32)
        for at, c in enumerate(question):
            out[at, 0] = c in passage
        if len(alike):
            best = alike.max(0) if alike.shape[1] else np.zeros(0)
            held = q_pieces >= 0
            out[held, 1] = best[np.searchsorted(q_used, q_pieces[held])]
        return out

    def _features(
        self,
        question: str,
        passage: str,
        pieces: Any,
        found: Any,
        q_words: Any,
        sentences: Any,
        used: Any,
        q_used: Any,
        alike: Any,
    ) -> Floats:
        n = len(passage)
        out = np.zeros((n, FEATURES), dtype=np.float32)
        out[:, 0] = [c in question and c not in STOP for c in passage]
        codes, asks = _codes(passage), _codes(question)
        for size in (2, 3):
            starts = np.flatnonzero(np.isin(_grams(codes, size), _grams(asks, size)))
            out[(starts[:, None] + np.arange(size)).ravel(), size - 1] = 1
        out[:, 8] = [c.isdigit() for c in passage]
        out[:, 9] = [c.isascii() and c.isalpha() for c in passage]
        out[:, 10] = [not c.isalnum() for c in passage]
        asked = {w for w in q_words if len(w) > 1 and w not in STOP}
        at = 0
        for word in found:
            if word in asked:
                out[at : at + len(word), 3] = 1
            at += len(word)
        held = pieces >= 0
        if not held.any():
            return out
        rows = np.searchsorted(used, pieces[held])
        out[held, 5] = self.norms[pieces[held]]
        if len(q_used):
            out[held, 4] = alike.max(1)[rows]
            self._coverage(out, held, rows, sentences, self.norms[q_used], alike)
        out[:, 6] = out[:, 5] * out[:, 3]
        out[:, 11] = np.arange(n) / MAX_PASSAGE
        return out

    @staticmethod
    def _coverage(out: Floats, held: Any, rows: Any, sentences: Any, weights: Floats, alike: Any) -> None:
        """How much of the question each sentence says: softly, itself, with the one before, against the best."""
        count = int(sentences[-1]) + 1
        best = np.zeros((count, alike.shape[1]), dtype=np.float32)
        np.maximum.at(best, sentences[held], alike[rows])
        total = float(weights.sum()) or 1.0
        own = (np.clip(best, 0, 1) ** 2 * weights).sum(1) / total
        with_before = best.copy()
        with_before[1:] = np.maximum(best[1:], best[:-1])
        near = (np.clip(with_before, 0, 1) ** 2 * weights).sum(1) / total
        exact = ((best > 0.99) * weights).sum(1) / total
        out[:, 7] = own[sentences]
        out[:, 12] = near[sentences]
        out[:, 13] = exact[sentences]
        out[:, 14] = own[sentences] / max(1e-6, float(own.max()))
        out[:, 15] = (np.clip(best.max(0), 0, 1) ** 2 * weights).sum() / total


def _codes(text: str) -> NDArray[np.int64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def _grams(codes: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """A number for each run of `size` characters."""
    count = max(0, len(codes) - size + 1)
    return sum((codes[at : at + count] << (21 * at) for at in range(size)), np.zeros(count, np.int64))


def _same_length(text: str) -> str:
    """`text` in normal form, character by character, so that spans stay as they are."""
    plain = normalize(text)
    return plain if len(plain) == len(text) else "".join((normalize(c) or " ")[0] for c in text)


def padded(examples: Sequence[Example]) -> dict[str, Any]:
    """Arrays of a batch, padded to its longest question and passage; pieces of padding and punctuation are -1."""
    b = len(examples)
    q = max(4, max(len(e.question_ids) for e in examples))
    p = max(8, max(len(e.ids) for e in examples))
    batch: dict[str, Any] = {
        "question_ids": np.full((b, q), PADDING, np.int64),
        "question_pieces": np.full((b, q), -1, np.int64),
        "question_match": np.zeros((b, q, 2), np.float32),
        "ids": np.full((b, p), PADDING, np.int64),
        "pieces": np.full((b, p), -1, np.int64),
        "features": np.zeros((b, p, FEATURES), np.float32),
    }
    for at, e in enumerate(examples):
        for name in batch:
            value = getattr(e, name)
            batch[name][at, : len(value)] = value
    return batch


def best_span(start: Floats, end: Floats, allowed: Any, longest: int = MAX_ANSWER) -> tuple[int, int, float]:
    """The span [i, j) that maximises ``start[i] + end[j - 1]``, at most `longest` long and within one sentence.

    `allowed` numbers each character's sentence, -1 where no answer may stand.
    """
    n = len(start)
    if not (allowed >= 0).any():
        return 0, 0, -1e9
    beyond = np.full(min(longest, n) - 1, -1, dtype=np.int64)
    sentence = sliding_window_view(np.concatenate([allowed, beyond]), len(beyond) + 1)
    window = sliding_window_view(np.concatenate([end, beyond]), len(beyond) + 1)
    # A span ends where its sentence does.
    inside = np.where((sentence == allowed[:, None]) & (allowed[:, None] >= 0), window, -1e9)
    scores = start + inside.max(1)
    i = int(scores.argmax())
    return i, i + int(inside[i].argmax()) + 1, float(scores[i])


def characters_of(folder: Path) -> str:
    """The characters that the reader in `folder` knows."""
    return str(json.loads((folder / "characters.json").read_text("utf-8")))


class Reader:
    """The shipped reader in onnxruntime."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def encoder(self) -> Encoder:
        """What prepares its input."""
        return Encoder(characters_of(self._folder), shipped_embedder())

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(
            str(self._folder / "reader.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def logits(self, pairs: Sequence[tuple[str, str]]) -> tuple[Floats, Floats, Floats]:
        """Of each (question, passage): start and end logits (n, passage) and no-answer logits (n, 2)."""
        batch = padded([self.encoder.example(question, passage) for question, passage in pairs])
        matrix = self.encoder.embedder.matrix
        for name in ("question_pieces", "pieces"):
            ids = batch.pop(name)
            vectors = matrix[ids].astype(np.float32)
            vectors[ids < 0] = 0
            batch[name.replace("pieces", "vectors")] = vectors
        start, end, null = self._session.run(None, batch)
        return start, end, null


@cache
def shipped_reader() -> Reader:
    """The reader that ships with the project, loaded once."""
    return Reader()
