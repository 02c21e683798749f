"""Reads text that went through a synonym swapper: which words are swapped, and what they stand for.

``swaps.tsv`` holds what such tools write. Much of it is also ordinary Chinese, so it is only read that way in
an article that is spun: one thick with words that ordinary news hardly ever writes. A reading with contexts
is only taken where one of them stands near.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from index.glossary import DATA

# Telling words in a thousand characters. Of 498 ordinary news articles none had more than 7.2, of the seed
# file's stretches of 500 characters none less than 14 (counted by `python -m index.mark_swaps --density`).
SPUN = 9.0
NEAR = 12  # characters
MIN_CHARS = 60


@dataclass(frozen=True, slots=True)
class Swap:
    """A swapped word: whether ordinary news hardly writes it, and its readings, each with its contexts."""

    written: str
    telling: bool
    readings: tuple[tuple[str, tuple[str, ...]], ...]


@cache
def swaps() -> dict[str, Swap]:
    """Every row of ``swaps.tsv`` by its written word."""
    rows = [line.split("\t") for line in (DATA / "swaps.tsv").read_text("utf-8").splitlines()]
    return {row[0]: _swap(*row) for row in rows if row[0] and not row[0].startswith("#")}


def _swap(written: str, mark: str, ordinary: str, contexts: str = "") -> Swap:
    near = dict(part.split(":") for part in contexts.split(";") if part)
    readings = tuple((o, tuple(near[o].split(",")) if o in near else ()) for o in ordinary.split("|"))
    return Swap(written, mark == "*", readings)


@cache
def _by_start() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for written in swaps():
        table.setdefault(written[:2], []).append(written)
    return {start: tuple(sorted(found, key=len, reverse=True)) for start, found in table.items()}


def find_swaps(plain: str) -> Iterator[tuple[int, Swap]]:
    """Where swapped words stand in `plain`, the longest at each place, without overlap."""
    table = _by_start()
    at = 0
    while at < len(plain) - 1:
        written = next((w for w in table.get(plain[at : at + 2], ()) if plain.startswith(w, at)), "")
        if written:
            yield at, swaps()[written]
        at += len(written) or 1


@lru_cache(maxsize=4096)
def is_spun(plain: str) -> bool:
    """Whether `plain`, an article's text, went through a swapper.

    >>> is_spun("曩昔几年,这家公司的开创人树立了核算机系。" * 4), is_spun("过去几年,这家公司的创始人成立了计算机系。" * 4)
    (True, False)
    """
    telling = sum(swap.telling for _, swap in find_swaps(plain))
    return len(plain) >= MIN_CHARS and telling * 1000 / len(plain) >= SPUN


def _taken(plain: str, at: int, swap: Swap) -> list[str]:
    around = (
        plain[max(0, at - NEAR) : at] + "\n" + plain[at + len(swap.written) : at + len(swap.written) + NEAR]
    )
    return [reading for reading, near in swap.readings if not near or any(word in around for word in near)]


@lru_cache(maxsize=8192)
def ordinary(plain: str, same_length: bool = False) -> tuple[str, tuple[str, ...]]:
    """`plain`, of a spun article, in ordinary words: each swap as its likeliest reading, and all further readings.

    With `same_length` only where that changes no position.

    >>> ordinary("核算机系的开创人")
    ('计算机系的创始人', ())
    """
    out, more, end = [], [], 0
    for at, swap in find_swaps(plain):
        taken = _taken(plain, at, swap)
        if same_length:
            taken = [reading for reading in taken if len(reading) == len(swap.written)]
        if taken:
            out += [plain[end:at], taken[0]]
            more += taken[1:]
            end = at + len(swap.written)
    return "".join([*out, plain[end:]]), tuple(dict.fromkeys(more))
