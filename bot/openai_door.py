"""The bot as a model, in the form of OpenAI's API: ``POST /v1/chat/completions`` and ``GET /v1/models``.

The text ends with its sources, for programs that show nothing else; ``xinwen`` beside it is the whole `Answer`.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from bot.ask import MAX_QUESTION
from bot.library import Library
from bot.sse import event_stream
from bot.stream import Event, reply, stream

if TYPE_CHECKING:
    from fastapi import FastAPI

MODEL = "xinwen"
CREATED = 1_732_000_000  # a model has a date there; ours only has to be one
HISTORY_TURNS = 20


class Part(BaseModel):
    """One part of a message; those that are not text are passed over."""

    type: str
    text: str = ""


class ChatMessage(BaseModel):
    """A message; what it may hold more of tool calls and names is not used."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    def said(self) -> str:
        """Its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text").strip()
        return (self.content or "").strip()


class ChatRequest(BaseModel):
    """The body; temperature and the like change nothing here and are passed over."""

    model: str = MODEL
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool = False


def add_openai_door(app: "FastAPI", library: Library, free: BoundedSemaphore) -> None:
    """Adds both routes to `app`; `free` counts the questions that may be asked at once."""
    from fastapi.responses import JSONResponse

    def refused(status: int, message: str) -> JSONResponse:
        return JSONResponse(
            {"detail": message, "error": {"message": message, "type": "invalid_request_error"}}, status
        )

    @app.get("/v1/models", description="The one model, in OpenAI's form.")
    def models() -> dict[str, Any]:
        return {
            "object": "list",
            "data": [{"id": MODEL, "object": "model", "created": CREATED, "owned_by": MODEL}],
        }

    @app.post("/v1/chat/completions", description="A chat completion in OpenAI's form, streamed too.")
    def complete(body: ChatRequest) -> Any:
        asked = [text for m in body.messages if m.role == "user" and (text := m.said())]
        if not asked or len(asked[-1]) > MAX_QUESTION:
            return refused(422, f"the last user message must have 1 to {MAX_QUESTION} characters")
        store, generator = library.store(), library.generator
        if not free.acquire(blocking=False):
            return refused(429, "too many questions at once, try again in a moment")
        if body.stream:
            events = stream(asked[-1], store, asked[-1 - HISTORY_TURNS : -1], generator=generator)
            return event_stream(_chunks(events), both(events.close, free.release))
        try:
            answer = asdict(reply(asked[-1], store, asked[-1 - HISTORY_TURNS : -1], generator=generator))
        finally:
            free.release()
        message = {"role": "assistant", "content": answer["answer"] + sources(answer)}
        usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return _head(answer["trace_id"], "chat.completion") | {
            "choices": [choice],
            "usage": usage,
            MODEL: answer,
        }


def both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    """One call that makes both, the second even if the first fails."""

    def close() -> None:
        try:
            first()
        finally:
            second()

    return close


def _chunks(events: Iterator[Event]) -> Iterator[str]:
    """The events as chunks of a completion; the last one with a choice holds the whole answer too."""
    head = _head(str(time.time_ns()), "chat.completion.chunk")
    yield _chunk(head, {"role": "assistant", "content": ""})
    for kind, data in events:
        if kind == "delta":
            yield _chunk(head, {"content": data["text"]})
        elif kind == "done":
            if data["citations"]:
                yield _chunk(head, {"content": sources(data)})
            yield _chunk(head | {MODEL: data}, {}, "stop")
        elif kind == "error":
            yield f"data: {json.dumps({'error': {'message': data['detail'], 'type': 'server_error'}})}\n\n"
    yield "data: [DONE]\n\n"


def _head(id_: str, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{id_}", "object": kind, "created": int(time.time()), "model": MODEL}


def _chunk(head: dict[str, Any], delta: dict[str, str], finish: str | None = None) -> str:
    data = head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def sources(answer: dict[str, Any]) -> str:
    """The citations of an answer as lines of text, and before them what went wrong, if anything did."""
    lines = [f"({note})" for note in answer["notes"]]
    for c in answer["citations"]:
        known = " · ".join(filter(None, (c["title"], c["source"], c["published"])))
        quote = " ".join(c["quote"].split())
        lines.append(f"[{c['marker']}] {known}: “{quote}” ({c['file']} [{c['start']}:{c['end']}])")
    return "\n\n" + "\n".join(lines) if lines else ""
