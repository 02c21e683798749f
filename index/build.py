"""Sources to a new generation of the store, switched to in one step when it is whole."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shutil
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from index.dense import build_dense
from index.embed import Embedder, Vectors
from index.glossary import Entry, use, write_entries
from index.glossary import fingerprint as glossary_fingerprint
from index.lexical import build_lexical
from index.lexicon import build_lexicon
from index.spelling import build_spellings
from index.store import (
    CURRENT,
    FORMAT,
    MANIFEST,
    PASSAGE,
    Chunking,
    Store,
    StoreError,
    current_generation,
    file_digest,
)
from index.swaps import is_spun, ordinary
from index.terms import article_terms, normalize
from index.times import dated
from ingest.chunk import chunk
from ingest.records import Article, Skipped, Source, content_id
from ingest.split import split

EMBED_BATCH = 2048


@dataclass(frozen=True, slots=True)
class Report:
    """What a build took in and what it left out."""

    generation: str
    sources: int
    articles: int
    passages: int
    skipped: tuple[Skipped, ...]
    seconds: float


class _Writer:
    """Collects one generation's rows; long texts go to disk as they come."""

    def __init__(self, path: Path, embedder: Embedder, chunking: Chunking) -> None:
        self.path, self.embedder, self.chunking = path, embedder, chunking
        self.vocabulary: defaultdict[str, int] = defaultdict()
        self.vocabulary.default_factory = self.vocabulary.__len__
        self.headings: dict[str, int] = {"": 0}
        self.passages: list[tuple[int, int, int, int]] = []
        self.rows: list[Any] = []
        self.vectors: list[Vectors] = []
        self.waiting: list[str] = []
        self.ids: set[str] = set()
        self.article_ids: set[str] = set()
        self.articles = self.bytes = 0
        self.texts = (path / "texts.bin").open("wb")
        self.source_file = (path / "sources.jsonl").open("w", encoding="utf-8")
        self.article_file = (path / "articles.jsonl").open("w", encoding="utf-8")

    def add(self, source: Source) -> Skipped | None:
        """Takes `source` in; answers why not if it is a copy of another or holds no article."""
        if source.id in self.ids:
            return Skipped(_named(source), f"a copy of another source ({source.id})")
        articles = [a for a in split(source) if a.id not in self.article_ids]
        passages = [(a, list(chunk(source.text, a, self.chunking.max_chars))) for a in articles]
        if not any(found for _, found in passages):
            return Skipped(_named(source), "holds no article, only teasers, credits or too little text")
        self._write_source(source)
        for article, found in passages:
            spun = is_spun(normalize(source.text[article.start : article.end]))
            self._write_article(article, spun)
            for p in found:
                text = f"{p.heading} {source.text[p.start : p.end]}"
                self._row(
                    p.start,
                    p.end,
                    p.heading,
                    [self.vocabulary[t] for t in article_terms(dated(text, article.published), spun)],
                )
                self.waiting.append(ordinary(normalize(text))[0] if spun else normalize(text))
        if len(self.waiting) >= EMBED_BATCH:
            self._embed()
        return None

    def keep(self, store: Store, without: set[str]) -> None:
        """Takes over `store`'s sources except those in `without`, with their terms and vectors as they are."""
        rows, offsets, names = store.rows()
        vectors = store.dense.vectors()
        ids = np.array([self.vocabulary[name] for name in names], dtype=np.int32)
        kept_articles = [at for at, a in enumerate(store.articles) if a.source_id not in without]
        moved = {old: new for new, old in enumerate(kept_articles, self.articles)}
        for source in store.sources():
            if source.id not in without:
                self._write_source(source)
        for at in kept_articles:
            self._write_article(store.articles[at], store.articles[at].id in store.spun)
        keep = [at for at, p in enumerate(store.passages) if int(p["article"]) in moved]
        for at in keep:
            p = store.passages[at]
            terms = ids[rows[offsets[at] : offsets[at + 1]]]
            self._row(
                int(p["start"]), int(p["end"]), store.headings[p["heading"]], terms, moved[int(p["article"])]
            )
        self.vectors.append(vectors[keep])

    def _row(self, start: int, end: int, heading: str, terms: Any, article: int | None = None) -> None:
        number = self.headings.setdefault(heading, len(self.headings))
        self.passages.append((self.articles - 1 if article is None else article, start, end, number))
        self.rows.append(np.asarray(terms, dtype=np.int32))

    def _write_source(self, source: Source) -> None:
        data = source.text.encode("utf-8", "surrogatepass")
        self.texts.write(data)
        row = {"id": source.id, "file": source.file, "sha256": source.sha256, "given": dict(source.given)}
        _write_line(self.source_file, row | {"offset": self.bytes, "length": len(data)})
        self.bytes += len(data)
        self.ids.add(source.id)

    def _write_article(self, article: Article, spun: bool) -> None:
        row = asdict(article) | {"spun": spun}
        row["paragraphs"] = [[p.start, p.end, p.heading] for p in article.paragraphs]
        _write_line(self.article_file, row)
        self.articles += 1
        self.article_ids.add(article.id)

    def _embed(self) -> None:
        if self.waiting:
            self.vectors.append(self.embedder.embed(self.waiting))
            self.waiting = []

    def close(self) -> None:
        """Closes the files that are written as sources come."""
        for file in (self.texts, self.source_file, self.article_file):
            file.close()

    def finish(self) -> None:
        """Writes what is built from all rows together."""
        self._embed()
        self.close()
        if not self.passages:
            raise StoreError("no article is left to index: name files or folders that hold articles")
        np.save(self.path / "passages.npy", np.array(self.passages, dtype=PASSAGE), allow_pickle=False)
        (self.path / "headings.json").write_text(json.dumps(list(self.headings), ensure_ascii=False), "utf-8")
        rows = np.concatenate(self.rows)
        offsets = np.cumsum([0] + [len(r) for r in self.rows])
        np.save(self.path / "terms.npy", rows, allow_pickle=False)
        np.save(self.path / "offsets.npy", offsets, allow_pickle=False)
        self.rows.clear()
        build_lexical(rows, offsets, dict(self.vocabulary), self.path)
        build_lexicon(self.vocabulary, self.path)
        build_spellings(list(self.vocabulary), self.path)
        vectors = np.concatenate(self.vectors)
        self.vectors.clear()
        build_dense(vectors, self.path / "dense.faiss")


def build(
    sources: Iterable[Source | Skipped],
    folder: Path,
    embedder: Embedder,
    chunking: Chunking | None = None,
    keep: Store | None = None,
    without: Iterable[str] = (),
    glossary: tuple[Entry, ...] | None = None,
) -> Report:
    """Writes a new generation under `folder` of `sources` (after those of `keep`) and makes it the current one.

    `glossary` is the user's own entries, None for those of `keep` (then its terms are kept as they are).
    Nothing that was there changes until the new generation is whole and on disk. Raises `StoreError` if no
    article is left or another build is at work.
    """
    started = time.monotonic()
    skipped: list[Skipped] = []
    chunking = chunking or Chunking()
    with _only_build(folder), ExitStack() as stack:
        name = f"g{time.time_ns():x}"
        path = folder / f"{name}.partial"
        path.mkdir()
        writer = stack.enter_context(closing(_Writer(path, embedder, chunking)))
        kept = keep.glossary if keep else ()
        own = kept if glossary is None else glossary
        stack.callback(use, kept)
        use(own)
        write_entries(own, path / "glossary.tsv")
        if keep and own != kept:
            sources = chain((s for s in keep.sources() if s.id not in set(without)), sources)
        elif keep:
            writer.keep(keep, set(without))
        for source in sources:
            refused = source if isinstance(source, Skipped) else writer.add(source)
            if refused:
                skipped.append(refused)
        if not writer.articles:
            what = f": {skipped[0].file}: {skipped[0].why}" if skipped else ""
            raise StoreError(
                f"nothing readable was found ({len(skipped)} skipped{what}): name files that hold articles"
            )
        writer.finish()
        _seal(path, writer)
        os.rename(path, folder / name)
        _sync(folder)
        _switch(folder, name)
        counts = (len(writer.ids), writer.articles, len(writer.passages))
    return Report(name, *counts, tuple(skipped), time.monotonic() - started)


def store_of(texts: Iterable[str], folder: Path, embedder: Embedder) -> Store:
    """A store in `folder` over `texts`, each once and an article with `content_id(text)` as its id."""
    found = ((content_id(text), text) for text in dict.fromkeys(texts))
    build((Source(id_, "texts.jsonl", "", text, {"id": id_}) for id_, text in found), folder, embedder)
    return Store(folder, embedder)


@contextmanager
def _only_build(folder: Path) -> Iterator[None]:
    """Holds the store's build lock, and clears away what killed or finished builds left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(
                f"another build is writing to {folder}: wait for it to end and try again"
            ) from None
        _clear(folder)
        try:
            yield
        finally:
            _clear(folder)


def _clear(folder: Path) -> None:
    """Removes unfinished generations and all but the newest two finished ones."""
    current = current_generation(folder) if (folder / CURRENT).exists() else ""
    finished = sorted(
        p.name for p in folder.glob("g*") if p.is_dir() and p.suffix != ".partial" and p.name != current
    )
    for path in [*folder.glob("g*.partial"), *(folder / name for name in finished[:-1])]:
        shutil.rmtree(path, ignore_errors=True)


def _seal(path: Path, writer: _Writer) -> None:
    """Writes the manifest and syncs every file."""
    files = {p.name: file_digest(p) for p in sorted(path.iterdir())}
    manifest = {
        "format": FORMAT,
        "embedder": writer.embedder.fingerprint,
        "max_chars": writer.chunking.max_chars,
        "tables": glossary_fingerprint(),
        "versions": {"xinwen": version("xinwen"), "python": platform.python_version()}
        | {name: version(name) for name in ("bm25s", "faiss-cpu", "jieba", "numpy")},
        "counts": {"sources": len(writer.ids), "articles": writer.articles, "passages": len(writer.passages)},
        "files": files,
    }
    (path / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
    for file in [*path.iterdir(), path]:
        _sync(file)


def _switch(folder: Path, name: str) -> None:
    pointer = folder / f"{CURRENT}.new"
    pointer.write_text(name + "\n", "utf-8")
    _sync(pointer)
    os.replace(pointer, folder / CURRENT)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _named(source: Source) -> str:
    return f"{source.file} ({source.given['id']})" if "id" in source.given else source.file


def _write_line(file: TextIO, row: dict[str, Any]) -> None:
    file.write(json.dumps(row, ensure_ascii=False) + "\n")
