"""The BM25 leg: built once with bm25s, stored as plain arrays, scored for groups of alternatives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Group:
    """One thing that a query asks for: alternatives of which the best one counts, and how much it weighs."""

    alternatives: tuple[str, ...]
    weight: float = 1.0


def build_lexical(
    rows: NDArray[np.int32], offsets: NDArray[np.int64], vocabulary: dict[str, int], folder: Path
) -> None:
    """Writes the BM25 (Lucene's variant) of passages whose term ids are ``rows[offsets[i]:offsets[i + 1]]``."""
    import bm25s

    corpus = [rows[a:b].tolist() for a, b in pairwise(offsets)]
    model = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    model.index((corpus, vocabulary), show_progress=False, create_empty_token=False)
    for name in ("data", "indices", "indptr"):
        np.save(folder / f"bm25_{name}.npy", model.scores[name], allow_pickle=False)
    (folder / "vocabulary.json").write_text(json.dumps(list(vocabulary), ensure_ascii=False), "utf-8")


class Lexical:
    """The stored BM25: for each term the passages that hold it and its score there."""

    def __init__(self, folder: Path, count: int) -> None:
        self.count = count
        self._data, self._indices, self._indptr = (
            self._array(folder, name) for name in ("data", "indices", "indptr")
        )
        self.terms: list[str] = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        self._ids = {term: at for at, term in enumerate(self.terms)}

    @staticmethod
    def _array(folder: Path, name: str) -> Any:
        return np.load(folder / f"bm25_{name}.npy", mmap_mode="r", allow_pickle=False)

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Every term with its id, in the order of the ids."""
        return self._ids

    def __contains__(self, term: str) -> bool:
        return term in self._ids

    def document_frequency(self, term: str) -> int:
        """In how many passages `term` stands."""
        at = self._ids.get(term)
        return 0 if at is None else int(self._indptr[at + 1] - self._indptr[at])

    def scores(self, groups: Sequence[Group]) -> Scores:
        """The score of every passage, shape (count,): for each group its best alternative's, weighted, added up."""
        total = np.zeros(self.count, dtype=np.float32)
        for group in groups:
            known = [
                at for term in dict.fromkeys(group.alternatives) if (at := self._ids.get(term)) is not None
            ]
            if len(known) == 1:
                rows, values = self._column(known[0])
                total[rows] += group.weight * values
            elif known:
                best = np.zeros(self.count, dtype=np.float32)
                for at in known:
                    rows, values = self._column(at)
                    best[rows] = np.maximum(best[rows], values)
                total += group.weight * best
        return total

    def held(self, groups: Sequence[Group], rows: NDArray[np.int64]) -> tuple[Any, Any]:
        """What each of `groups` scores at most, shape (groups,), and which of the passages `rows` hold it.

        The latter has shape (groups, rows).
        """
        peaks = np.zeros(len(groups), dtype=np.float32)
        found = np.zeros((len(groups), len(rows)), dtype=bool)
        for g, group in enumerate(groups):
            for term in group.alternatives:
                if not self.document_frequency(term):
                    continue
                column, values = self._column(self._ids[term])
                places = np.minimum(np.searchsorted(column, rows), len(column) - 1)
                found[g] |= column[places] == rows
                peaks[g] = max(peaks[g], group.weight * float(values.max()))
        return peaks, found

    def _column(self, at: int) -> tuple[Any, Any]:
        part = slice(int(self._indptr[at]), int(self._indptr[at + 1]))
        return self._indices[part], self._data[part]
