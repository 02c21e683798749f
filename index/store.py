"""The store on disk: a folder a generation, one pointer to the current one, checked on opening.

    STORE/CURRENT            the name of the current generation, replaced in one step
    STORE/<generation>/      manifest.json, texts.bin, sources.jsonl, articles.jsonl, passages.npy, headings.json,
                             terms.npy, offsets.npy, bm25_*.npy, vocabulary.json, lexicon.json, spell*.npy, dense.faiss, glossary.tsv

A generation is never changed once it is named, so a reader keeps what it opened for as long as it likes.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np

from index.dense import Dense
from index.embed import Embedder
from index.glossary import fingerprint as glossary_fingerprint
from index.glossary import read_entries, use
from index.lexical import Lexical
from index.lexicon import Lexicon
from ingest.chunk import MAX_CHARS
from ingest.records import Article, Paragraph, Passage, Source

T = TypeVar("T")
FORMAT = 5
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
PASSAGE = np.dtype([("article", "<i4"), ("start", "<i4"), ("end", "<i4"), ("heading", "<i4")])


class StoreError(Exception):
    """A store cannot be opened or built; the message says why and which command mends it."""


class NoStoreError(StoreError):
    """There is no store yet."""


class StaleError(StoreError):
    """The store was built with another embedder, other tables or another chunk setting."""


@dataclass(frozen=True, slots=True)
class Chunking:
    """The settings that decide where passages are cut."""

    max_chars: int = MAX_CHARS


def current_generation(folder: Path) -> str:
    """The name of the current generation under `folder`. Raises `NoStoreError` if there is none."""
    try:
        return (folder / CURRENT).read_text("utf-8").strip()
    except FileNotFoundError:
        raise NoStoreError(f"there is no store in {folder}: run `xinwen build --store {folder}`") from None


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Lines(Sequence[T]):
    """The records of a JSON lines file, read from disk as they are asked for."""

    def __init__(self, path: Path, record: Callable[[dict[str, Any]], T]) -> None:
        self._data = map_file(path)
        ends = [m.end() for m in re.finditer(rb"\n", self._data)]
        self._at = np.array([0, *ends], dtype=np.int64)
        self._record = record
        self._cached = lru_cache(maxsize=4096)(self._read)

    def _row(self, at: int) -> dict[str, Any]:
        return json.loads(self._data[self._at[at] : self._at[at + 1]])  # type: ignore[no-any-return]

    def _read(self, at: int) -> T:
        return self._record(self._row(at))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every record as it stands in the file."""
        return (self._row(at) for at in range(len(self)))

    def __len__(self) -> int:
        return len(self._at) - 1

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...

    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return [self._cached(i) for i in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._cached(int(at))


def map_file(path: Path) -> mmap.mmap:
    """The bytes of a file that is not empty, read as they are needed; they stay readable when the file is removed."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class Store:
    """One generation, opened for reading. Raises `StoreError` as `check` does."""

    def __init__(self, folder: Path, embedder: Embedder, chunking: Chunking | None = None) -> None:
        self.folder = folder
        self.embedder = embedder
        self.generation = current_generation(folder)
        self._path = folder / self.generation
        self.manifest = check(folder, self._path, embedder.fingerprint, chunking or Chunking())
        self.source_rows = Lines(self._path / "sources.jsonl", dict[str, Any])
        self.articles = Lines(self._path / "articles.jsonl", _article)
        self.glossary = read_entries(self._path / "glossary.tsv")
        use(self.glossary)
        self.headings: list[str] = json.loads((self._path / "headings.json").read_text("utf-8"))
        self.passages = np.load(self._path / "passages.npy", allow_pickle=False)
        self.lexical = Lexical(self._path, len(self.passages))
        # All is read or mapped here: the folder may be gone when a question comes.
        self._terms, self._offsets = (
            np.load(self._path / name, mmap_mode="r", allow_pickle=False)
            for name in ("terms.npy", "offsets.npy")
        )
        self.lexicon = Lexicon(self._path, self.lexical.vocabulary)
        self.dense = Dense(self._path / "dense.faiss")
        self._source_at = {row["id"]: at for at, row in enumerate(self.source_rows)}
        self._article_at: dict[str, int] = {}
        self._articles_of: dict[str, range] = {}
        spun = set()
        for at, row in enumerate(self.articles.rows()):
            self._article_at[row["id"]] = at
            # A source's articles were written one after the other.
            first = self._articles_of.get(row["source_id"], range(at, at)).start
            self._articles_of[row["source_id"]] = range(first, at + 1)
            if row["spun"]:
                spun.add(row["id"])
        self.spun = frozenset(spun)
        self._texts = map_file(self._path / "texts.bin")
        self._source = lru_cache(maxsize=512)(self._read_source)

    def source(self, source_id: str) -> Source:
        """The source with that id. Raises `KeyError` if there is none."""
        return self._source(self._source_at[source_id])

    def sources(self) -> list[Source]:
        """Every source, in the order in which they were read."""
        return [self._read_source(at) for at in range(len(self.source_rows))]

    def _read_source(self, at: int) -> Source:
        row = self.source_rows[at]
        text = self._texts[row["offset"] : row["offset"] + row["length"]].decode("utf-8", "surrogatepass")
        return Source(row["id"], row["file"], row["sha256"], text, row["given"])

    def article(self, article_id: str) -> Article:
        """The article with that id. Raises `KeyError` if there is none."""
        return self.articles[self._article_at[article_id]]

    def articles_of(self, source_id: str) -> list[Article]:
        """The articles of a source, in order."""
        return [self.articles[at] for at in self._articles_of.get(source_id, ())]

    def passage(self, row: int) -> Passage:
        """The passage at `row` of the index."""
        found = self.passages[row]
        article = self.articles[found["article"]]
        heading = self.headings[found["heading"]]
        return Passage(article.source_id, article.id, int(found["start"]), int(found["end"]), heading)

    def text(self, passage: Passage) -> str:
        """What `passage` says."""
        return self.source(passage.source_id).text[passage.start : passage.end]

    def terms(self, row: int) -> list[str]:
        """The terms that the passage at `row` was indexed by, in order."""
        ids = self._terms[self._offsets[row] : self._offsets[row + 1]]
        return [self.lexical.terms[at] for at in ids.tolist()]

    def says(self, text: str) -> bool:
        """Whether `text` stands anywhere in the sources, letter by letter."""
        return self._texts.find(text.encode("utf-8", "surrogatepass"), 0) >= 0

    def rows(self) -> tuple[Any, Any, list[str]]:
        """The stored term ids of the passages, where each passage's start, and the terms."""
        return self._terms, self._offsets, self.lexical.terms


def check(folder: Path, path: Path, embedder: str, chunking: Chunking) -> Mapping[str, Any]:
    """The manifest of the generation at `path`, if it fits this program and its files are whole.

    Raises `StaleError` naming both values if the settings differ, `StoreError` for a missing or damaged file
    or a newer format.
    """
    mend = f"run `xinwen build --store {folder}` with the articles' files to build it anew"
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{path / MANIFEST} is missing: {mend}") from None
    except ValueError:
        raise StoreError(f"{path / MANIFEST} is damaged: {mend}") from None
    if manifest.get("format") != FORMAT:
        raise StoreError(
            f"the store in {folder} has format {manifest.get('format')}, this program reads {FORMAT}: {mend}"
        )
    wanted = {"embedder": embedder, "max_chars": chunking.max_chars, "tables": glossary_fingerprint()}
    for name, value in wanted.items():
        if manifest.get(name) != value:
            raise StaleError(
                f"the store in {folder} was built with {name} {manifest.get(name)}, asked for is {value}: {mend}"
            )
    for name, digest in manifest["files"].items():
        if not (path / name).is_file():
            raise StoreError(f"{path / name} is missing: {mend}")
        if file_digest(path / name) != digest:
            raise StoreError(f"{path / name} is damaged (its SHA-256 is not the manifest's): {mend}")
    return manifest  # type: ignore[no-any-return]


def _article(row: dict[str, Any]) -> Article:
    return Article(
        **{k: v for k, v in row.items() if k not in ("spun", "paragraphs")},
        paragraphs=tuple(Paragraph(*p) for p in row["paragraphs"]),
    )
