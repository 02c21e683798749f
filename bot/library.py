"""The store that a front end works on: opened once, opened again when a build has switched it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from threading import Lock

from bot.generate import Generator, load_generator
from bot.settings import Settings
from index.embed import Embedder, load_embedder
from index.store import Chunking, Store, StoreError, current_generation


class Library:
    """Hands out the current generation; safe to share between threads."""

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self.settings = settings
        self.folder = folder or settings.store
        self._lock = Lock()
        self._open: Store | None = None

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model of the settings."""
        return load_embedder(self.settings.embedder)

    @cached_property
    def generator(self) -> Generator | None:
        """The language model of the settings, None for quote mode. Raises `ValueError` if it cannot be used."""
        return load_generator(self.settings)

    @property
    def chunking(self) -> Chunking:
        """How passages are cut."""
        return Chunking(self.settings.max_chars)

    def store(self) -> Store:
        """The current generation. Raises `StoreError` if there is none that can be opened.

        A reader goes on with the generation that it has while a newer one cannot be opened.
        """
        with self._lock:
            held = self._open
            try:
                if held is None or current_generation(self.folder) != held.generation:
                    self._open = held = Store(self.folder, self.embedder, self.chunking)
            except StoreError:
                if held is None:
                    raise
            return held
