"""The tables of words: names and terms of the trade with their other forms, and synonym swappers' swaps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Entry:
    """A name or term, its kind (company, person, product, term, …) and the other forms it is written in."""

    kind: str
    name: str
    aliases: tuple[str, ...]


def _rows(file: str) -> list[list[str]]:
    lines = (DATA / file).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]


@cache
def entries() -> tuple[Entry, ...]:
    """Every entry of ``glossary.tsv``."""
    return tuple(
        Entry(kind, name, tuple(a for a in rest[0].split("|") if a))
        for kind, name, *rest in _rows("glossary.tsv")
    )


@cache
def by_form() -> dict[str, Entry]:
    """Each form of each entry, in lower case, to its entry."""
    return {form.lower(): e for e in reversed(entries()) for form in (e.name, *e.aliases)}


@cache
def _forms_by_start(kind: str) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for form, entry in by_form().items():
        if entry.kind == kind and len(form) > 1:
            table.setdefault(form[0], []).append(form)
    return {start: tuple(sorted(forms, key=len, reverse=True)) for start, forms in table.items()}


def mentions(plain: str, kind: str) -> Iterator[tuple[int, int]]:
    """The spans of the names of `kind` in `plain`, a text in lower case; at each place the longest.

    >>> [("英伟达和amd".__getitem__(slice(*m))) for m in mentions("英伟达和amd", "company")]
    ['英伟达', 'amd']
    """
    table = _forms_by_start(kind)
    at = 0
    while at < len(plain):
        form = next(
            (f for f in table.get(plain[at], ()) if plain.startswith(f, at) and _whole(plain, at, f)), ""
        )
        if form:
            yield at, at + len(form)
        at += len(form) or 1


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
