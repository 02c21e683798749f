"""The LangChain retriever inside a real chain."""

from pathlib import Path

from langchain_core.runnables import RunnableLambda

from bot.library import Library
from bot.retriever import XinwenRetriever
from bot.settings import Settings
from index.store import Store


def test_a_chain_gets_passages_with_their_spans(folder: Path, store: Store) -> None:
    retriever = XinwenRetriever(library=Library(Settings(), folder), k=3)
    documents = (retriever | RunnableLambda(lambda found: found)).invoke("燧原科技的CEO是谁?")
    assert len(documents) == 3
    for document in documents:
        span = slice(document.metadata["start"], document.metadata["end"])
        assert store.source(document.metadata["source_id"]).text[span] == document.page_content
