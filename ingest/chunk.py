"""An article to its passages: a few sentences each, cut on sentence ends, never across a heading."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.records import Article, Passage
from ingest.sentences import sentence_spans

MAX_CHARS = 240


def chunk(text: str, article: Article, max_chars: int = MAX_CHARS) -> Iterator[Passage]:
    """The passages of `article` in `text`, its source's text; a sentence longer than `max_chars` stays whole."""
    start = end = 0
    heading = ""
    for paragraph in article.paragraphs:
        for a, b in sentence_spans(text, paragraph.start, paragraph.end):
            if end > start and (paragraph.heading != heading or b - start > max_chars):
                yield Passage(article.source_id, article.id, start, end, heading)
                start = a
            elif end == start:
                start = a
            end, heading = b, paragraph.heading
    if end > start:
        yield Passage(article.source_id, article.id, start, end, heading)
