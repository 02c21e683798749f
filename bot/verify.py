"""Claims of a language model held against the sentences that they cite, in code: nothing is asked of a model.

A claim stands if one sentence says its names, its figures, whose they are, what it denies, and its words. Markers
that fit are kept; where none does, a sentence of the given passages that supports the claim is cited instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.checks import against, weighs
from bot.claims import Written
from bot.facts import Facts, facts
from bot.figures import figures, without_figures
from bot.gather import gather
from bot.named import KINDS, OWNERS
from bot.question import read_question
from bot.records import Asked, Claim, Dropped, Span
from bot.support import POINTS_BACK, gives_orders, support
from index.search import Hit
from index.store import Store
from index.terms import normalize


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence that stands, as claims with their spans; or why it does not."""

    claims: tuple[Claim, ...]
    dropped: Dropped | None = None


class Verifier:
    """Holds what a model writes on one question against the passages that it was given, numbered from 1."""

    def __init__(self, asked: Asked, hits: Sequence[Hit], store: Store) -> None:
        self._hits = hits
        self._store = store
        self._number = {hit.passage: number for number, hit in enumerate(hits, 1)}
        self._supports = {
            e.span: support(e, asked, store) for e in gather(asked, hits, store) if not gives_orders(e.text)
        }
        # Whom a sentence without a name is about: first whom the question names.
        self._meant = self._shown = _subjects(facts(asked.text))

    def check(self, sentence: Written) -> Verdict:
        """`sentence` as one claim for each span that it rests on, or dropped; "" as its reason if it states nothing."""
        stated = facts(sentence.text)
        own = _subjects(stated)
        bare = not own or bool(POINTS_BACK.match(stated.plain))
        spans, why = self._rest_on(sentence, self._meant if bare else {})
        if not why and bare and self._meant != self._shown:
            why = "subject"
        self._meant = self._meant | own
        if why:
            return Verdict((), Dropped(sentence.text, why))
        self._shown = self._meant
        return Verdict(tuple(Claim(sentence.text, s, self._supports[s].evidence.score) for s in spans))

    def _rest_on(self, sentence: Written, subject: dict[str, frozenset[str]]) -> tuple[list[Span], str]:
        """The spans that together say all of `sentence`, or why none do: at first one for all, else one for each part."""
        whole, why = self._find(sentence.text, sentence.markers, subject)
        if whole:
            return [whole], ""
        spans: list[Span] = []
        parts = list(_parts(sentence.text))
        if len(parts) < 2:
            return [], why
        for part in parts:
            own = _subjects(facts(part))
            found, failed = self._find(part, sentence.markers, {} if own else subject)
            if not found:
                return [], failed
            spans.append(found)
            subject = own or subject
        return list(dict.fromkeys(spans)), ""

    def _find(
        self, text: str, markers: Sequence[int], subject: dict[str, frozenset[str]]
    ) -> tuple[Span | None, str]:
        """The sentence that says `text`, one of a cited passage if there is one; else why the best one does not."""
        blank = _blanked(text)
        claim = read_question(blank, self._store)
        # Names are held against names; the words, without them, are weighed as a question's are.
        words = replace(claim, needs=tuple(filter(weighs, claim.needs)))
        found = [e for e in gather(words, self._hits, self._store) if e.span in self._supports]
        found.sort(key=lambda e: (self._number[e.passage] not in markers, -e.coverage, -e.own))
        reasons = []
        for e in found:
            why = against(text, claim, subject, self._supports[e.span], e)
            if not why:
                return e.span, ""
            reasons.append((e.coverage, why))
        return None, max(reasons, default=(0.0, "wording"), key=lambda r: r[0])[1]


def _blanked(text: str) -> str:
    """`text` without its figures, in its own letters where that moves none of them."""
    plain = normalize(text)
    if len(plain) != len(text):
        return without_figures(text)
    for f in reversed(figures(text)):
        text = f"{text[: f.start]} {text[f.end :]}"
    return text


def _subjects(stated: Facts) -> dict[str, frozenset[str]]:
    """Whom of each kind a text is about."""
    found = {kind: stated.subject(kind) for kind in OWNERS}
    return {kind: frozenset((name.said,)) for kind, name in found.items() if name}


def _parts(text: str) -> Iterator[str]:
    """The clauses of `text`, short ones with the next, and a clause that lists names once for each of them."""
    stated = facts(text)
    if len(stated.plain) != len(text):
        text = stated.plain
    held = 0
    for _start, end in stated.clauses:
        if (
            len(text[held:end].strip()) < (8 if re.search(r"[一-鿿]", text) else 20)
            and end < stated.clauses[-1][1]
        ):
            continue
        listed = next(
            (run for kind in KINDS for n in stated.of(kind, held, end) if len(run := stated.run(n)) > 1), None
        )
        if listed and held <= listed[0].start and listed[-1].end <= end:
            for name in listed:
                yield text[held : listed[0].start] + text[name.start : name.end] + text[listed[-1].end : end]
        else:
            yield text[held:end]
        held = end
