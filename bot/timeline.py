"""The dated events of the articles: sentences that say when something was, in the order of their dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.candidates import candidates
from bot.question import language_of
from bot.records import Span
from bot.values import value_of
from index.search import search
from index.store import Store
from index.terms import normalize
from index.times import glosses
from ingest.records import Article
from ingest.sentences import sentence_spans

ARTICLES = 200  # that are looked at where no name is asked for
PASSAGES = 100  # that are looked at for a name
MIN_CHARS = 10
_FULL = re.compile(r"(?:19|20)\d\d\s*年")


@dataclass(frozen=True, slots=True)
class Event:
    """A sentence and the first date that it says: (year, month, day), with 0 for what it does not say."""

    date: tuple[int, int, int]
    said: str  # as the sentence has it
    span: Span
    article: Article


def events(store: Store, name: str = "") -> list[Event]:
    """The events of the first `ARTICLES` articles, or of the passages that say `name` in all; oldest first."""
    plain = normalize(name.strip())
    places: Iterator[tuple[Article, int, int]]
    if plain:
        hits = search(store, name, PASSAGES, language_of(name))
        places = ((store.article(h.passage.article_id), h.passage.start, h.passage.end) for h in hits)
    else:
        places = ((a, p.start, p.end) for a in store.articles[:ARTICLES] for p in a.paragraphs)
    found: dict[Span, Event] = {}
    for article, start, end in places:
        text = store.source(article.source_id).text
        for a, b in _clauses(text, start, end):
            if b - a >= MIN_CHARS and (not plain or plain in normalize(text[a:b])):
                dated = _date(text[a:b], article.published)
                if dated:
                    span = Span(article.source_id, a, b)
                    found[span] = Event(*dated, span, article)
    return sorted(found.values(), key=lambda e: (e.date, e.span.source_id, e.span.start))


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of ``text[start:end]``, cut where a semicolon goes on to another year."""
    for a, b in sentence_spans(text, start, end):
        cuts = [m.end() for m in re.finditer(r"[;；](?=\s*(?:19|20)\d\d\s*年)", text[a:b])]
        yield from pairwise([a, *(a + cut for cut in cuts), b])


def _date(sentence: str, published: str | None) -> tuple[tuple[int, int, int], str] | None:
    """The first date of `sentence` with a year, said or meant, and how it is said.

    >>> _date("而在本年7月的大会上,公司宣布了合作。", "2024-09")
    ((2024, 7, 0), '本年7月')
    """
    meant = {g.start: (g.start, g.end, g.meant) for g in glosses(sentence, published)}
    for a, b in candidates(sentence, "date"):
        if _FULL.match(sentence[a:b]):
            meant.setdefault(a, (a, b, sentence[a:b]))
    for a, b, date in sorted(meant.values()):
        value = value_of(date)
        if value and value.unit == "date" and value.parts[0]:
            year, month, day = map(int, value.parts)
            return (year, month, day), sentence[a:b]
    return None
