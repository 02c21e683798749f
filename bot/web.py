"""The HTTP API, with the chat mounted beside it."""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import asdict
from threading import BoundedSemaphore
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.access import Access, check_bind
from bot.ask import DEFAULT_K, MAX_QUESTION
from bot.library import Library
from bot.mcp_tools import mcp_server
from bot.openai_door import HISTORY_TURNS, add_openai_door, both
from bot.pages import HEADERS, docs_page
from bot.site import add_pages
from bot.sse import as_event, event_stream
from bot.stream import reply, stream
from bot.words import tongue
from index.search import Language
from index.store import Store, StoreError

MAX_BODY_BYTES = 64 << 10
MAX_AT_ONCE = 32
# Where a body is only as large as its own limit allows.
_OWN_LIMIT = ("/library/add", "/login")


class Message(BaseModel):
    """One turn of the conversation so far."""

    model_config = ConfigDict(strict=True)
    role: Literal["user", "assistant"]
    content: str


class AskRequest(BaseModel):
    """The body of ``POST /ask``."""

    model_config = ConfigDict(strict=True)
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION)]
    history: list[Message] = Field(default_factory=list)
    language: Literal["auto", "zh", "en"] = "auto"
    k: Annotated[int, Field(ge=1, le=50)] = DEFAULT_K


class BodyLimit:
    """Answers 413 to a body over `MAX_BODY_BYTES`, before it is read whole, and 422 to one not in UTF-8."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Passes the request on with its body, once it is known to be small enough."""
        from starlette.responses import JSONResponse

        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD") or scope["path"] in _OWN_LIMIT:
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more and len(body) <= MAX_BODY_BYTES:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            await JSONResponse({"detail": f"the body is larger than {MAX_BODY_BYTES} bytes"}, 413)(
                scope, receive, send
            )
            return
        try:
            body.decode("utf-8")
        except UnicodeDecodeError as error:
            await JSONResponse({"detail": f"the body is not UTF-8: {error}"}, 422)(scope, receive, send)
            return
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Any:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, replay, send)


def make_app(library: Library, chat: bool = True) -> Any:
    """The application: the API's routes, the plain pages, and with `chat` the chat at ``/``."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    from fastapi import FastAPI, HTTPException, Request
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import HTMLResponse, JSONResponse

    tools = mcp_server(library)
    routes = tools.streamable_http_app().routes
    app = FastAPI(
        title="芯闻 Xinwen", docs_url=None, redoc_url=None, lifespan=lambda _: tools.session_manager.run()
    )
    app.router.routes.extend(routes)
    app.add_middleware(BodyLimit)
    free = BoundedSemaphore(MAX_AT_ONCE)

    @app.exception_handler(StoreError)
    def no_store(_: Request, error: StoreError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 503)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # Without the input: it may hold what JSON cannot.
        return JSONResponse(
            {"detail": [{"loc": list(e["loc"]), "msg": e["msg"], "type": e["type"]} for e in error.errors()]},
            422,
        )

    @app.post("/ask", description="Answers a question with citations.")
    def post_ask(body: AskRequest) -> dict[str, Any]:
        if not free.acquire(blocking=False):
            raise HTTPException(429, "too many questions at once, try again in a moment")
        try:
            return asdict(reply(*_asked(body), generator=library.generator))
        finally:
            free.release()

    @app.post(
        "/ask/stream",
        description="The same as server-sent events: retrieval, citation, delta, done or error.",
    )
    def post_ask_stream(body: AskRequest) -> Any:
        asked = _asked(body)
        if not free.acquire(blocking=False):
            raise HTTPException(429, "too many questions at once, try again in a moment")
        events = stream(*asked, generator=library.generator)
        return event_stream((as_event(*event) for event in events), both(events.close, free.release))

    def _asked(body: AskRequest) -> tuple[str, Store, list[str], Language | None, int]:
        history = [m.content for m in body.history if m.role == "user"][-HISTORY_TURNS:]
        return (
            body.question,
            library.store(),
            history,
            None if body.language == "auto" else body.language,
            body.k,
        )

    add_openai_door(app, library, free)

    @app.get("/healthz", description="Whether a store is open, and which.")
    def healthz() -> dict[str, Any]:
        store = library.store()
        return {"status": "ok", "generation": store.generation, "counts": store.manifest["counts"]}

    @app.get("/articles", description="All articles.")
    def articles() -> list[dict[str, Any]]:
        return [_known(article) for article in library.store().articles]

    @app.get("/articles/{article_id}", description="One article with its text.")
    def one_article(article_id: str) -> dict[str, Any]:
        store = library.store()
        article = _found(store.article, article_id)
        return _known(article) | {"text": store.source(article.source_id).text[article.start : article.end]}

    @app.get("/sources/{source_id}", description="One source with its full text, to check spans.")
    def one_source(source_id: str) -> dict[str, Any]:
        source = _found(library.store().source, source_id)
        return {"id": source.id, "file": source.file, "sha256": source.sha256, "text": source.text}

    @app.get("/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        language = tongue(request.headers.get("accept-language"))
        return HTMLResponse(docs_page(app.openapi(), language), headers=HEADERS)

    def _found(get: Callable[[str], Any], id_: str) -> Any:
        try:
            return get(id_)
        except KeyError:
            raise HTTPException(404, f"nothing has the id {id_[:80]!r}") from None

    add_pages(app, library)
    if chat:
        from bot.chat import mount

        return mount(app, library)
    return app


def _known(article: Any) -> dict[str, Any]:
    known = asdict(article)
    known["paragraphs"] = len(known["paragraphs"])
    return known


def serve(library: Library, host: str, port: int) -> None:
    """Serves until stopped. Raises `OSError` if the address is taken, `AccessError` if it needs a token."""
    import socket

    import uvicorn

    logging.getLogger("uvicorn.error").addFilter(_no_cancellation)
    tokens = library.settings.tokens
    check_bind(host, tokens)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(
                f"cannot listen on {host}:{port} ({error.strerror}): choose another with --port"
            ) from error
    print(f"芯闻 listens on http://{host}:{port} (Ctrl-C stops it)", flush=True)
    # A page that is open somewhere holds a connection; stopping does not wait for it.
    uvicorn.run(
        Access(make_app(library), tokens),
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )


def _no_cancellation(record: logging.LogRecord) -> bool:
    """Whether a log record tells more than that a page was open when the server was stopped."""
    cancelled = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not (cancelled or str(record.msg).startswith("Cancel "))
