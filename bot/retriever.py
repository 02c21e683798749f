"""The store as a LangChain retriever, and its embedding model, for chains of the user's own."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from bot.library import Library
from bot.question import read_question, search_groups
from index.embed import Embedder
from index.search import search
from index.terms import normalize


class XinwenRetriever(BaseRetriever):
    """Passages as documents, each with its span: ``source.text[start:end] == page_content``."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    library: Library
    k: int = 8

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        store = self.library.store()
        asked = read_question(query, store)
        hits = search(store, query, self.k, asked.language, groups=search_groups(asked, store))
        documents = []
        for hit in hits:
            p = hit.passage
            article = store.article(p.article_id)
            known = {"title": article.title, "source": article.source, "published": article.published}
            span = {"source_id": p.source_id, "article_id": p.article_id, "start": p.start, "end": p.end}
            documents.append(
                Document(store.text(p), metadata=known | span | {"heading": p.heading, "score": hit.score})
            )
        return documents


class XinwenEmbeddings(Embeddings):
    """The embedding model that the store was built with; texts are read as the store reads them."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A vector for each text."""
        return [[float(x) for x in vector] for vector in self._embedder.embed(list(map(normalize, texts)))]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a query: as of a document, since the model tells neither apart."""
        return self.embed_documents([text])[0]
