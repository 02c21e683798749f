"""Turns what people said of answers on the page into questions of the set, to look through and to run.

python -m evals.feedback --out rated.jsonl      then: xinwen eval --questions rated.jsonl

An answer called useful must come again: its short words and its citations are the gold. A single value called
wrong must not come again; what is right, and what a list lacks, is for a person to fill in, and `accepted` to be set
to true then: until that, the runner passes over it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from bot.conversations import FEEDBACK
from bot.journal import rows
from bot.library import Library
from bot.question import language_of
from bot.settings import Settings


def questions(folder: Path) -> list[dict[str, Any]]:
    """A row of a question set for each answer that was rated, by the last thing that was said of it."""
    last = {(row["conversation"], row["answer"]["trace_id"]): row for row in rows(folder / FEEDBACK)}
    return [_question(number, row) for number, row in enumerate(last.values(), 1)]


def _question(number: int, row: dict[str, Any]) -> dict[str, Any]:
    answer, good = row["answer"], row["rating"] == "up"
    said = [] if answer["refused"] else short_words(answer["answer"])
    cited = [{name: c[name] for name in ("file", "start", "end", "quote")} for c in answer["citations"]]
    return {
        "id": f"f{number:03d}",
        "split": "dev",
        # With what was asked before it already filled in, so that it stands alone.
        "question": answer["standalone_question"],
        "language": language_of(row["question"]),
        "kind": "feedback",
        "answers": [[part] for part in said] if good else [],
        "forbidden": said if not good and len(said) == 1 else [],
        "refuse": answer["refused"] if good else False,
        "reason": answer["reason"] if good else None,
        "history": [],
        "tags": ["feedback"] if good else ["feedback", "to complete"],
        "spans": cited if good and not answer["refused"] else [],
        "comment": row["comment"],
        "accepted": good,
    }


def short_words(answer: str) -> list[str]:
    """The parts of an answer's first line that are cited.

    >>> short_words("华为 [1]、壁仞科技 [2][3]")
    ['华为', '壁仞科技']
    """
    parts = re.split(r"\s*(?:\[\d+\])+(?:、|, )?", answer.splitlines()[0] if answer else "")
    return [part.strip() for part in parts if part.strip()]


def main(argv: list[str] | None = None) -> int:
    """Writes the questions; 0 when there were any, 1 with a line on stderr when nothing was rated yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(argv)
    folder = Library(Settings(), options.store).folder
    found = questions(folder)
    if not found:
        print(f"xinwen: no answer was rated in {folder}: rate some on the page first", file=sys.stderr)
        return 1
    options.out.write_text("".join(json.dumps(q, ensure_ascii=False) + "\n" for q in found), "utf-8")
    print(
        f"{len(found)} questions in {options.out}; complete those with `accepted` false, then run `xinwen eval --questions {options.out}`"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
