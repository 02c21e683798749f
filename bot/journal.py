"""Rows appended to a file of JSON lines, so that a kill at any moment costs at most the row being written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def append(path: Path, row: dict[str, Any]) -> None:
    """Adds `row` to the file at `path`, on disk when this returns; makes the file and its folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        # A row that a kill cut short ends here, so that it does not swallow this one.
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, b"\n" * torn + line)
        os.fsync(handle)
    finally:
        os.close(handle)


def rows(path: Path) -> list[dict[str, Any]]:
    """The whole rows of the file at `path`, oldest first; none if there is no file."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    return [row for line in lines if (row := _row(line)) is not None]


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
