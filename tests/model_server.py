"""A language model's server that says what it is told to: OpenAI's protocol and Ollama's, over real HTTP.

`python tests/model_server.py PORT SCRIPT` runs one in a process of its own, so that it can be killed.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Act:
    """What the server does with one request."""

    text: str = ""
    status: int = 200
    piece: int = 12  # characters of one piece of a stream
    delay_s: float = 0.0  # before each piece
    break_after: int | None = None  # pieces, after which the connection is cut
    garbage: bytes | None = None  # sent as it is, instead of the protocol


class ModelServer(ThreadingHTTPServer):
    """Serves on a free port of loopback; `act` says what comes next, given the messages."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.act: Callable[[list[dict[str, Any]]], Act] = lambda _: Act("[1]")
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.gone = threading.Event()  # a client went away in the middle
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """The base address in OpenAI's form."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_: Any) -> None:
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append(body)
        self.server.keys.append(self.headers.get("authorization", ""))
        act = self.server.act(body["messages"])
        ollama = self.path.startswith("/api/")
        if act.status != 200:
            self._whole(
                act.status,
                json.dumps({"error": {"message": f"no: {self.headers.get('authorization')}"}}).encode(),
            )
        elif act.garbage is not None:
            self._whole(200, act.garbage)
        elif ollama or body.get("stream"):
            try:
                self._stream(act, ollama)
            except OSError:
                self.server.gone.set()
        else:
            message = {"role": "assistant", "content": act.text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._whole(200, json.dumps(_head("chat.completion") | {"choices": [choice]}).encode())

    def _whole(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self._end()
        self.wfile.write(body)

    def _end(self) -> None:
        """A connection a request: what a client keeps open outlives its test."""
        self.send_header("connection", "close")
        self.end_headers()

    def _stream(self, act: Act, ollama: bool) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/x-ndjson" if ollama else "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self._end()
        for count, piece in enumerate(
            act.text[i : i + act.piece] for i in range(0, len(act.text), act.piece)
        ):
            if act.break_after is not None and count >= act.break_after:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            time.sleep(act.delay_s)
            self._chunk(_ollama(piece) if ollama else _openai(piece))
        for line in [_ollama("", True)] if ollama else [_openai("", "stop"), b"data: [DONE]\n\n"]:
            self._chunk(line)
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _head(kind: str) -> dict[str, Any]:
    return {"id": "x", "object": kind, "created": 0, "model": "double"}


def _openai(piece: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": piece} if piece else {}, "finish_reason": finish}
    return f"data: {json.dumps(_head('chat.completion.chunk') | {'choices': [choice]})}\n\n".encode()


def _ollama(piece: str, done: bool = False) -> bytes:
    message = {"role": "assistant", "content": piece}
    row = {"model": "double", "created_at": "2024-01-01T00:00:00Z", "message": message, "done": done}
    return (json.dumps(row | ({"done_reason": "stop"} if done else {})) + "\n").encode()


def acts(*said: Act | str) -> Callable[[Any], Act]:
    """One act after another; the last one for ever."""
    waiting: Iterator[Act | str] = iter(said)
    last: list[Act | str] = [""]

    def act(_: Any) -> Act:
        last[0] = next(waiting, last[0])
        return Act(last[0]) if isinstance(last[0], str) else last[0]

    return act


if __name__ == "__main__":
    served = ModelServer(int(sys.argv[1]))
    served.act = lambda _: Act(sys.argv[2], piece=4, delay_s=0.1)
    time.sleep(600)
