"""The tables of words: names and terms of the trade with their other forms, and synonym swappers' swaps."""

from __future__ import annotations

import hashlib
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
def swaps() -> dict[str, tuple[str, ...]]:
    """What a swapped word may stand for: {"开创人": ("创始人",), …}."""
    return {swapped: tuple(ordinary.split("|")) for swapped, ordinary in _rows("swaps.tsv")}


@cache
def fingerprint() -> str:
    """A digest of the tables: an index made with other tables holds other terms."""
    return hashlib.sha256(
        b"".join((DATA / f).read_bytes() for f in ("glossary.tsv", "swaps.tsv"))
    ).hexdigest()[:16]
