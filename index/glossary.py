"""The tables of words: names and terms of the trade with their other forms, and synonym swappers' swaps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

DATA = Path(__file__).parent / "data"
KINDS = ("company", "person", "product", "institution", "media", "place", "term")
Cached = TypeVar("Cached", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Entry:
    """A name or term, its kind (company, person, product, term, …) and the other forms it is written in."""

    kind: str
    name: str
    aliases: tuple[str, ...]


class GlossaryError(ValueError):
    """A glossary file cannot be read; the message names the line and what is wrong with it."""


def read_entries(path: Path) -> tuple[Entry, ...]:
    """The entries of a glossary file: a line each, ``kind``, ``name`` and the other forms (``a|b``) with tabs between.

    Raises `GlossaryError` for a line of another shape or an unknown kind, `OSError` as `open` does.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise GlossaryError(f"{path} is not UTF-8: save it as UTF-8") from None
    found = []
    for at, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        kind, name, *rest = (cell.strip() for cell in line.split("\t")) if "\t" in line else (line, "")
        if kind not in KINDS or not name or len(rest) > 1:
            raise GlossaryError(
                f"{path}, line {at}: {line[:60]!r} is not kind, name and other forms (a|b) with tabs between; "
                f"kinds are {', '.join(KINDS)}"
            )
        forms = rest[0].split("|") if rest else []
        found.append(Entry(kind, name, tuple(f.strip() for f in forms if f.strip())))
    return tuple(found)


def write_entries(found: tuple[Entry, ...], path: Path) -> None:
    """Writes `found` so that `read_entries` reads them."""
    path.write_text("".join(f"{e.kind}\t{e.name}\t{'|'.join(e.aliases)}\n" for e in found), "utf-8")


_own: tuple[Entry, ...] = ()
_derived: list[Any] = []


def derived(cached: Cached) -> Cached:
    """Decorates a cached function whose results rest on the entries: `use` empties it."""
    _derived.append(cached)
    return cached


def use(own: tuple[Entry, ...]) -> None:
    """Makes `own` the user's entries of this process, which go before the shipped ones.

    They are one to a process since jieba's dictionary is; opening a store calls it with the store's.
    """
    global _own
    if own != _own:
        _own = own
        forget()


def forget() -> None:
    """Empties what was kept of the tables, so that they are read anew."""
    for cached in _derived:
        cached.cache_clear()


@derived
@cache
def entries() -> tuple[Entry, ...]:
    """Every entry: the user's, then those of ``glossary.tsv``."""
    return _own + read_entries(DATA / "glossary.tsv")


@derived
@cache
def by_form() -> dict[str, Entry]:
    """Each form of each entry, in lower case, to its entry."""
    return {form.lower(): e for e in reversed(entries()) for form in (e.name, *e.aliases)}


@cache
def everyday() -> dict[str, tuple[str, ...]]:
    """Words as people ask to the words that articles write for them, of ``everyday.tsv``."""
    rows = [line.split("\t") for line in (DATA / "everyday.tsv").read_text("utf-8").splitlines()]
    return {word: tuple(written.split("|")) for word, written in rows if not word.startswith("#")}


@derived
@cache
def _forms_by_start(kind: str) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for form, entry in by_form().items():
        if entry.kind == kind and len(form) > 1:
            table.setdefault(form[0], []).append(form)
    return {start: tuple(sorted(forms, key=len, reverse=True)) for start, forms in table.items()}


@derived
@lru_cache(maxsize=20_000)
def mentions(plain: str, kind: str) -> tuple[tuple[int, int], ...]:
    """The spans of the names of `kind` in `plain`, a text in lower case; at each place the longest.

    >>> [("英伟达和amd".__getitem__(slice(*m))) for m in mentions("英伟达和amd", "company")]
    ['英伟达', 'amd']
    """
    table = _forms_by_start(kind)
    found = []
    at = 0
    while at < len(plain):
        form = next(
            (f for f in table.get(plain[at], ()) if plain.startswith(f, at) and _whole(plain, at, f)), ""
        )
        if form:
            found.append((at, at + len(form)))
        at += len(form) or 1
    return tuple(found)


def _whole(plain: str, at: int, form: str) -> bool:
    """Whether a Latin `form` at `at` is not just a part of a longer word."""
    end = at + len(form)
    inside = (at > 0 and _latin(form[0]) and _latin(plain[at - 1])) or (
        end < len(plain) and _latin(form[-1]) and _latin(plain[end])
    )
    return not inside


def _latin(c: str) -> bool:
    return c.isascii() and c.isalnum()


@cache
def fingerprint() -> str:
    """A digest of the tables: an index made with other tables holds other terms."""
    return hashlib.sha256(
        b"".join((DATA / f).read_bytes() for f in ("glossary.tsv", "swaps.tsv"))
    ).hexdigest()[:16]
