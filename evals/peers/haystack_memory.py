"""Haystack's in-memory store: BM25, embedding, and both joined by reciprocal rank, with their defaults."""

from __future__ import annotations

from pathlib import Path

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from evals.peers.harness import MODEL, Job, K, Search, versions_of


def make(job: Job, folder: Path) -> dict[str, Search]:
    """Each retriever alone and both together."""
    store = InMemoryDocumentStore()
    embedder = SentenceTransformersDocumentEmbedder(
        model=MODEL, progress_bar=False, normalize_embeddings=True
    )
    asker = SentenceTransformersTextEmbedder(model=MODEL, progress_bar=False, normalize_embeddings=True)
    embedder.warm_up()
    asker.warm_up()
    documents = [Document(id=str(row), content=text) for row, text in enumerate(job.texts)]
    store.write_documents(embedder.run(documents)["documents"])
    store.save_to_disk(str(folder / "store.json"))
    by_words = InMemoryBM25Retriever(document_store=store, top_k=K)
    by_vector = InMemoryEmbeddingRetriever(document_store=store, top_k=K)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=K)

    def bm25(question: str) -> list[Document]:
        found: list[Document] = by_words.run(question)["documents"]
        return found

    def dense(question: str) -> list[Document]:
        found: list[Document] = by_vector.run(asker.run(question)["embedding"])["documents"]
        return found

    def both(question: str) -> list[Document]:
        found: list[Document] = joiner.run([bm25(question), dense(question)])["documents"]
        return found

    return {
        "BM25": lambda q: [int(d.id) for d in bm25(q)],
        "embedding": lambda q: [int(d.id) for d in dense(q)],
        "both, joined": lambda q: [int(d.id) for d in both(q)],
    }


def versions() -> str:
    """What was measured."""
    return versions_of("haystack-ai", "sentence-transformers")
