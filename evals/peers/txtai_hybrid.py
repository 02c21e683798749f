"""txtai with ``hybrid=True``: its BM25 and its vectors, with their defaults."""

from __future__ import annotations

from pathlib import Path

from txtai import Embeddings

from evals.peers.harness import MODEL, Job, K, Search, versions_of


def make(job: Job, folder: Path) -> dict[str, Search]:
    """Both together."""
    index = Embeddings(path=MODEL, method="sentence-transformers", hybrid=True)
    index.index(enumerate(job.texts))
    index.save(str(folder / "index"))
    return {"hybrid": lambda question: [int(row) for row, _ in index.search(question, K)]}


def versions() -> str:
    """What was measured."""
    return versions_of("txtai", "faiss-cpu")
