"""What the judge weighs of each sentence."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np

from bot.candidates import candidates, clause_at
from bot.evidence import Evidence, marked, read_span
from bot.matching import POINTS_BACK, plain_of, said, vectors_of
from bot.polarity import TURNS, opposed
from bot.reading import question_to_read
from bot.records import Asked
from index.embed import Embedder, Vectors
from index.swaps import ordinary
from index.terms import normalize

LEAST = 5  # sentences that tell which translation of an English word fits


def features(asked: Asked, found: Sequence[Evidence], embedder: Embedder) -> Vectors:
    """What the judge weighs, shape (sentences, n)."""
    plains = [normalize(e.text) for e in found]
    texts = [ordinary(t)[0] if e.spun else t for t, e in zip(plains, found, strict=True)]
    *vectors, question = vectors_of(embedder.embed, [*texts, normalize(asked.text)])
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
        plain = plain_of(e.text, e.spun)
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
                e.alike,
                e.least,
                float(opposed(chinese, plain, TURNS)),
                log(1 + len(typed)),
            )
        )
    return np.array(rows, dtype=np.float32)


def _unsaid(asked: Asked, e: Evidence, a: int, b: int, total: float) -> tuple[float, ...]:
    """What a sentence with the likeliest span [a, b) leaves unsaid: names, and of what is asked of them."""
    if e.marks is None:
        return (0.0,) * 5
    mine = [n for n in asked.needs if said(n, e.read_as, e.spun)]
    proper = sum(n.weight for n in e.missing if n.kind) / total
    nearby = e.text[clause_at(e.text, a)[0] : clause_at(e.text, max(a, b - 1))[1]]
    near = [n for n in mine if said(n, nearby, e.spun)]
    relation = asked.relation
    asks = sum(n.weight for n in relation) or 1.0
    return (
        proper,
        sum(n.weight for n in near) / total,
        sum(n.weight for n in relation if n in mine) / asks,
        sum(n.weight for n in relation if n in near) / asks,
        float(bool(relation) and relation[-1] in near),
    )


def _pairs(plain: str) -> set[str]:
    return {plain[i : i + 2] for i in range(len(plain) - 1) if plain[i : i + 2].isalnum()}
