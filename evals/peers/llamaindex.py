"""LlamaIndex: BM25, vectors, and both fused by reciprocal rank, with their defaults."""

from __future__ import annotations

from pathlib import Path

from llama_index.core import VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever
from sentence_transformers import SentenceTransformer

from evals.peers.harness import MODEL, Job, K, Search, versions_of


class Shipped(BaseEmbedding):
    """The product's embedding model; LlamaIndex's own wrapper cannot load a static one."""

    _model: SentenceTransformer = SentenceTransformer(MODEL)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._model.encode(texts, show_progress_bar=False).tolist()
        return found

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def make(job: Job, folder: Path) -> dict[str, Search]:
    """Each retriever alone and both together."""
    nodes = [TextNode(id_=str(row), text=text) for row, text in enumerate(job.texts)]
    index = VectorStoreIndex(nodes, embed_model=Shipped(embed_batch_size=256))
    index.storage_context.persist(str(folder / "vectors"))
    k = min(K, len(nodes))
    bm25 = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=k)
    bm25.persist(str(folder / "bm25"))
    dense = index.as_retriever(similarity_top_k=k)
    both = QueryFusionRetriever(
        [bm25, dense],
        llm=MockLLM(),
        mode="reciprocal_rerank",
        similarity_top_k=k,
        num_queries=1,
        use_async=False,
    )

    def search(retriever: BaseRetriever) -> Search:
        return lambda question: [int(found.node.node_id) for found in retriever.retrieve(question)]

    return {"BM25": search(bm25), "vector": search(dense), "both, fused": search(both)}


def versions() -> str:
    """What was measured."""
    return versions_of("llama-index-core", "llama-index-retrievers-bm25", "bm25s")
