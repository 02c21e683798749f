"""LangChain as in `langchain_default`, but with jieba's words for its BM25, as its Chinese users are told to."""

from __future__ import annotations

from pathlib import Path

import jieba

from evals.peers import langchain_default
from evals.peers.harness import Job, Search, versions_of

jieba.initialize()


def make(job: Job, folder: Path) -> dict[str, Search]:
    """Each retriever alone and both together."""
    return langchain_default.make(job, folder, jieba.lcut)


def versions() -> str:
    """What was measured."""
    return versions_of("langchain-classic", "langchain-community", "faiss-cpu", "rank-bm25", "jieba")
