"""A sentence with how much of what a question needs it says, and what the reader makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.reader import best_span
from bot.records import Need, Span
from index.embed import Vectors
from ingest.records import Passage


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, the share of the needs' weight that it covers, and which needs it says itself."""

    span: Span
    passage: Passage
    text: str
    read_as: str  # the text with the dates that its relative ones mean behind it
    spun: bool
    rank: int  # of its passage
    article_rank: int  # of the best passage of its article
    article_coverage: float  # what the sentences found of its article cover together
    distance: float  # of its passage's score from the best one's
    coverage: float
    own: float  # the share covered by the sentence itself, without heading and neighbours
    alike: float  # the same where a need that it does not say counts by the likest of its words
    least: float  # the likeness of the telling need that it says the least of
    missing: tuple[Need, ...]
    marks: Vectors | None  # (characters, 2): the reader's logits that the answer starts and ends there
    none: float  # the reader's logit that the passage does not answer
    score: float  # the probability that it answers
    published: str | None = None  # the date of its article


def read_span(e: Evidence) -> tuple[int, int, float]:
    """The reader's best span in the sentence, and its log-odds against no answer; an empty span if it was not read."""
    if e.marks is None or not len(e.marks):
        return 0, 0, 0.0
    a, b, score = best_span(e.marks[:, 0], e.marks[:, 1], np.zeros(len(e.marks), dtype=np.int32))
    return a, b, score - e.none


def marked(e: Evidence, span: tuple[int, int]) -> float:
    """The reader's log-odds for an answer that starts and ends about where `span` does; 0 if it was not read."""
    if e.marks is None or not len(e.marks):
        return 0.0
    a, b = span
    start = float(e.marks[max(0, a - 3) : b, 0].max(initial=-30.0))
    end = float(e.marks[a : b + 3, 1].max(initial=-30.0))
    return max(-15.0, min(15.0, start + end - e.none))
