"""A store built from the seeds, and a real server over it, once a run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from model_server import ModelServer

from bot.library import Library
from bot.settings import Settings
from index.build import build
from index.embed import StaticEmbedder, load_embedder
from index.store import Store
from ingest.read import read

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
# What Gradio says when one leaves the page while it still listens for an event.
LEAVING = ("AbortError: signal is aborted", "Connection errored out")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection to another machine fails the test that makes it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "local"
        assert host in ("127.0.0.1", "::1", "localhost", "local"), f"a connection to {host}"
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def embedder() -> StaticEmbedder:
    found = load_embedder()
    assert isinstance(found, StaticEmbedder)
    return found


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, embedder: StaticEmbedder) -> Path:
    made = tmp_path_factory.mktemp("store")
    build(read([SEEDS]), made, embedder)
    return made


@pytest.fixture(scope="session")
def store(folder: Path) -> Store:
    return Library(Settings(), folder).store()


@contextmanager
def serving(folder: Path, program: Sequence[str] = ("-m", "bot"), **environment: str) -> Iterator[str]:
    """The address of `xinwen serve` over the store in `folder`, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, *program, "serve", "--port", str(port), "--store", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            assert process.poll() is None, "the server ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[str]:
    """A server over the seeds' store, without a language model, that no test changes."""
    with serving(folder) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium; skipped without it, except where it has to be there.

    Not for longer than a file: Playwright's event loop runs in this thread, and other tests have their own.
    """
    path = shutil.which("chromium")
    if not path:
        assert not os.environ.get("XINWEN_NEEDS_BROWSER"), "Chromium is missing: apt-get install chromium"
        pytest.skip("needs Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    flags = "--no-sandbox --disable-gpu --disable-quic --disable-background-networking --disable-component-update --disable-sync"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=flags.split())
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address as a new visitor: ``visit(url, width=390, locale="en-US", color_scheme="dark")``.

    At the end of the test, no page may have said anything on its console, or asked any other host for anything.
    """
    said: list[str] = []
    hosts: set[str] = set()
    contexts = []

    def open_(url: str, width: int = 1440, height: int = 900, **kind: Any) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, **{"locale": "zh-CN"} | kind
        )
        contexts.append(context)
        context.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
        context.on("weberror", lambda e: said.append(str(e.error)))
        context.on("request", lambda r: hosts.add(urlsplit(r.url).hostname or "none"))
        page = context.new_page()
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not [text for text in said if not any(known in text for known in LEAVING)]
    assert hosts <= {"127.0.0.1", "none"}


@pytest.fixture
def models() -> Iterator[ModelServer]:
    """A language model's server that says what it is told to."""
    served = ModelServer()
    yield served
    served.shutdown()
    served.server_close()
