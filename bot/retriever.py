"""The store as a LangChain retriever, for chains of the user's own."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from bot.library import Library
from bot.question import read_question, search_groups
from index.search import search


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
