"""The addresses of the plain pages: articles, library, time line, figures; and where feedback is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from bot.conversations import Conversations
from bot.drawings import figures_page, timeline_page
from bot.library import Library
from bot.library_page import added_page, library_page, passages_page
from bot.pages import HEADERS, article_page, message_page, read_marks
from bot.uploads import MAX_FILES, MAX_UPLOAD_BYTES, add, received, remove
from bot.words import WORDS, Tongue, tongue
from index.store import NoStoreError, Store, StoreError

MAX_COMMENT = 1000


def add_pages(app: Any, library: Library) -> None:
    """Gives `app` the plain pages of `library`."""
    from starlette.concurrency import run_in_threadpool
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse

    def html(text: str, status: int = 200) -> HTMLResponse:
        return HTMLResponse(text, status, HEADERS)

    def gone(request: Request) -> HTMLResponse:
        language = _tongue(request)
        return html(message_page(WORDS[language]["gone"], language), 404)

    def held() -> Store | None:
        try:
            return library.store()
        except NoStoreError:
            return None

    def read(request: Request) -> Response:
        source_id, start, end = (request.path_params[name] for name in ("source_id", "start", "end"))
        store = library.store()
        article = next((a for a in store.articles_of(source_id) if a.start <= start <= end <= a.end), None)
        if article is None:
            return gone(request)
        asked = request.query_params
        marks = read_marks(asked.get("marks", ""))
        bare = "bare" in asked
        return html(article_page(article, store, (start, end), marks, _tongue(request), bare))

    def listed(request: Request) -> Response:
        asked = request.query_params
        number = asked.get("page", "1")
        at = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1
        file = asked.get("removed")
        language = _tongue(request)
        note = WORDS[language]["removed"].format(file=file) if file else ""
        return html(library_page(held(), language, asked.get("q", "")[:200], max(1, at), note))

    def one(request: Request) -> Response:
        store = library.store()
        try:
            article = store.article(request.path_params["article_id"])
        except KeyError:
            return gone(request)
        return html(passages_page(article, store, _tongue(request)))

    async def added(request: Request) -> Response:
        language = _tongue(request)
        too_much = f"the files are larger than {MAX_UPLOAD_BYTES} bytes together"
        if int(request.headers.get("content-length") or 0) > MAX_UPLOAD_BYTES:
            return html(message_page(too_much, language), 413)
        counted = Request(
            request.scope, _limited(request.receive, MAX_UPLOAD_BYTES, HTTPException(413, too_much))
        )
        async with counted.form(max_files=MAX_FILES, max_fields=10) as form:
            files = [
                (f.filename, f.file) for f in form.getlist("files") if not isinstance(f, str) and f.filename
            ]
            if not files:
                return html(message_page(WORDS[language]["no_files"], language), 422)
            folder = await run_in_threadpool(received, [(str(name), file) for name, file in files])
        pages: Iterator[str] = added_page(add(library, folder), language)
        return StreamingResponse(pages, media_type="text/html", headers=HEADERS)

    async def removed(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=2) as form:
            source_id = str(form.get("source_id", ""))
        try:
            file = await run_in_threadpool(remove, library, source_id)
        except StoreError as error:
            return html(message_page(str(error), _tongue(request)), 409)
        return RedirectResponse(f"/library?{urlencode({'removed': file})}", 303)

    def timeline(request: Request) -> Response:
        name = request.query_params.get("q", "")[:200]
        return html(timeline_page(library.store(), _tongue(request), name))

    def figures(request: Request) -> Response:
        return html(figures_page(library.store(), _tongue(request)))

    async def feedback(request: Request) -> Response:
        try:
            said = json.loads(await request.body())
            id_, trace_id, rating, comment = (
                said.get(name, "") for name in ("conversation", "trace_id", "rating", "comment")
            )
            if rating not in ("up", "down") or not all(isinstance(x, str) for x in (id_, trace_id, comment)):
                raise ValueError
        except (ValueError, AttributeError):
            detail = "a body is {conversation, trace_id, rating: up or down, comment}"
            return JSONResponse({"detail": detail}, 422)
        saved = Conversations(library.folder)
        known = await run_in_threadpool(saved.rate, id_, trace_id, rating, comment[:MAX_COMMENT])
        return JSONResponse({"noted": True}) if known else JSONResponse({"detail": "no such answer"}, 404)

    app.add_route("/read/{source_id}/{start:int}/{end:int}", read)
    app.add_route("/library", listed)
    app.add_route("/library/add", added, methods=["POST"])
    app.add_route("/library/remove", removed, methods=["POST"])
    app.add_route("/library/{article_id}", one)
    app.add_route("/timeline", timeline)
    app.add_route("/figures", figures)
    app.add_route("/feedback", feedback, methods=["POST"])
    # Gradio's own way in for files, which nothing here uses, would take any kind.
    app.add_route("/gradio_api/upload", gone, methods=["POST"])


def _limited(receive: Any, most: int, error: Exception) -> Any:
    """`receive`, raising `error` when the body turns out longer than `most` bytes."""
    got = 0

    async def counting() -> Any:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise error
        return message

    return counting


def _tongue(request: Any) -> Tongue:
    return tongue(request.headers.get("accept-language"))
