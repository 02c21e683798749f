"""What a question is read as, what an answer is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.search import Language

Kind = Literal["who", "when", "where", "how_much", "which", "list", "why", "yes_no", "what"]
Reason = Literal["not_in_articles", "off_topic", "false_premise", "unclear_question"]

TELLING = 0.3  # weight of a need that tells what is asked


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a sentence must say to answer: any of `forms`. A name cannot be paraphrased."""

    forms: tuple[str, ...]
    weight: float
    is_name: bool
    phrase: str
    kind: str = ""  # what it names, if it reads like a name: a place, a person, a company, …


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as understood: its kind, the type of thing wanted, and what a sentence must say."""

    text: str
    language: Language
    answer_language: Language
    kind: Kind
    wanted: str  # company, person, product, date, money, …; "" if anything goes
    cues: tuple[str, ...]  # regular expressions of the units or words that the wanted amount carries
    needs: tuple[Need, ...]

    @property
    def relation(self) -> list[Need]:
        """What the question asks of those whom it names."""
        return [n for n in self.needs if not n.is_name and n.weight >= TELLING]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span of a source's text."""

    source_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One part of an answer, in few words, and the sentence that says it."""

    text: str
    span: Span
    score: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: claims that answer, or a reason to refuse with the nearest thing known."""

    claims: tuple[Claim, ...]
    reason: Reason | None = None
    lead: str = ""  # what the answer begins with, in the bot's own words: yes, no, which is more
    lines: bool = False  # a line a claim
    also: tuple[Claim, ...] = ()  # where the answer is not sure: other sentences that may hold it


@dataclass(frozen=True, slots=True)
class Statement:
    """One side of a disagreement."""

    text: str
    marker: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sentences that answer the same question differently."""

    about: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A quoted sentence and where it stands: ``source.text[start:end] == quote``."""

    marker: int
    quote: str
    source_id: str
    file: str
    sha256: str
    start: int
    end: int
    article_id: str
    title: str
    source: str | None
    author: str | None
    published: str | None
    published_how: str | None
    url: str | None
    score: float
    glosses: tuple[str, ...] = ()  # what relative dates in the quote mean: "本年7月 → 2024年7月"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that a language model wrote and no article supports, and the check that it failed."""

    text: str
    why: str  # number, date, name, relation, negation, opposite, certainty, wording, off_question, subject, too_long


@dataclass(frozen=True, slots=True)
class Answer:
    """What every front end renders. Each ``[n]`` in `answer` is the marker of one citation, and no others exist."""

    answer: str
    refused: bool
    reason: Reason | None
    citations: tuple[Citation, ...]
    conflicts: tuple[Conflict, ...]
    standalone_question: str
    mode: str
    trace_id: str
    timings_ms: dict[str, float]
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()  # what went wrong on the way, in a sentence each
