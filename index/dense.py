"""The dense leg: exact inner-product search in FAISS. The only module that uses faiss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from index.embed import Vectors


def build_dense(vectors: Vectors, path: Path) -> None:
    """Writes an exact index of `vectors`, shape (passages, dimensions), in half precision: half the memory, and quicker."""
    import faiss

    index = faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    index.add(np.ascontiguousarray(vectors))
    faiss.write_index(index, str(path))


class Dense:
    """The stored vectors."""

    def __init__(self, path: Path) -> None:
        import faiss

        # One query at a time is faster without faiss's threads waiting for each other.
        faiss.omp_set_num_threads(1)
        # Mapped, not read: what memory it takes is the file's, and can be given back.
        self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return int(self._index.d)

    def vectors(self) -> Vectors:
        """All vectors, shape (passages, dimensions)."""
        return np.asarray(self._index.reconstruct_n(0, self._index.ntotal), dtype=np.float32)

    def search(self, vector: Vectors, k: int) -> tuple[Any, Vectors]:
        """The rows and inner products of the `k` nearest passages, best first."""
        scores, rows = self._index.search(vector.reshape(1, -1), min(k, self._index.ntotal))
        return rows[0], scores[0]
