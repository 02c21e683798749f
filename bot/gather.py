"""The sentences of what was found, weighed by how much of the question they say and by what the reader makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.evidence import Evidence
from bot.features import features
from bot.judge import probabilities
from bot.matching import Likeness, credit, likeness, sentences_of
from bot.reader import Reader
from bot.reading import question_to_read, to_read
from bot.records import TELLING, Asked, Need
from index.search import Hit
from index.store import Store
from ingest.records import Passage

# Where a short article says what it is about: all of it is on that.
LEAD_CHARS, SHORT_CHARS = 100, 2000
JUDGED = 40  # sentences
READ = 6  # passages that the reader reads at most
WORTH_READING = 0.5  # of the best one's promise


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
    told = likeness(asked, hits, store)
    found = [e for hit in hits for e in _of_passage(asked, hit, store, hits[0].score - hit.score, told)]
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


def _of_passage(asked: Asked, hit: Hit, store: Store, distance: float, told: Likeness) -> list[Evidence]:
    passage = hit.passage
    spun = passage.article_id in store.spun
    head = passage.heading or _title(passage, store)
    lead = _lead(passage, store)
    total = sum(need.weight for need in asked.needs) or 1.0
    published = store.article(passage.article_id).published
    out = []
    for sentence in sentences_of(store)(passage, hit.row):
        alike = told.of(sentence.words)
        weighed = [
            (need, *credit(need, sentence, head, lead, spun, alike[n])) for n, need in enumerate(asked.needs)
        ]
        met = [(need, max(c, like)) for (need, c, _), like in zip(weighed, alike, strict=True)]
        out.append(
            Evidence(
                sentence.span, passage, sentence.text, sentence.read_as, spun, hit.rank, hit.rank, 0.0, distance,
                coverage=sum(n.weight * c for n, c, _ in weighed) / total,
                own=sum(n.weight * c for n, c, mine in weighed if mine) / total,
                alike=sum(n.weight * c for n, c in met) / total,
                least=min((c for n, c in met if n.weight >= TELLING), default=1.0),
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


def _read(asked: Asked, found: list[Evidence], store: Store, reader: Reader) -> list[Evidence]:
    """`found` with the reader's marks on the sentences of the most promising passages."""
    most = _promise(found[0])
    least = min(most, WORTH_READING * most)  # of one below zero as much
    chosen = list(dict.fromkeys(e.passage for e in found if _promise(e) >= least))[:READ]
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
