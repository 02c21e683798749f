"""Texts to vectors. The seam where an embedding model is exchanged."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
SHIPPED = Path(__file__).parent / "model"


class EmbedderError(Exception):
    """An embedding model could not be loaded; the message says which and why."""


def products(a: Vectors, b: Vectors) -> Vectors:
    """The products of each of the vectors `a` and `b`, shape (a, b), in this thread.

    Where BLAS wakes others for so little, they are still busy waiting when the reader wants its own: on two cores an
    answer took half as long again.
    """
    found: Vectors = np.einsum("ik,jk->ij", a, b)
    return found


class Embedder(Protocol):
    """What turns n texts into unit vectors of shape (n, dimensions); equal fingerprints, equal vectors."""

    @property
    def fingerprint(self) -> str: ...

    def embed(self, texts: list[str]) -> Vectors: ...


class StaticEmbedder:
    """A ``StaticEmbedding`` folder read with tokenizers and safetensors alone: the mean of its tokens' vectors."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.matrix = next(iter(load_file(folder / "model.safetensors").values()))
        self.fingerprint = folder_fingerprint(folder)

    def embed(self, texts: list[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimensions); zeros for a text without a known token."""
        out = np.zeros((len(texts), self.matrix.shape[1]), dtype=np.float32)
        for at in range(0, len(texts), 1024):
            rows = [
                e.ids
                for e in self.tokenizer.encode_batch_fast(texts[at : at + 1024], add_special_tokens=False)
            ]
            filled = [i for i, ids in enumerate(rows) if ids]
            if not filled:
                continue
            flat = self.matrix[np.concatenate([rows[i] for i in filled])].astype(np.float32)
            starts = np.cumsum([0] + [len(rows[i]) for i in filled])[:-1]
            out[[at + i for i in filled]] = np.add.reduceat(flat, starts)
        unit: Vectors = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
        return unit


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by name or folder. Imports torch, which takes seconds."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name)
        except Exception as error:  # the library raises many kinds, from its own to its network client's
            raise EmbedderError(
                f"no sentence-transformers model {name!r} could be loaded: {error}"
            ) from error
        self.fingerprint = folder_fingerprint(Path(name)) if Path(name).is_dir() else name

    def embed(self, texts: list[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimensions)."""
        made = self._model.encode(
            texts, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(made, dtype=np.float32)


def folder_fingerprint(folder: Path) -> str:
    """A digest of the files of a model's folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".md"):
        with path.open("rb") as file:
            digest.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


@cache
def shipped_embedder() -> StaticEmbedder:
    """The model that ships with the project, loaded once."""
    return StaticEmbedder(SHIPPED)


def load_embedder(name: str = "") -> Embedder:
    """The model `name`, a folder or a name that sentence-transformers knows; the shipped one for "".

    Raises `EmbedderError` if there is no such model.
    """
    if not name:
        return shipped_embedder()
    folder = Path(name)
    modules = folder / "modules.json"
    if (
        modules.is_file()
        and (folder / "tokenizer.json").is_file()
        and (folder / "model.safetensors").is_file()
    ):
        kinds = [module["type"] for module in json.loads(modules.read_text("utf-8"))]
        if kinds and all(kind.endswith((".StaticEmbedding", ".Normalize")) for kind in kinds):
            return StaticEmbedder(folder)
    return SentenceTransformerEmbedder(name)
