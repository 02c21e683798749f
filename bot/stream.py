"""An answer as it comes into being: events that every streaming front end renders."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from bot.ask import DEFAULT_K, ask
from bot.records import Answer
from index.search import Language
from index.store import Store

Event = tuple[str, dict[str, Any]]
BROKEN = "something went wrong inside the server; its log says what"


def stream(
    question: str,
    store: Store,
    history: Sequence[str] = (),
    language: Language | None = None,
    k: int = DEFAULT_K,
) -> Iterator[Event]:
    """The events of one answer, in this order; arguments as for `bot.ask.ask`.

    ``("retrieval", {"standalone_question", "refused", "passages": [{"source_id", "article_id", "start", "end"}]})`` once;
    ``("citation", asdict(Citation))``, each before the first delta with its marker, in the order of their markers;
    ``("delta", {"text"})``, whose texts joined are the answer's text, and of which nothing is ever taken back;
    last ``("done", asdict(Answer))``, or ``("error", {"detail"})`` if it could not be made.

    Closing the iterator stops the work.
    """
    try:
        yield from _quoted(ask(question, store, history, language, k))
    except Exception:
        logging.getLogger(__name__).exception("a question could not be answered")
        yield "error", {"detail": BROKEN}


def _quoted(answer: Answer) -> Iterator[Event]:
    passages = [
        {"source_id": c.source_id, "article_id": c.article_id, "start": c.start, "end": c.end}
        for c in answer.citations
    ]
    yield (
        "retrieval",
        {
            "standalone_question": answer.standalone_question,
            "refused": answer.refused,
            "passages": passages,
        },
    )
    yield from (("citation", asdict(c)) for c in answer.citations)
    yield from (("delta", {"text": line}) for line in answer.answer.splitlines(keepends=True))
    yield "done", asdict(answer)
