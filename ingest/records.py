"""The records that travel from a raw file to a passage. Spans are half-open, in code points of `Source.text`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """One text as crawled, never rewritten; `given` is what its file says of it (title, author, …)."""

    id: str
    file: str
    sha256: str  # of the file's bytes
    text: str
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of an article's body and the section heading it stands under."""

    start: int
    end: int
    heading: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article in a source: where it stands and what is known of it, None where the text is silent."""

    id: str
    source_id: str
    start: int
    end: int
    title: str
    title_made: bool  # the crawl lost the title; this one is made from the first sentence
    source: str | None
    author: str | None
    published: str | None  # ISO 8601: YYYY, YYYY-MM, YYYY-MM-DD or with a time
    published_how: str | None
    url: str | None
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of an article, the unit that is indexed."""

    source_id: str
    article_id: str
    start: int
    end: int
    heading: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file (or a line of one) that was not taken in, and why."""

    file: str
    why: str


def content_id(*parts: str) -> str:
    """A short id that depends on `parts` alone.

    >>> content_id("华为") == content_id("华为") != content_id("华", "为")
    True
    """
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
