"""LangChain's own way: RecursiveCharacterTextSplitter, BM25Retriever, FAISS and EnsembleRetriever, with their defaults.

Only `k` is raised from 4, or there would be no MRR@10 to speak of. BM25Retriever cannot be saved.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sentence_transformers  # noqa: F401 (or it would be imported while the clock runs)
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from evals.peers.harness import MODEL, Job, K, Search, versions_of


def make(job: Job, folder: Path, cut: Callable[[str], list[str]] | None = None) -> dict[str, Search]:
    """Each retriever alone and both together; `cut` is the words of a text, LangChain's at white space if None."""
    articles = [Document(text, metadata={"row": at}) for at, text in enumerate(job.articles)]
    chunks = RecursiveCharacterTextSplitter().split_documents(articles)
    bm25 = BM25Retriever.from_documents(chunks, **({"preprocess_func": cut} if cut else {}))
    bm25.k = K
    embedder = HuggingFaceEmbeddings(model_name=MODEL, encode_kwargs={"normalize_embeddings": True})
    vectors = FAISS.from_documents(chunks, embedder)
    vectors.save_local(str(folder))
    faiss = vectors.as_retriever(search_kwargs={"k": K})
    both = EnsembleRetriever(retrievers=[bm25, faiss])
    first = {article: row for row, article in reversed(list(enumerate(job.article_of)))}

    def search(retriever: BaseRetriever) -> Search:
        return lambda question: [first[d.metadata["row"]] for d in retriever.invoke(question)]

    return {"BM25Retriever": search(bm25), "FAISS": search(faiss), "EnsembleRetriever": search(both)}


def versions() -> str:
    """What was measured."""
    return versions_of("langchain-classic", "langchain-community", "faiss-cpu", "rank-bm25")
