"""Events over HTTP, as server-sent events: the work stops when the client has gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any


def as_event(kind: str, data: dict[str, Any]) -> str:
    r"""One event in the form of the HTML standard, section 9.2.

    >>> as_event("delta", {"text": "好"})
    'event: delta\ndata: {"text": "好"}\n\n'
    """
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def event_stream(lines: Iterator[str], close: Callable[[], None]) -> Any:
    """A response that sends `lines` as they come; `close` is called when it ends, however it ends."""
    from starlette.responses import StreamingResponse

    class Closing(StreamingResponse):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            try:
                await super().__call__(scope, receive, send)
            finally:
                close()

    # Proxies must neither gather the events nor keep them.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Closing(lines, media_type="text/event-stream", headers=headers)
