"""One question in, one cited answer out. The hops before search are made once, at build time:
read (ingest.read) · split (ingest.split) · chunk (ingest.chunk) · build (index.build)."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

from bot.answer import answer
from bot.cite import cite, render
from bot.evidence import gather
from bot.phrases import NEAREST, REFUSALS
from bot.question import read_question, search_groups, standalone
from bot.records import Answer, Finding
from index.search import Language, search
from index.store import Store

DEFAULT_K = 24
MAX_QUESTION = 2000  # characters


def ask(
    question: str,
    store: Store,
    history: Sequence[str] = (),
    language: Language | None = None,
    k: int = DEFAULT_K,
) -> Answer:
    """The answer to `question` from the articles of `store`, in quote mode: nothing in it but their words.

    `history` is what the asker said before, oldest first; `language` the answer's, None for the question's own;
    `k` how many passages are read.
    """
    started = time.perf_counter()
    alone = standalone(question, history)
    asked = read_question(alone, store, language)
    hits = search(store, alone, k, asked.language, groups=search_groups(asked, store)) if asked.needs else []
    searched = time.perf_counter()
    finding = answer(asked, gather(asked, hits, store), store)
    citations, markers = cite(finding.claims, store)
    text = render(finding, markers, citations, asked.answer_language)
    if finding.reason:
        text = _refusal(finding, text, asked.answer_language)
    done = time.perf_counter()
    timings = {"retrieve": searched - started, "answer": done - searched, "total": done - started}
    return Answer(
        answer=text,
        refused=finding.reason is not None,
        reason=finding.reason,
        citations=tuple(citations),
        conflicts=(),
        standalone_question=alone,
        mode="quote",
        trace_id=uuid.uuid4().hex,
        timings_ms={name: round(1000 * seconds, 2) for name, seconds in timings.items()},
    )


def _refusal(finding: Finding, nearest: str, language: Language) -> str:
    assert finding.reason
    said = REFUSALS[language][finding.reason]
    return f"{said}{NEAREST[language]}{nearest}" if finding.claims else said
