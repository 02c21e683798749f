"""The sentences that a model's claims may rest on, with what each leaves to its surroundings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from bot.evidence import Evidence
from bot.facts import Facts, facts
from bot.figures import Figure, figures
from bot.matching import said
from bot.records import Asked
from index.store import Store
from index.terms import normalize
from index.times import dated

ABOUT = 0.2  # of the question's words, that a sentence must cover to say something on it
CONTEXT_CHARS = 240
_ORDERS = re.compile(
    r"(?:忽略|无视|忘记|不要理会|不要遵守).{0,12}(?:指令|指示|要求|提示|规则|内容|说明)|(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|prompts?|rules?|above)"
    r"|系统提示|system prompt|你(?:现在|必须|只能|应当|应该)(?:是|回答|输出|扮演|说)|只(?:能)?(?:回答|输出|回复)|you (?:are now|must (?:answer|say|reply|output))",
    re.I,
)
POINTS_BACK = re.compile(
    r"[\s“\"]*(?:(?:而|但|并且|同时|另外|此外|[一另]方面|是?(?:因为|由于))[,，]?){0,3}(?:这[款家位个颗]|该|其|它|他|她|此|公司|\b(?:it|its|the company|he|she|his|her|they|their)\b)",
    re.I,
)


def gives_orders(sentence: str) -> bool:
    """Whether a sentence of an article speaks to whoever answers; such a sentence is neither shown to a model nor cited."""
    return bool(_ORDERS.search(sentence))


@dataclass(frozen=True)
class Support:
    """A sentence that claims may rest on, and what it leaves to its surroundings."""

    evidence: Evidence
    around: str  # the sentences before it, its heading and title
    published: str | None
    on_question: bool  # whether it has to do with what was asked

    @cached_property
    def facts(self) -> Facts:
        """What it states itself."""
        return facts(self.evidence.text, self.evidence.spun)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures, and the dates that its relative ones mean."""
        meant = dated(self.evidence.text, self.published)[len(self.evidence.text) :]
        return (*self.facts.figures, *(replace(f, start=-1) for f in figures(meant)))

    def holds(self, word: str, around: bool) -> bool:
        """Whether `word` stands in it or, with `around`, in its surroundings."""
        pattern = re.compile(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])")
        texts = [
            normalize(self.evidence.text),
            self.facts.plain,
            *([facts(self.around).plain] if around else []),
        ]
        return any(pattern.search(t) if word.isascii() else word in t for t in texts)

    def whose(self, at: int, kind: str) -> frozenset[str]:
        """Whose of `kind` the thing at `at` is; of the surroundings where the sentence names none or points back."""
        own = self.facts.owners(at, kind)
        if own and not self._points_back:
            return own
        beside = self.facts.of(kind, *self.facts.clause(at))
        return self.implied(kind) | (own if beside else frozenset()) or own

    def implied(self, kind: str) -> frozenset[str]:
        """Whom of `kind` the surroundings are about: the subject of the nearest sentence that has one, a title's only one."""
        if self.facts.of(kind) and not self._points_back:
            return frozenset()
        for text in self.around.split("\n"):
            around = facts(text, self.evidence.spun)
            subject = around.subject(kind)
            if subject:
                return frozenset(n.said for n in around.run(subject))
        return frozenset()

    @property
    def _points_back(self) -> bool:
        return bool(POINTS_BACK.match(self.facts.plain))


def support(e: Evidence, asked: Asked, store: Store) -> Support:
    """The sentence `e` of an article, as found for the question `asked`."""
    article = store.article(e.passage.article_id)
    source = store.source(e.span.source_id).text
    start = max(article.start, e.span.start - CONTEXT_CHARS)
    before = re.split(r"(?<=[。！？!?\n])", source[start : e.span.start])
    around = [s.replace("\n", " ") for s in reversed(before) if s.strip()]
    title = "" if article.title_made else article.title
    lines = filter(None, [*around, e.passage.heading, title])
    named = any(said(n, e.text, e.spun) for n in asked.needs if n.is_name)
    return Support(e, "\n".join(lines), article.published, named or e.coverage >= ABOUT)
