"""A store built from the seeds, and a real server over it, once a run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
def serving(folder: Path, **variables: str) -> Iterator[str]:
    """The address of `xinwen serve` over the store in `folder`, in a process of its own with these variables set."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bot", "serve", "--port", str(port), "--store", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert process.poll() is None, "the server ended"
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[str]:
    """The address of `xinwen serve` over the seeds' store, without a language model."""
    with serving(folder) as url:
        yield url


@pytest.fixture
def models() -> Iterator[ModelServer]:
    """A language model's server that says what it is told to."""
    served = ModelServer()
    yield served
    served.shutdown()
    served.server_close()
