"""The data that models are trained on and measured with: JSON lines, packed, named with their SHA-256."""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

SHA256 = {
    "news_crud.jsonl.xz": "f9d99c336fda9931251ddb5d154b713c4230a4aa2fde4e6ccec60124f43b39ec",
    "train_chinesesquad_v2_dev.jsonl.gz": "1998b7d71fe310606c5824310977c1f2babf9c56c3a4b05fbc178bf351f4d8cf",
    "train_cmrc2018_trial.jsonl.gz": "669780276db596217fa4274fa6a0bbc9381191e01e5d4605a5a402a380882154",
    "train_drcd_dev.jsonl.gz": "d77def42c17e4f93d27e38fda19294701caf4c8474588dc287fb9b669e48dc06",
    "train_news_events.jsonl.gz": "5f40f73e635f7d4d1c2c9665e44671350d9bb3444b74b3787459f03eba138e6e",
    "train_parallel_en_zh.jsonl.gz": "de30d3979d629bee3ed5b71d5ba11b8a6b1885ab447ced1fc4b7b1cae6192022",
}


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a gzip- or xz-packed file of JSON lines.

    Raises `ValueError` if a training file is not the one that the models were made with.
    """
    wanted = SHA256.get(path.name)
    if wanted and _digest(path) != wanted:
        raise ValueError(f"{path} has the SHA-256 {_digest(path)}, the models were made with {wanted}")
    packed = lzma.open if path.suffix == ".xz" else gzip.open
    with packed(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@cache
def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
