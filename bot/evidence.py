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
from index.embed import Embedder, Vectors, products
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
# Where a short article says what it is about: all of it is on that.
LEAD_CHARS, SHORT_CHARS = 100, 2000
JUDGED = 40  # sentences
MAX_KEPT = 20_000  # vectors of words and sentences
READ = 6  # passages that the reader reads at most
WORTH_READING = 0.5  # of the best one's promise
LEAST = 5  # sentences that tell which translation of an English word fits
SUBJECT_CHARS = 28  # where a sentence names what it is about
MAX_HEAD = 32  # characters of the heading or title that it reads them with


POINTS_BACK = re.compile(
    r"[“\"\-\s]*(?:而|但|并且|同时|另外|此外)?[,，]?(?:这[款家位个颗项一]|该|其|它|他|她|此|公司)"
)
_QUOTES = re.compile(r"[“”‘\"「」『』]|(?<![a-z])['’]|['’](?![a-z])")  # but not in “moody's”
_CHINESE = re.compile(r"[一-鿿]{2,}")
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
    likeness = _likeness(asked, hits, store)
    found = [e for hit in hits for e in _of_passage(asked, hit, store, hits[0].score - hit.score, likeness)]
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


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a passage with what it is read by, whatever is asked."""

    span: Span
    text: str
    read_as: str
    before: tuple[str, ...]
    words: tuple[str, ...]  # that it was indexed by and that say something


@lru_cache(maxsize=2)
def _sentences_of(store: Store) -> Callable[[Passage, int], tuple[_Sentence, ...]]:
    """What gives the sentences of a passage of `store` and keeps those of some."""

    @lru_cache(maxsize=2_000)
    def sentences(passage: Passage, row: int) -> tuple[_Sentence, ...]:
        source = store.source(passage.source_id).text
        published = store.article(passage.article_id).published
        spun = passage.article_id in store.spun
        spans = list(sentence_spans(source, passage.start, passage.end))
        texts = [source[a:b] for a, b in sentence_spans(source, *_lead_in(passage, store))][-2:]
        words = dict.fromkeys(w for w in store.terms(row) if _CHINESE.fullmatch(w) and w not in STOP)
        found = []
        for a, b in spans:
            text = source[a:b]
            plain = _plain(text, spun)
            held = tuple(w for w in words if w in plain)
            span = Span(passage.source_id, a, b)
            found.append(_Sentence(span, text, dated(text, published), tuple(texts[-2:]), held))
            texts.append(text)
        return tuple(found)

    return sentences


def _of_passage(asked: Asked, hit: Hit, store: Store, distance: float, likeness: _Likeness) -> list[Evidence]:
    passage = hit.passage
    spun = passage.article_id in store.spun
    head = passage.heading or _title(passage, store)
    lead = _lead(passage, store)
    total = sum(need.weight for need in asked.needs) or 1.0
    published = store.article(passage.article_id).published
    out = []
    for sentence in _sentences_of(store)(passage, hit.row):
        alike = likeness.of(sentence.words)
        weighed = [
            (need, *_credit(need, sentence, head, lead, spun, alike[n])) for n, need in enumerate(asked.needs)
        ]
        out.append(
            Evidence(
                sentence.span, passage, sentence.text, sentence.read_as, spun, hit.rank, hit.rank, 0.0, distance,
                coverage=sum(n.weight * c for n, c, _ in weighed) / total,
                own=sum(n.weight * c for n, c, mine in weighed if mine) / total,
                missing=tuple(n for n, c, _ in weighed if c < 0.5),
                marks=None, none=0.0, score=0.0, published=published,
            )
        )  # fmt: skip
    return out


def _title(passage: Passage, store: Store) -> str:
    article = store.article(passage.article_id)
    return "" if article.title_made else article.title


def _lead(passage: Passage, store: Store) -> str:
    article = store.article(passage.article_id)
    if article.end - article.start > SHORT_CHARS:
        return ""
    return store.source(passage.source_id).text[article.start : article.start + LEAD_CHARS]


def _lead_in(passage: Passage, store: Store) -> tuple[int, int]:
    """The span of the article's body just before `passage`, for what its first sentences leave unsaid."""
    start = max(store.article(passage.article_id).paragraphs[0].start, passage.start - LEAD_IN_CHARS)
    return min(start, passage.start), passage.start


def _read(asked: Asked, found: list[Evidence], store: Store, reader: Reader) -> list[Evidence]:
    """`found` with the reader's marks on the sentences of the most promising passages."""
    most = _promise(found[0])
    chosen = list(dict.fromkeys(e.passage for e in found if _promise(e) >= min(most, WORTH_READING * most)))[
        :READ
    ]
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
    *vectors, question = _vectors(embedder.embed, [*texts, normalize(asked.text)])
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
        plain = _plain(e.text, e.spun)
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
    need: Need, sentence: _Sentence, head: str, lead: str, spun: bool, similar: float
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


def said(need: Need, text: str, spun: bool, likeliest: bool = False) -> bool:
    """Whether `text` holds a form of `need`; of swapped words every reading counts, or just the `likeliest`."""
    if not text:
        return False
    plain = _plain(text, spun, likeliest)
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


@derived
@lru_cache(maxsize=4_000)
def _plain(text: str, spun: bool, likeliest: bool = False) -> str:
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


def _names_another(need: Need, sentence: str, within: int | None = SUBJECT_CHARS) -> bool:
    """Whether `sentence`, or as much of it as is looked at, names another of the kind."""
    entry = entry_of(need)
    if not entry or POINTS_BACK.match(sentence):
        return False
    plain = sentence.lower()[:within]
    other = next((a for a, b in mentions(plain, entry.kind) if plain[a:b] not in need.forms), None)
    # “其创始人曾任英伟达副总裁” is still about the one before.
    return other is not None and not _POINTS.search(plain[:other])


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How alike the words that passages were indexed by are to those of the needs."""

    ids: dict[str, int]
    alike: Vectors  # (words, needs)

    def of(self, words: Sequence[str]) -> list[float]:
        """For each need the likeness of the likest of `words`, 0 for those that say too little."""
        best: list[float] = self.alike[[self.ids[word] for word in words]].max(0, initial=0.0).tolist()
        return best


def _likeness(asked: Asked, hits: Sequence[Hit], store: Store) -> _Likeness:
    """Of all words of `hits`, at once."""
    sentences = (sentence for hit in hits for sentence in _sentences_of(store)(hit.passage, hit.row))
    found = dict.fromkeys(word for sentence in sentences for word in sentence.words)
    told = [next((f for f in n.forms[:1] if _CHINESE.fullmatch(f)), "") for n in asked.needs]
    vectors = _vectors(store.embedder.embed, [*found, *filter(None, told)])
    alike = np.zeros((len(found), len(told)), dtype=np.float32)
    asks = [at for at, word in enumerate(told) if word]
    if found and asks:
        alike[:, asks] = products(vectors[: len(found)], vectors[len(found) :])
    return _Likeness({word: at for at, word in enumerate(found)}, alike)


def _vectors(embed: Callable[[list[str]], Any], texts: Sequence[str]) -> Vectors:
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
