"""An answer as it comes into being: events that every front end renders.

With a language model the quoted answer is made first: a refusal ends it there, and what the model then writes is held
against the articles sentence by sentence. Only what stands is ever sent; where nothing does, the quoted answer is.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Generator as Events
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from bot.ask import DEFAULT_K, ask
from bot.cite import cite, unmarked
from bot.claims import MAX_CLAIM, Written, sentences, written
from bot.generate import Generator, ModelError
from bot.phrases import NOTES
from bot.prompt import CANNOT, given, messages
from bot.question import read_question, search_groups
from bot.records import Answer, Citation, Claim, Conflict, Dropped
from bot.rewrite import rewritten
from bot.verify import Verdict, Verifier
from index.search import Language, search
from index.store import Store

Event = tuple[str, dict[str, Any]]
BROKEN = "something went wrong inside the server; its log says what"
MAX_CLAIMS = 24
BEAT_S = 1.0


def stream(
    question: str,
    store: Store,
    history: Sequence[str] = (),
    language: Language | None = None,
    k: int = DEFAULT_K,
    generator: Generator | None = None,
) -> Events[Event]:
    """The events of one answer, in this order; arguments as for `bot.ask.ask`, and `generator` the model, if any.

    ``("retrieval", {"standalone_question", "refused", "passages": [{"source_id", "article_id", "start", "end"}]})`` once;
    ``("citation", asdict(Citation))``, each before the first delta with its marker, in the order of their markers;
    ``("delta", {"text"})``, whose texts joined are the answer's text, and of which nothing is ever taken back; an
    empty one about once a second says that a model is still writing;
    last ``("done", asdict(Answer))``, or ``("error", {"detail"})`` if it could not be made.

    Closing the iterator stops the work, the request to the model too.
    """
    try:
        for kind, data in _events(question, store, history, language, k, generator):
            yield kind, asdict(data) if isinstance(data, Citation | Answer) else data
    except Exception:
        logging.getLogger(__name__).exception("a question could not be answered")
        yield "error", {"detail": BROKEN}


def reply(
    question: str,
    store: Store,
    history: Sequence[str] = (),
    language: Language | None = None,
    k: int = DEFAULT_K,
    generator: Generator | None = None,
) -> Answer:
    """The whole answer, as `stream` ends with it."""
    *_, (_, answer) = _events(question, store, history, language, k, generator)
    assert isinstance(answer, Answer)
    return answer


def _events(
    question: str,
    store: Store,
    history: Sequence[str],
    language: Language | None,
    k: int,
    generator: Generator | None,
) -> Iterator[tuple[str, Any]]:
    alone = rewritten(question, history, generator) if generator and history else None
    quoted = ask(alone or question, store, () if alone else history, language, k)
    if generator is None or quoted.refused:
        yield _retrieval(quoted, quoted.citations)
        yield from _whole(quoted)
        return
    asked = read_question(quoted.standalone_question, store, language)
    hits = given(
        quoted, search(store, asked.text, k, asked.language, groups=search_groups(asked, store)), store
    )
    yield _retrieval(quoted, [hit.passage for hit in hits])
    answering = _Answering(quoted, asked.answer_language, Verifier(asked, hits, store), store, generator)
    yield from answering.events(messages(asked.text, hits, store, asked.answer_language))


def _retrieval(quoted: Answer, found: Sequence[Any]) -> tuple[str, Any]:
    passages = [
        {name: getattr(p, name) for name in ("source_id", "article_id", "start", "end")} for p in found
    ]
    return "retrieval", {
        "standalone_question": quoted.standalone_question,
        "refused": quoted.refused,
        "passages": passages,
    }


def _whole(answer: Answer) -> Iterator[tuple[str, Any]]:
    yield from (("citation", c) for c in answer.citations)
    yield from (("delta", {"text": line}) for line in answer.answer.splitlines(keepends=True))
    yield "done", answer


class _Answering:
    """A model's answer, as far as it stands."""

    def __init__(
        self, quoted: Answer, language: Language, verifier: Verifier, store: Store, generator: Generator
    ) -> None:
        self._quoted = quoted
        self._language = language
        self._verifier = verifier
        self._store = store
        self._generator = generator
        self._started = time.perf_counter()
        self._claims: list[Claim] = []
        self._citations: list[Citation] = []
        self._text = ""
        self._dropped: list[Dropped] = []
        self._lead = ""  # of a list, like "these are:", which stands only with its items
        self._cannot = False
        self._seen: set[str] = set()  # models repeat themselves

    def events(self, prompt: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
        """The events from the first sentence to ``done``."""
        failure = ""
        pieces = self._generator.write(prompt)
        beat = time.monotonic()
        try:
            for sentence in sentences(pieces):
                if sentence:
                    yield from self._said(written(sentence))
                elif time.monotonic() - beat >= BEAT_S:
                    beat = time.monotonic()
                    yield "delta", {"text": ""}
                if len(self._claims) >= MAX_CLAIMS:
                    break
        except ModelError as error:
            failure = error.failure
        finally:
            getattr(pieces, "close", lambda: None)()
        yield from self._finished(failure)

    def _said(self, sentence: Written) -> Iterator[tuple[str, Any]]:
        """The events of one sentence; none where it does not stand."""
        text = sentence.text
        under = self._lead if sentence.item else ""
        if not any(c.isalnum() for c in text) or under + text in self._seen:
            return
        self._seen.add(under + text)
        if text.strip("。. ") in {said.strip("。. ") for said in CANNOT.values()}:
            self._cannot = True
            return
        if text.endswith((":", "：")):
            self._lead = text
            return
        self._lead = self._lead if sentence.item else ""
        verdict, lead = self._verdict(sentence)
        if verdict.dropped:
            self._dropped.append(verdict.dropped)
            return
        self._claims += verdict.claims
        citations, markers = cite(tuple(self._claims), self._store)
        new, self._citations = citations[len(self._citations) :], citations
        yield from (("citation", c) for c in new)
        marks = "".join(f"[{m}]" for m in sorted({markers[c.span] for c in verdict.claims}))
        body = text.rstrip("。.!！；;，, ")
        yield self._delta(self._joint(sentence, lead) + unmarked(body) + " " + marks + text[len(body) :])

    def _verdict(self, sentence: Written) -> tuple[Verdict, str]:
        """What becomes of a sentence, and the lead that it needs: an item of a list may say nothing without one."""
        if len(sentence.text) > MAX_CLAIM:
            return Verdict((), Dropped(sentence.text[:MAX_CLAIM], "too_long")), ""
        verdict = self._verifier.check(sentence)
        if not verdict.dropped or not self._lead:
            return verdict, ""
        whole = self._verifier.check(replace(sentence, text=self._lead.rstrip(":：") + sentence.text))
        return whole, self._lead if not whole.dropped else ""

    def _joint(self, sentence: Written, lead: str) -> str:
        """What stands between the text so far and the next sentence."""
        if lead:
            first = lead not in self._text
            return (("\n" if self._text else "") + unmarked(lead) if first else "") + "\n- "
        if not self._text:
            return ""
        return "\n- " if sentence.item else " " if self._text[-1].isascii() else ""

    def _delta(self, text: str) -> tuple[str, Any]:
        self._text += text
        return "delta", {"text": text}

    def _finished(self, failure: str) -> Iterator[tuple[str, Any]]:
        """The last events: with the quoted answer where the model's is not whole, or the articles disagree."""
        said = NOTES[self._language]
        notes = []
        if failure or not self._claims:
            notes.append(said[failure or ("cannot" if self._cannot and not self._dropped else "empty")])
        if self._dropped:
            notes.append(said["dropped"].format(count=len(self._dropped)))
        conflicts = self._quoted.conflicts
        if failure or not self._claims or conflicts:
            quoted = _renumbered(self._quoted, self._citations)
            yield from (("citation", c) for c in quoted.citations[len(self._citations) :])
            self._citations, conflicts = list(quoted.citations), quoted.conflicts
            for line in (("\n\n" if self._text else "") + quoted.answer).splitlines(keepends=True):
                yield self._delta(line)
        seconds = time.perf_counter() - self._started
        timings = self._quoted.timings_ms | {"generate": round(1000 * seconds, 2)}
        timings["total"] = round(timings["total"] + 1000 * seconds, 2)
        yield (
            "done",
            replace(
                self._quoted,
                answer=self._text,
                citations=tuple(self._citations),
                conflicts=conflicts,
                mode=self._generator.name if self._claims else self._quoted.mode,
                timings_ms=timings,
                dropped=tuple(self._dropped),
                notes=tuple(notes),
            ),
        )


def _renumbered(answer: Answer, before: Sequence[Citation]) -> Answer:
    """`answer` with its citations behind those of `before`, and one that is there already under its marker there."""
    held = {(c.source_id, c.start, c.end): c.marker for c in before}
    markers = {}
    citations = list(before)
    for c in answer.citations:
        marker = held.get((c.source_id, c.start, c.end), len(citations) + 1)
        markers[c.marker] = marker
        if marker > len(citations):
            citations.append(replace(c, marker=marker))
    text = re.sub(r"\[(\d+)\]", lambda m: f"[{markers[int(m[1])]}]", answer.answer)
    conflicts = tuple(
        Conflict(c.about, tuple(replace(s, marker=markers[s.marker]) for s in c.statements))
        for c in answer.conflicts
    )
    return replace(answer, answer=text, citations=tuple(citations), conflicts=conflicts)
