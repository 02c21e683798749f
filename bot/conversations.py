"""What was asked and answered on the page, and what people thought of it, kept in the store's folder.

STORE/conversations/ID.jsonl    a turn a line: when, question, answer, generation, version
STORE/feedback.jsonl            a rating a line: rating, comment, conversation and the turn that it is of
"""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.journal import append, rows
from bot.records import Answer, Citation, Conflict, Dropped, Statement

FEEDBACK = "feedback.jsonl"
_ID = re.compile(r"[\w-]{16,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer, with the store's generation that it was answered from."""

    question: str
    answer: Answer
    generation: str


class Conversations:
    """The saved conversations under a store's `folder`. An id that is not one of theirs is an empty conversation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def turns(self, id_: str | None) -> list[Turn]:
        """The turns of the conversation, oldest first."""
        saved = rows(self._file(id_)) if is_id(id_) else []
        return [turn for row in saved if (turn := _turn(row))]

    def add(self, id_: str | None, turn: Turn) -> str:
        """Adds `turn` to the conversation, or to a new one without an id; answers its id."""
        known = str(id_) if is_id(id_) else new_id()
        row = {"at": _now(), "version": version("xinwen")} | asdict(turn)
        append(self._file(known), row)
        return known

    def copy(self, id_: str) -> str:
        """A new conversation with the turns of `id_`, so that whoever goes on with it leaves that one alone."""
        copied = new_id()
        for row in rows(self._file(id_)) if is_id(id_) else ():
            append(self._file(copied), row)
        return copied

    def rate(self, id_: str, trace_id: str, rating: str, comment: str) -> bool:
        """Writes down what someone thinks of an answer; False if there is no such answer."""
        saved = rows(self._file(id_)) if is_id(id_) else []
        turn = next((row for row in saved if row["answer"]["trace_id"] == trace_id), None)
        if turn:
            said = {"rated_at": _now(), "rating": rating, "comment": comment, "conversation": id_}
            append(self.folder / FEEDBACK, said | turn)
        return turn is not None

    def _file(self, id_: str | None) -> Path:
        return self.folder / "conversations" / f"{id_}.jsonl"


def is_id(id_: Any) -> bool:
    """Whether `id_` is made like a conversation's id, and so is safe as a file's name."""
    return isinstance(id_, str) and bool(_ID.fullmatch(id_))


def new_id() -> str:
    """An id that cannot be guessed."""
    return secrets.token_urlsafe(15)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _turn(row: dict[str, Any]) -> Turn | None:
    """The turn of a saved row; None if another version wrote it in another form."""
    try:
        return Turn(row["question"], answer_of(row["answer"]), row["generation"])
    except (KeyError, TypeError):
        return None


def answer_of(said: dict[str, Any]) -> Answer:
    """The answer that `asdict` made `said` of, or JSON after it. Raises `KeyError` or `TypeError` for anything else."""
    parts = {
        "citations": tuple(Citation(**c | {"glosses": tuple(c["glosses"])}) for c in said["citations"]),
        "conflicts": tuple(
            Conflict(c["about"], tuple(Statement(**s) for s in c["statements"])) for c in said["conflicts"]
        ),
        "dropped": tuple(Dropped(**d) for d in said["dropped"]),
        "notes": tuple(said["notes"]),
    }
    return Answer(**said | parts)
