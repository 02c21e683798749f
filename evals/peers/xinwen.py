"""The product itself, measured as its peers are."""

from __future__ import annotations

from pathlib import Path

from bot.question import read_question, search_groups
from evals.peers.harness import Job, K, Search
from index.build import store_of
from index.embed import load_embedder
from index.search import search


def make(job: Job, folder: Path) -> dict[str, Search]:
    """The store built, saved and opened again."""
    store = store_of(job.articles, folder, load_embedder())
    row_of = {text: row for row, text in reversed(list(enumerate(job.texts)))}

    def ours(question: str) -> list[int]:
        asked = read_question(question, store)
        hits = search(store, question, K, asked.language, groups=search_groups(asked, store))
        return [row_of[store.text(hit.passage)] for hit in hits]

    return {"ours": ours}


def versions() -> str:
    """What was measured."""
    return "this repository"
