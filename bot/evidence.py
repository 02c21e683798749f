"""Sentences weighed by how much of what the question needs they say, and by what the reader makes of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from typing import Any

import numpy as np

from bot.candidates import candidates, clause_at
from bot.judge import probabilities
from bot.names import proper_nouns
from bot.polarity import TURNS, opposed
from bot.reader import Reader, best_span
from bot.records import Asked, Need, Span
from index.embed import Embedder, Vectors
from index.glossary import Entry, by_form, derived, mentions
from index.search import Hit
from index.store import Store
from index.swaps import ordinary
from index.terms import STOP, article_terms, normalize, terms, words
from index.times import dated
from ingest.records import Passage
from ingest.sentences import sentence_spans

# What a name is worth where it stands: in the heading, the sentences before, where the article begins.
IN_HEADING = 0.9
BEFORE = 0.75
IN_LEAD = 0.6
SIMILAR_ENOUGH = 0.55
LEAD_IN_CHARS = 240
# Where a short article says what it is about: all of it is on that.
LEAD_CHARS, SHORT_CHARS = 100, 2000
JUDGED = 40  # sentences
READ = 6  # passages that the reader reads
LEAST = 5  # sentences that tell which translation of an English word fits
SUBJECT_CHARS = 28  # where a sentence names what it is about
MAX_HEAD = 32  # characters of the heading or title that it reads them with


POINTS_BACK = re.compile(
    r"[“\"\-\s]*(?:而|但|并且|同时|另外|此外)?[,，]?(?:这[款家位个颗项一]|该|其|它|他|她|此|公司)"
)
_QUOTES = re.compile(r"[“”‘\"「」『』]|(?<![a-z])['’]|['’](?![a-z])")  # but not in “moody's”
_POINTS = re.compile(r"其(?!中|他|实|次|余)|该|它|他(?!们)|她|这[款家位个颗项]")


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
    missing: tuple[Need, ...]
    marks: Vectors | None  # (characters, 2): the reader's logits that the answer starts and ends there
    none: float  # the reader's logit that the passage does not answer
    score: float  # the probability that it answers
    published: str | None = None  # the date of its article


def gather(asked: Asked, hits: Sequence[Hit], store: Store, reader: Reader | None = None) -> list[Evidence]:
    """Every sentence of `hits`, the best evidence first; ties go to the passage with the better rank."""
    found = promising(asked, hits, store, reader)
    if not found:
        return []
    scores = probabilities(features(asked, found[:JUDGED], store.embedder))
    judged = [replace(e, score=float(score)) for e, score in zip(found, scores, strict=False)]
    return sorted(judged, key=lambda e: -e.score) + found[JUDGED:]


def promising(
    asked: Asked, hits: Sequence[Hit], store: Store, reader: Reader | None = None
) -> list[Evidence]:
    """Every sentence of `hits` not yet judged, those first that cover most of the question."""
    found = [e for hit in hits for e in _of_passage(asked, hit, store, hits[0].score - hit.score)]
    found = _with_article(asked, found)
    found.sort(key=lambda e: -_promise(e))
    if reader and found:
        found = _read(asked, found, store, reader)
    return found


def _with_article(asked: Asked, found: Sequence[Evidence]) -> list[Evidence]:
    """`found` with what the sentences of an article are together."""
    ranks: dict[str, int] = {}
    met: dict[str, set[Need]] = {}
    for e in found:
        id_, missing = e.passage.article_id, set(e.missing)
        ranks[id_] = min(e.rank, ranks.get(id_, e.rank))
        met.setdefault(id_, set()).update(n for n in asked.needs if n not in missing)
    total = sum(need.weight for need in asked.needs) or 1.0
    covered = {id_: sum(n.weight for n in needs) / total for id_, needs in met.items()}
    return [
        replace(e, article_rank=ranks[e.passage.article_id], article_coverage=covered[e.passage.article_id])
        for e in found
    ]


def _promise(e: Evidence) -> float:
    return e.coverage + 0.25 * e.own - 0.004 * e.rank


def _of_passage(asked: Asked, hit: Hit, store: Store, distance: float) -> list[Evidence]:
    passage = hit.passage
    spun = passage.article_id in store.spun
    source = store.source(passage.source_id).text
    spans = list(sentence_spans(source, passage.start, passage.end))
    texts = [source[a:b] for a, b in spans]
    lead_in = [source[a:b] for a, b in sentence_spans(source, *_lead_in(passage, store))][-2:]
    head = passage.heading or _title(passage, store)
    lead = _lead(passage, source, store)
    total = sum(need.weight for need in asked.needs) or 1.0
    out = []
    published = store.article(passage.article_id).published
    for at, (start, end) in enumerate(spans):
        read_as = dated(texts[at], published)
        before = [*lead_in, *texts[:at]][-2:]
        credits = [_credit(need, read_as, head, before, lead, spun, store.embedder) for need in asked.needs]
        weighed = list(zip(asked.needs, credits, strict=True))
        out.append(
            Evidence(
                Span(passage.source_id, start, end), passage, texts[at], read_as, spun, hit.rank, hit.rank, 0.0, distance,
                coverage=sum(n.weight * c for n, (c, _) in weighed) / total,
                own=sum(n.weight * c for n, (c, mine) in weighed if mine) / total,
                missing=tuple(n for n, (c, _) in weighed if c < 0.5),
                marks=None, none=0.0, score=0.0, published=published,
            )
        )  # fmt: skip
    return out


def _title(passage: Passage, store: Store) -> str:
    article = store.article(passage.article_id)
    return "" if article.title_made else article.title


def _lead(passage: Passage, source: str, store: Store) -> str:
    article = store.article(passage.article_id)
    return (
        source[article.start : article.start + LEAD_CHARS]
        if article.end - article.start <= SHORT_CHARS
        else ""
    )


def _lead_in(passage: Passage, store: Store) -> tuple[int, int]:
    """The span of the article's body just before `passage`, for what its first sentences leave unsaid."""
    start = max(store.article(passage.article_id).paragraphs[0].start, passage.start - LEAD_IN_CHARS)
    return min(start, passage.start), passage.start


def _read(asked: Asked, found: list[Evidence], store: Store, reader: Reader) -> list[Evidence]:
    """`found` with the reader's marks on the sentences of the most promising passages."""
    chosen = list(dict.fromkeys(e.passage for e in found))[:READ]
    texts = {p: to_read(p, store) for p in chosen}
    pairs = [(question_to_read(asked, text), head + text) for head, text in texts.values()]
    starts, ends, none = reader.logits(pairs)
    marks = {
        p: (np.stack([starts[at], ends[at]], axis=1)[len(texts[p][0]) :], float(none[at].sum()))
        for at, p in enumerate(chosen)
    }
    out = []
    for e in found:
        if e.passage in marks:
            logits, no = marks[e.passage]
            a, b = e.span.start - e.passage.start, e.span.end - e.passage.start
            part = logits[a:b]
            if len(part):
                short = np.full((b - a - len(part), 2), -30.0, dtype=np.float32)
                e = replace(e, marks=np.concatenate([part, short]), none=no)
        out.append(e)
    return out


def to_read(passage: Passage, store: Store) -> tuple[str, str]:
    """The head and the text of `passage` as the reader reads them; every character of the text keeps its place."""
    spun = passage.article_id in store.spun
    head = (passage.heading or store.article(passage.article_id).title)[:MAX_HEAD].rstrip("。…") + "\n"
    text = store.text(passage)
    if spun:
        head, text = (
            ordinary(normalize(t), True)[0] if len(normalize(t)) == len(t) else t for t in (head, text)
        )
    return head, text


_ASK_IN_CHINESE = {
    "who": "谁", "when": "什么时候", "where": "哪里", "how_much": "多少", "which": "哪个", "list": "有哪些", "why": "为什么",
    "what": "什么", "yes_no": "吗",
}  # fmt: skip


def question_to_read(asked: Asked, passage: str) -> str:
    """The question in Chinese, in the passage's own words where it has them: an English one word by word."""
    plain = normalize(passage)
    if asked.language == "zh":
        text = normalize(asked.text)
        for need in asked.needs:
            if need.phrase in text and need.phrase not in plain:
                other = next((f for f in need.forms if len(f) > 1 and f in plain), need.phrase)
                text = text.replace(need.phrase, other)
        return text
    said = []
    for need in asked.needs:
        chinese = [f for f in need.forms if re.search(r"[一-鿿]", f)] or [need.phrase]
        said.append(next((f for f in need.forms if len(f) > 1 and f in plain), chinese[0]))
    ask = _ASK_IN_CHINESE[asked.kind]
    return "".join(said) + ask if asked.kind != "why" else ask + "".join(said)


def read_span(e: Evidence) -> tuple[int, int, float]:
    """The reader's best span in the sentence, and its log-odds against no answer; an empty span if it was not read."""
    if e.marks is None or not len(e.marks):
        return 0, 0, 0.0
    a, b, score = best_span(e.marks[:, 0], e.marks[:, 1], np.zeros(len(e.marks), dtype=np.int32))
    return a, b, score - e.none


def features(asked: Asked, found: Sequence[Evidence], embedder: Embedder) -> Vectors:
    """What the judge weighs, shape (sentences, n)."""
    plains = [normalize(e.text) for e in found]
    texts = [ordinary(t)[0] if e.spun else t for t, e in zip(plains, found, strict=True)]
    vectors = [_vector(embedder.embed, text) for text in texts]
    question = embedder.embed([normalize(asked.text)])[0]
    chinese = normalize(question_to_read(asked, " ".join(plains[:LEAST])))
    pairs = _pairs(chinese)
    spans = [read_span(e) for e in found]
    read = [float(np.clip(r, -15, 15)) for _, _, r in spans]
    likely = np.exp([r if e.marks is not None else -30.0 for r, e in zip(read, found, strict=True)])
    shares = likely / max(1e-9, float(likely.sum()))
    total = sum(n.weight for n in asked.needs) or 1.0
    best = [max(e.coverage for e in found), max(e.own for e in found), max(read)]
    owns = {(e.span.source_id, e.span.end): e.own for e in found}
    rows = []
    for at, e in enumerate(found):
        plain = _plain(e.text, e.spun)[0]
        missing = sum(n.weight for n in e.missing) / total
        typed = candidates(e.text, asked.wanted, asked.cues) if asked.wanted and e.marks is not None else []
        a, b, _ = spans[at]
        span_text = normalize(e.text[a:b])
        rows.append(
            (
                e.coverage,
                e.own,
                missing,
                min(2, sum(n.is_name for n in e.missing)),
                max((n.weight for n in e.missing), default=0.0),
                sum(p in plain for p in pairs) / max(1, len(pairs)),
                1 / e.rank,
                1 / e.article_rank,
                e.article_coverage,
                e.distance,
                float(bool(asked.wanted)),
                float(bool(typed)),
                float(question @ vectors[at]),
                read[at],
                float(e.marks is not None),
                float(shares[at]),
                float(np.clip(e.none, -15, 15)),
                log(1 + len(e.text)),
                log(1 + len(asked.needs)),
                float(asked.kind == "why"),
                float(asked.kind == "yes_no"),
                float(asked.language == "en"),
                # Against the best of the others.
                e.coverage - best[0],
                e.own - best[1],
                read[at] - best[2],
                # What the reader marks: whether the question says it, of the type asked for, how long.
                sum(c in chinese for c in span_text) / max(1, len(span_text)),
                float(any(x < b and a < y for x, y in typed)),
                max((marked(e, span) for span in typed), default=-15.0),
                log(1 + b - a),
                float(bool(POINTS_BACK.match(e.text))),
                # How much the sentence before says.
                max(owns.get((e.span.source_id, e.span.start - gap), 0.0) for gap in range(3)),
                float(asked.kind == "list"),
                float(asked.wanted in ("date", "amount")),
                float(asked.wanted in ("person", "company")),
                *_unsaid(asked, e, a, b, total),
                float(opposed(chinese, plain, TURNS)),
                log(1 + len(typed)),
            )
        )
    return np.array(rows, dtype=np.float32)


def _unsaid(asked: Asked, e: Evidence, a: int, b: int, total: float) -> tuple[float, ...]:
    """What a sentence with the likeliest span [a, b) leaves unsaid: names, and of what is asked of them."""
    if e.marks is None:
        return (0.0,) * 6
    mine = [n for n in asked.needs if said(n, e.read_as, e.spun)]
    left = [n for n in asked.needs if n.kind and n not in mine]
    proper = sum(n.weight for n in left if n in e.missing) / total
    others, plain = (proper_nouns(e.text), e.text.lower()) if left else ({}, "")
    another = any(_names_other(n, plain, others) for n in left)
    nearby = e.text[clause_at(e.text, a)[0] : clause_at(e.text, max(a, b - 1))[1]]
    near = [n for n in mine if said(n, nearby, e.spun)]
    relation = asked.relation
    asks = sum(n.weight for n in relation) or 1.0
    return (
        proper,
        float(another),
        sum(n.weight for n in near) / total,
        sum(n.weight for n in relation if n in mine) / asks,
        sum(n.weight for n in relation if n in near) / asks,
        float(bool(relation) and relation[-1] in near),
    )


def _names_other(need: Need, plain: str, proper: Mapping[str, str]) -> bool:
    """Whether `plain`, whose proper nouns are `proper`, names another of the kind of `need` anywhere."""
    others = [plain[a:b] for a, b in mentions(plain, need.kind)]
    others += [word.lower() for word, kind in proper.items() if kind == need.kind]
    return any(other not in form and form not in other for other in others for form in need.forms[:1])


def marked(e: Evidence, span: tuple[int, int]) -> float:
    """The reader's log-odds for an answer that starts and ends about where `span` does; 0 if it was not read."""
    if e.marks is None or not len(e.marks):
        return 0.0
    a, b = span
    start = float(e.marks[max(0, a - 3) : b, 0].max(initial=-30.0))
    end = float(e.marks[a : b + 3, 1].max(initial=-30.0))
    return max(-15.0, min(15.0, start + end - e.none))


def _pairs(plain: str) -> set[str]:
    return {plain[i : i + 2] for i in range(len(plain) - 1) if plain[i : i + 2].isalnum()}


def _credit(
    need: Need, sentence: str, head: str, before: Sequence[str], lead: str, spun: bool, embedder: Embedder
) -> tuple[float, bool]:
    """How far `need` is met, from 0 to 1, and whether by the sentence itself."""
    if said(need, sentence, spun):
        # A word that only a less likely reading of a swapped one gives is said less surely.
        return (1.0 if said(need, sentence, spun, likeliest=True) else 0.6), True
    if need.is_name:
        if said(need, head, spun) and not _names_another(need, sentence) and _subject_of(need, head):
            return IN_HEADING, False
        # What a sentence leaves unsaid it takes from the one before, unless it names another of the kind, or the one
        # between does.
        near = " ".join(before[-1:] if before and _names_another(need, before[-1], within=None) else before)
        if said(need, near, spun) and not _names_another(need, sentence):
            return BEFORE, False
        # So it does from where the article says what it is about, if that is one thing of the kind.
        alone = said(need, lead, spun) and not _names_another(need, lead + sentence, within=None)
        return (IN_LEAD if alone else 0.0), False
    similar = _similar(need, sentence, spun, embedder)
    if similar >= SIMILAR_ENOUGH:
        return similar, True
    if said(need, head, spun) or said(need, " ".join(before), spun):
        return 0.6, False
    return 0.0, False


def said(need: Need, text: str, spun: bool, likeliest: bool = False) -> bool:
    """Whether `text` holds a form of `need`; of swapped words every reading counts, or just the `likeliest`."""
    if not text:
        return False
    plain, held = _plain(text, spun, likeliest)
    return any(_holds(form, plain, held) for form in need.forms)


def _holds(form: str, plain: str, held: frozenset[str]) -> bool:
    if form in held:
        return True
    if form.isascii():
        return form in plain and bool(re.search(rf"(?<![a-z0-9]){re.escape(form)}(?![a-z0-9])", plain))
    if form[:1].isdigit():
        return bool(re.search(rf"(?<![\d.]){re.escape(form)}", plain))
    return len(form) > 1 and form in plain


@derived
@lru_cache(maxsize=4_000)
def _plain(text: str, spun: bool, likeliest: bool = False) -> tuple[str, frozenset[str]]:
    plain = _QUOTES.sub("", normalize(text))  # the “buy” rating
    if spun:
        other, more = ordinary(plain)
        plain = "\n".join((plain, other) if likeliest else (plain, other, *more))
    return plain, frozenset(terms(plain) if likeliest else article_terms(text, spun))


def entry_of(need: Need) -> Entry | None:
    """The glossary's entry of what `need` asks for."""
    return next((e for f in need.forms if (e := by_form().get(f))), None)


def _subject_of(need: Need, head: str) -> bool:
    """Whether no other of the kind stands before `need` in the heading."""
    entry = entry_of(need)
    plain = head.lower()
    first = next((plain[a:b] for a, b in mentions(plain, entry.kind)), "") if entry else ""
    return not first or first in need.forms


def _names_another(need: Need, sentence: str, within: int | None = SUBJECT_CHARS) -> bool:
    """Whether `sentence`, or as much of it as is looked at, names another of the kind."""
    entry = entry_of(need)
    if not entry or POINTS_BACK.match(sentence):
        return False
    plain = sentence.lower()[:within]
    other = next((a for a, b in mentions(plain, entry.kind) if plain[a:b] not in need.forms), None)
    # “其创始人曾任英伟达副总裁” is still about the one before.
    return other is not None and not _POINTS.search(plain[:other])


def _similar(need: Need, sentence: str, spun: bool, embedder: Embedder) -> float:
    """The likeness of the need's word to the likest word of the sentence, 0 for words that say too little."""
    forms = [f for f in need.forms[:1] if re.fullmatch(r"[一-鿿]{2,}", f)]
    if not forms:
        return 0.0
    vectors = _word_vectors(embedder.embed, sentence, spun)
    return float((vectors @ _vector(embedder.embed, forms[0])).max()) if len(vectors) else 0.0


@derived
@lru_cache(maxsize=2_000)
def _word_vectors(embed: Callable[[list[str]], Any], sentence: str, spun: bool) -> Any:
    plain = ordinary(normalize(sentence))[0] if spun else sentence
    found = [w for w in words(plain) if re.fullmatch(r"[一-鿿]{2,}", w) and w not in STOP]
    return embed(found) if found else np.zeros((0, 1), dtype=np.float32)


@lru_cache(maxsize=20_000)
def _vector(embed: Callable[[list[str]], Any], word: str) -> Any:
    return embed([word])[0]
