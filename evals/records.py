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
    source_id: str = ""  # which of a file's sources, where it holds many


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
    without: tuple[Gold, ...] = ()  # what is cut out of the store before it is asked


def read_questions(path: Path) -> Iterator[Question]:
    """The questions of a ``.jsonl`` file but for drafts that nobody accepted.

    A line needs `question`, and `answers` or ``"refuse": true``; the rest has defaults. Raises `ValueError`
    naming the line that is not a question.
    """
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            if row.get("accepted", True):
                yield _question(row, f"line {number}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}:{number} is not a question: {error!r}") from error


def _question(row: dict[str, Any], id_: str) -> Question:
    refuse = row.get("refuse", False)
    if not refuse and not row.get("answers"):
        raise ValueError("it needs `answers`, or `refuse` set to true")
    return Question(
        id=row.get("id", id_),
        split=row.get("split", "dev"),
        question=row["question"],
        language=row.get("language", "zh"),
        kind=row.get("kind", "unanswerable" if refuse else "what"),
        answers=tuple(tuple(group) for group in row.get("answers", ())),
        forbidden=tuple(row.get("forbidden", ())),
        refuse=refuse,
        reason=row.get("reason"),
        history=tuple(row.get("history", ())),
        tags=tuple(row.get("tags", ())),
        spans=tuple(Gold(**span) for span in row.get("spans", ())),
        without=tuple(Gold(**span) for span in row.get("without", ())),
    )
