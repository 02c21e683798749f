"""A question of the set, and how it is read from disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Gold:
    """A span that holds the answer, in code points of the source's text, and what stands there."""

    file: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question: of each group in `answers` one form must be in the answer, nothing of `forbidden` may be."""

    id: str
    split: str  # dev, or test: only looked at to report
    question: str
    language: str
    kind: str
    answers: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...]
    refuse: bool
    reason: str | None  # the reason that a refusal must give
    history: tuple[str, ...]  # what was asked before
    tags: tuple[str, ...]
    spans: tuple[Gold, ...]


def read_questions(path: Path) -> Iterator[Question]:
    """The questions of a ``.jsonl`` file. Raises `ValueError` naming the line that is not one."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            yield _question(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number} is not a question: {error!r}") from error


def _question(row: dict[str, Any]) -> Question:
    return Question(
        **{name: row[name] for name in ("id", "split", "question", "language", "kind", "refuse")},
        answers=tuple(tuple(group) for group in row["answers"]),
        forbidden=tuple(row.get("forbidden", ())),
        reason=row.get("reason"),
        history=tuple(row.get("history", ())),
        tags=tuple(row.get("tags", ())),
        spans=tuple(Gold(**span) for span in row["spans"]),
    )
