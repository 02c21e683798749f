"""Articles added and removed from the page: checked files in, a new generation of the store or nothing changed."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from threading import Lock, Thread
from typing import BinaryIO

from bot.library import Library
from index.build import Report, build
from index.store import NoStoreError, StoreError
from ingest.read import SUFFIXES, read
from ingest.records import Skipped, Source
from ingest.split import split

MAX_UPLOAD_BYTES = 64 << 20
MAX_FILES = 200
# A packed file may hold more than it weighs, but not so much that it fills the memory.
MAX_UNPACKED_BYTES = 256 << 20
_MANY = 100  # sources between two signs of progress
_at_work = Lock()

Step = tuple[str, str | int]  # ("reading", file) or ("indexing", count)


def received(files: list[tuple[str, BinaryIO]]) -> Path:
    """A new folder with the uploaded `files`, each under its own name; whoever adds them removes it."""
    folder = Path(tempfile.mkdtemp(prefix="xinwen-upload-"))
    for number, (name, data) in enumerate(files):
        # Only the last part of the name a browser sends, so that no file lands elsewhere.
        bare = PurePosixPath(name.replace("\\", "/")).name.replace("\0", "").strip(". ")[-120:] or "unnamed"
        (folder / str(number)).mkdir()
        with (folder / str(number) / bare).open("wb") as out:
            shutil.copyfileobj(data, out)
    return folder


def add(library: Library, folder: Path) -> Iterator[Step | Report]:
    """Adds the files of `folder`, which is removed, whether anybody listens or not: signs of progress, then the report.

    Listening raises what the work raised: `StoreError` if the store cannot be built.
    """
    told: SimpleQueue[Step | Report | Exception] = SimpleQueue()

    def work() -> None:
        try:
            told.put(_add(library, folder, told.put))
        except Exception as error:  # told to the listener, who raises it
            told.put(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    Thread(target=work).start()
    return _listen(told)


def _listen(told: SimpleQueue[Step | Report | Exception]) -> Iterator[Step | Report]:
    step: Step | Report | Exception | None = None
    while not isinstance(step, Report):
        step = told.get()
        if isinstance(step, Exception):
            raise step
        yield step


def _add(library: Library, folder: Path, tell: Callable[[Step], None]) -> Report:
    with _alone():
        try:
            keep = library.store()
        except NoStoreError:
            keep = None
        held = {row["id"] for row in keep.source_rows} if keep else set()
        found = [_new(one, held) for one in _read(folder, tell)]
        skipped = tuple(one for one in found if isinstance(one, Skipped))
        sources = [one for one in found if isinstance(one, Source)]
        if not sources:
            return Report("", 0, 0, 0, skipped, 0.0)

        def watched() -> Iterator[Source]:
            for count, source in enumerate(sources, 1):
                if count % _MANY == 1:
                    tell(("indexing", count))
                yield source

        report = build(watched(), library.folder, library.embedder, library.chunking, keep)
        library.store()
        before = keep.manifest["counts"] if keep else {"sources": 0, "articles": 0, "passages": 0}
        return replace(
            report,
            sources=report.sources - before["sources"],
            articles=report.articles - before["articles"],
            passages=report.passages - before["passages"],
            skipped=skipped + report.skipped,
        )


def _new(found: Source | Skipped, held: set[str]) -> Source | Skipped:
    """`found`, skipped if it would add nothing to the sources that are `held`."""
    if isinstance(found, Skipped):
        return found
    if found.id in held:
        return Skipped(found.file, "already in the library")
    return (
        found
        if list(split(found))
        else Skipped(found.file, "holds no article, only teasers or too little text")
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Keeps two changes from taking over the same generation, of which one would be lost."""
    if not _at_work.acquire(blocking=False):
        raise StoreError("another change is being made: wait for it to end and try again")
    try:
        yield
    finally:
        _at_work.release()


def _read(folder: Path, tell: Callable[[Step], None]) -> Iterator[Source | Skipped]:
    """What the files of `folder` hold; skipped files are named as the user knows them."""
    for path in sorted(folder.glob("*/*"), key=lambda p: int(p.parent.name)):
        tell(("reading", path.name))
        if not path.name.lower().endswith(SUFFIXES):
            yield Skipped(path.name, f"not one of the kinds that are read: {' '.join(SUFFIXES)}")
        elif _unpacked_bytes(path) > MAX_UNPACKED_BYTES:
            yield Skipped(path.name, f"unpacks to more than {MAX_UNPACKED_BYTES >> 20} MB")
        else:
            for found in read([path]):
                yield Skipped(Path(found.file).name, found.why) if isinstance(found, Skipped) else found


def _unpacked_bytes(path: Path) -> int:
    """How much a packed file holds, counted no further than needed; 0 for others and for damaged ones."""
    name = path.name.lower()
    try:
        if name.endswith(".docx"):
            with zipfile.ZipFile(path) as packed:
                return sum(part.file_size for part in packed.infolist())
        if name.endswith(".gz"):
            with gzip.open(path) as unpacked:
                size = 0
                while size <= MAX_UNPACKED_BYTES and (chunk := unpacked.read(1 << 20)):
                    size += len(chunk)
                return size
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error):
        pass
    return 0


def remove(library: Library, source_id: str) -> str:
    """Removes a source and answers its file's name. Raises `StoreError` if it is not there or the last one."""
    with _alone():
        store = library.store()
        file = next((str(row["file"]) for row in store.source_rows if row["id"] == source_id), None)
        if file is None:
            raise StoreError("there is no such source; it may have been removed already")
        build([], library.folder, library.embedder, library.chunking, store, [source_id])
        library.store()
        return file
