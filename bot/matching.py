"""Whether a text says what a question needs, and how far a sentence does with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bot.records import Asked, Need, Span
from index.embed import Vectors, products
from index.glossary import Entry, by_form, derived, mentions
from index.search import Hit
from index.store import Store
from index.swaps import ordinary
from index.terms import STOP, normalize, terms
from index.times import dated
from ingest.records import Passage
from ingest.sentences import sentence_spans

# What a name is worth where it stands: in the heading, the sentences before, where the article begins.
IN_HEADING = 0.9
BEFORE = 0.75
IN_LEAD = 0.6
SIMILAR_ENOUGH = 0.55
LEAD_IN_CHARS = 240
MAX_KEPT = 20_000  # vectors of words and sentences
SUBJECT_CHARS = 28  # where a sentence names what it is about
POINTS_BACK = re.compile(
    r"[“\"\-\s]*(?:而|但|并且|同时|另外|此外)?[,，]?(?:这[款家位个颗项一]|该|其|它|他|她|此|公司)"
)
_QUOTES = re.compile(r"[“”‘\"「」『』]|(?<![a-z])['’]|['’](?![a-z])")  # but not in “moody's”
_CHINESE = re.compile(r"[一-鿿]{2,}")
_POINTS = re.compile(r"其(?!中|他|实|次|余)|该|它|他(?!们)|她|这[款家位个颗项]")


def said(need: Need, text: str, spun: bool, likeliest: bool = False) -> bool:
    """Whether `text` holds a form of `need`; of swapped words every reading counts, or just the `likeliest`."""
    if not text:
        return False
    plain = plain_of(text, spun, likeliest)
    words, patterns, characters = _ways(need.forms)
    for word in words:
        if word in plain:
            return True
    for form, pattern in patterns:
        if form in plain and pattern.search(plain):
            return True
    return bool(characters) and any(c in plain and c in _words_of(plain) for c in characters)


@lru_cache(maxsize=4_000)
def _ways(
    forms: tuple[str, ...],
) -> tuple[tuple[str, ...], tuple[tuple[str, re.Pattern[str]], ...], tuple[str, ...]]:
    """How `forms` are looked for: anywhere, not within a longer number or Latin word, as words of one character."""
    latin = [(f, re.compile(rf"(?<![a-z0-9]){re.escape(f)}(?![a-z0-9])")) for f in forms if f.isascii()]
    others = [f for f in forms if not f.isascii()]
    figures = [(f, re.compile(rf"(?<![\d.]){re.escape(f)}")) for f in others if f[0].isdigit()]
    words = [f for f in others if not f[0].isdigit()]
    whole, characters = (tuple(f for f in words if (len(f) > 1) == long) for long in (True, False))
    return whole, (*latin, *figures), characters


@lru_cache(maxsize=4_000)
def plain_of(text: str, spun: bool, likeliest: bool = False) -> str:
    """`text` as `said` looks things up in it: in normal form without quotation marks, with what its swapped words stand for
    in lines of their own."""
    plain = _QUOTES.sub("", normalize(text))  # the “buy” rating
    if spun:
        other, more = ordinary(plain)
        plain = "\n".join((plain, other) if likeliest else (plain, other, *more))
    return plain


@derived
@lru_cache(maxsize=4_000)
def _words_of(plain: str) -> frozenset[str]:
    return frozenset(terms(plain))


def entry_of(need: Need) -> Entry | None:
    """The glossary's entry of what `need` asks for."""
    return next((e for f in need.forms if (e := by_form().get(f))), None)


def _subject_of(need: Need, head: str) -> bool:
    """Whether no other of the kind stands before `need` in the heading."""
    entry = entry_of(need)
    plain = head.lower()
    first = next((plain[a:b] for a, b in mentions(plain, entry.kind)), "") if entry else ""
    return not first or first in need.forms


@lru_cache(maxsize=1_000)
def _sibling(phrase: str) -> re.Pattern[str] | None:
    """What names another of the products that a `phrase` like “model 3” numbers; None for other phrases."""
    named = re.fullmatch(r"([a-z]+) (\d[\w.]*|[a-z])", phrase.lower())
    if not named:
        return None
    return re.compile(
        rf"(?<![a-z]){named[1]} ?(?!{re.escape(named[2])}(?![a-z\d]))(?:\d[a-z\d.]*|[b-hj-z])(?![a-z\d])"
    )


def _names_another(need: Need, sentence: str, within: int | None = SUBJECT_CHARS) -> bool:
    """Whether `sentence`, or as much of it as is looked at, names another of the kind."""
    if POINTS_BACK.match(sentence):
        return False
    if (sibling := _sibling(need.phrase)) and sibling.search(sentence.lower()):
        return True
    entry = entry_of(need)
    if not entry:
        return False
    plain = sentence.lower()[:within]
    other = next((a for a, b in mentions(plain, entry.kind) if plain[a:b] not in need.forms), None)
    # “其创始人曾任英伟达副总裁” is still about the one before.
    return other is not None and not _POINTS.search(plain[:other])


def credit(
    need: Need, sentence: Sentence, head: str, lead: str, spun: bool, similar: float
) -> tuple[float, bool]:
    """How far `need` is met, from 0 to 1, and whether by the sentence itself, whose words are `similar` to it."""
    text, before = sentence.read_as, sentence.before
    if said(need, text, spun):
        # A word that only a less likely reading of a swapped one gives is said less surely.
        return (1.0 if not spun or said(need, text, spun, likeliest=True) else 0.6), True
    if need.is_name:
        if said(need, head, spun) and not _names_another(need, text) and _subject_of(need, head):
            return IN_HEADING, False
        # What a sentence leaves unsaid it takes from the one before, unless it names another of the kind, or the one
        # between does.
        near = before[-1:] if before and _names_another(need, before[-1], within=None) else before
        if any(said(need, t, spun) for t in near) and not _names_another(need, text):
            return BEFORE, False
        # So it does from where the article says what it is about, if that is one thing of the kind.
        alone = said(need, lead, spun) and not _names_another(need, lead + text, within=None)
        return (IN_LEAD if alone else 0.0), False
    if similar >= SIMILAR_ENOUGH:
        return similar, True
    if said(need, head, spun) or any(said(need, t, spun) for t in before):
        return 0.6, False
    return 0.0, False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage with what it is read by, whatever is asked."""

    span: Span
    text: str
    read_as: str
    before: tuple[str, ...]
    words: tuple[str, ...]  # that it was indexed by and that say something


@lru_cache(maxsize=2)
def sentences_of(store: Store) -> Callable[[Passage, int], tuple[Sentence, ...]]:
    """What gives the sentences of a passage of `store` and keeps those of some."""

    @lru_cache(maxsize=2_000)
    def sentences(passage: Passage, row: int) -> tuple[Sentence, ...]:
        source = store.source(passage.source_id).text
        published = store.article(passage.article_id).published
        spun = passage.article_id in store.spun
        spans = list(sentence_spans(source, passage.start, passage.end))
        texts = [source[a:b] for a, b in sentence_spans(source, *_lead_in(passage, store))][-2:]
        words = dict.fromkeys(w for w in store.terms(row) if _CHINESE.fullmatch(w) and w not in STOP)
        found = []
        for a, b in spans:
            text = source[a:b]
            plain = plain_of(text, spun)
            held = tuple(w for w in words if w in plain)
            span = Span(passage.source_id, a, b)
            found.append(Sentence(span, text, dated(text, published), tuple(texts[-2:]), held))
            texts.append(text)
        return tuple(found)

    return sentences


def _lead_in(passage: Passage, store: Store) -> tuple[int, int]:
    """The span of the article's body just before `passage`, for what its first sentences leave unsaid."""
    start = max(store.article(passage.article_id).paragraphs[0].start, passage.start - LEAD_IN_CHARS)
    return min(start, passage.start), passage.start


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the words that passages were indexed by are to those of the needs."""

    ids: dict[str, int]
    alike: Vectors  # (words, needs)

    def of(self, words: Sequence[str]) -> list[float]:
        """For each need the likeness of the likest of `words`, 0 for those that say too little."""
        best: list[float] = self.alike[[self.ids[word] for word in words]].max(0, initial=0.0).tolist()
        return best


def likeness(asked: Asked, hits: Sequence[Hit], store: Store) -> Likeness:
    """Of all words of `hits`, at once."""
    sentences = (sentence for hit in hits for sentence in sentences_of(store)(hit.passage, hit.row))
    found = dict.fromkeys(word for sentence in sentences for word in sentence.words)
    told = [next((f for f in n.forms[:1] if _CHINESE.fullmatch(f)), "") for n in asked.needs]
    vectors = vectors_of(store.embedder.embed, [*found, *filter(None, told)])
    alike = np.zeros((len(found), len(told)), dtype=np.float32)
    asks = [at for at, word in enumerate(told) if word]
    if found and asks:
        alike[:, asks] = products(vectors[: len(found)], vectors[len(found) :])
    return Likeness({word: at for at, word in enumerate(found)}, alike)


def vectors_of(embed: Callable[[list[str]], Any], texts: Sequence[str]) -> Vectors:
    """The vectors of `texts`, those not met before embedded at once."""
    kept = _kept(embed)
    found = {text: vector for text in texts if (vector := kept.get(text)) is not None}
    new = [text for text in dict.fromkeys(texts) if text not in found]
    if new:
        made = dict(zip(new, embed(new), strict=True))
        found |= made
        if len(kept) > MAX_KEPT:
            kept.clear()
        kept.update(made)
    return np.array([found[text] for text in texts], dtype=np.float32)


@lru_cache(maxsize=4)
def _kept(embed: Callable[[list[str]], Any]) -> dict[str, Any]:
    return {}
