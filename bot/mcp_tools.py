"""The bot as tools of the Model Context Protocol: ``ask``, ``search`` and ``read_article``, over HTTP or a pipe."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.ask import MAX_QUESTION
from bot.library import Library
from bot.question import read_question, search_groups
from bot.stream import reply
from index.search import search
from index.store import Store

PATH = "/mcp"
Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION, description="in Chinese or English")]


def mcp_server(library: Library) -> Any:
    """The tools as a server of the `mcp` package, stateless over HTTP at `PATH`."""
    from anyio.to_thread import run_sync
    from mcp.server.fastmcp import FastMCP
    from mcp.server.transport_security import TransportSecuritySettings

    # Who may reach the server is decided for the whole of it, not for this path.
    open_to_all = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    server = FastMCP(
        "xinwen",
        instructions="Answers from a pile of Chinese news articles; every answer cites the exact sentences it rests on.",
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        transport_security=open_to_all,
        log_level="WARNING",
    )

    @server.tool(description="A short answer with citations, or a refusal that says why.")
    async def ask(question: Question, language: Literal["auto", "zh", "en"] = "auto") -> dict[str, Any]:
        wanted = None if language == "auto" else language
        return asdict(
            await run_sync(lambda: reply(question, library.store(), (), wanted, generator=library.generator))
        )

    @server.tool(
        name="search", description="Passages for a query, best first, each with its span in its source."
    )
    async def find(query: Question, k: Annotated[int, Field(ge=1, le=50)] = 8) -> list[dict[str, Any]]:
        return await run_sync(lambda: found(query, library.store(), k))

    @server.tool(description="One article with its text, by the id that a citation or a passage gives.")
    async def read_article(article_id: str) -> dict[str, Any]:
        return await run_sync(lambda: article(article_id, library.store()))

    return server


def found(query: str, store: Store, k: int) -> list[dict[str, Any]]:
    """The `k` best passages for `query`, with their texts."""
    asked = read_question(query, store)
    hits = search(store, query, k, asked.language, groups=search_groups(asked, store))
    return [
        asdict(h.passage) | {"text": store.text(h.passage), "score": h.score, "rank": h.rank} for h in hits
    ]


def article(article_id: str, store: Store) -> dict[str, Any]:
    """The article with that id and its text. Raises `ValueError` if there is none."""
    try:
        held = store.article(article_id)
    except KeyError:
        raise ValueError(f"no article has the id {article_id[:80]!r}: `search` gives ids") from None
    known = asdict(held)
    del known["paragraphs"]
    return known | {"text": store.source(held.source_id).text[held.start : held.end]}
