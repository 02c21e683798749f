"""Claims of a language model held against the sentences that they cite, in code: nothing is asked of a model.

A claim stands if one sentence says its names, its figures, whose they are, what it denies, and its words. Markers
that fit are kept; where none does, a sentence of the given passages that supports the claim is cited instead.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.claims import Written
from bot.evidence import Evidence, gather, said
from bot.facts import KINDS, OWNED, OWNERS, Facts, Name, facts, latin_words, strange_words
from bot.figures import DATE, Figure, figures, without_figures
from bot.names import sounds
from bot.question import read_question
from bot.records import Asked, Claim, Dropped, Need, Span
from index.search import Hit
from index.store import Store
from index.terms import normalize
from index.times import dated

# Shares of a claim's words, weighed as in quote mode, that its sentence must say: with what it stands under, and itself.
COVERED: dict[str, float] = {"zh": 0.4, "en": 0.33}
OWN: dict[str, float] = {"zh": 0.3, "en": 0.22}
# Of a Chinese claim of few words and no figures, one that is missing is what it states.
FEW, OWN_OF_FEW = 3, 0.6
# The share that must be said in so many words (or in their translation): what is like a word may be its opposite.
LITERAL: dict[str, float] = {"zh": 0.4, "en": 0.2}
# What figures that agree take off both.
FIGURES_AGREE = 0.15
ABOUT = 0.2  # of the question's words, that a sentence must cover to say something on it
CONTEXT_CHARS = 240
_ORDERS = re.compile(
    r"(?:忽略|无视|忘记|不要理会|不要遵守).{0,12}(?:指令|指示|要求|提示|规则|内容|说明)|(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|prompts?|rules?|above)"
    r"|系统提示|system prompt|你(?:现在|必须|只能|应当|应该)(?:是|回答|输出|扮演|说)|只(?:能)?(?:回答|输出|回复)|you (?:are now|must (?:answer|say|reply|output))",
    re.I,
)
# Words that a sentence is built with, and those that say how exact a figure is.
_HOLLOW = frozenset(
    "没有 不 要 很 会 能 可以 可能 将 前者 后者 达成 做到 至 之间 比 大约 约 左右 以上 以下 超过 多 名 共 共有 总共 已 已经 用 用了 达 达到 约为 分别 都 只 只有 仅 还 同时 近 一款 一家 一种 "
    "名为 称为 叫 进行 其中 目前 此外 而且 并且 另外 因此 所以 由于 "
    "作为 is not was are were does did more than about around approximately nearly over only just about also both total respectively between up down".split()
)
_POINTS_BACK = re.compile(
    r"[\s“\"]*(?:(?:而|但|并且|同时|另外|此外|[一另]方面|是?(?:因为|由于))[,，]?){0,3}(?:这[款家位个颗]|该|其|它|他|她|此|公司|\b(?:it|its|the company|he|she|his|her|they|their)\b)",
    re.I,
)


def gives_orders(sentence: str) -> bool:
    """Whether a sentence of an article speaks to whoever answers; such a sentence is neither shown to a model nor cited."""
    return bool(_ORDERS.search(sentence))


@dataclass(frozen=True)
class Support:
    """A sentence that claims may rest on, with the number of its passage, and what it leaves to its surroundings."""

    number: int
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
        texts = [normalize(self.evidence.text), self.facts.plain, *([facts(self.around).plain] if around else [])]
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
        return bool(_POINTS_BACK.match(self.facts.plain))


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
        self._supports = {e.span: self._support(asked, e) for e in gather(asked, hits, store) if not gives_orders(e.text)}
        # Whom a sentence without a name is about: first whom the question names.
        self._meant = self._shown = _subjects(facts(asked.text))

    def _support(self, asked: Asked, e: Evidence) -> Support:
        article = self._store.article(e.passage.article_id)
        source = self._store.source(e.span.source_id).text
        start = max(article.start, e.span.start - CONTEXT_CHARS)
        before = re.split(r"(?<=[。！？!?\n])", source[start : e.span.start])
        around = [s for s in reversed(before) if s.strip()]
        title = "" if article.title_made else article.title
        lines = [*(s.replace("\n", " ") for s in around), e.passage.heading, title]
        named = any(said(n, e.text, e.spun) for n in asked.needs if n.is_name)
        around_it = "\n".join(filter(None, lines))
        return Support(self._number[e.passage], e, around_it, article.published, named or e.coverage >= ABOUT)

    def check(self, sentence: Written) -> Verdict:
        """`sentence` as one claim for each span that it rests on, or dropped; "" as its reason if it states nothing."""
        stated = facts(sentence.text)
        own = _subjects(stated)
        bare = not own or bool(_POINTS_BACK.match(stated.plain))
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
        words = replace(claim, needs=tuple(filter(_weighs, claim.needs)))
        found = [e for e in gather(words, self._hits, self._store) if e.span in self._supports]
        found.sort(key=lambda e: (self._number[e.passage] not in markers, -e.coverage, -e.own))
        reasons = []
        for e in found:
            why = _against(text, claim, subject, self._supports[e.span], e)
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
        if len(text[held:end].strip()) < (8 if re.search(r"[一-鿿]", text) else 20) and end < stated.clauses[-1][1]:
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


def _against(
    text: str, claim: Asked, subject: dict[str, frozenset[str]], support: Support, e: Evidence
) -> str:
    """What speaks against `support` saying `text`; "" if nothing does."""
    stated = facts(text, False)
    if not support.on_question:
        return "off_question"
    weak = _weak(claim, bool(stated.figures), support, e)
    return (
        _figures_against(stated, support)
        or _names_against(text, stated, claim, subject, support)
        or ("wording" if weak else "")
        or _owners_against(stated, subject, support)
        or _topic_against(stated, claim, support)
        or _polarity_against(stated, claim, support)
    )


def _weighs(need: Need) -> bool:
    """Whether a word of a claim must be said: no name, which is held against names, and no hollow word."""
    adverb = len(need.forms) == 1 and need.phrase.endswith("ly")
    return not need.is_name and not adverb and need.phrase.lower() not in _HOLLOW


def _weak(claim: Asked, counts: bool, support: Support, e: Evidence) -> bool:
    """Whether the sentence says too little of the claim's words."""
    needs = list(filter(_weighs, claim.needs))
    if not needs:
        return not counts
    less = FIGURES_AGREE if counts else 0.0
    held = sum(n.weight for n in needs if said(n, support.evidence.text, support.evidence.spun))
    literal = held / sum(n.weight for n in needs)
    return (
        e.coverage < COVERED[claim.language] - less
        or e.own < OWN[claim.language] - less
        or (claim.language == "zh" and not counts and len(needs) <= FEW and e.own < OWN_OF_FEW)
        or literal < LITERAL[claim.language] - less
    )


def _figures_against(stated: Facts, support: Support) -> str:
    for f in stated.figures:
        bound = stated.bound(f)
        if not any(
            f.said_by(g) and (not bound or g.start < 0 or bound == support.facts.bound(g)) for g in support.figures
        ):
            return "date" if f.unit == DATE else "number"
    return ""


def _names_against(
    text: str, stated: Facts, claim: Asked, subject: dict[str, frozenset[str]], support: Support
) -> str:
    held = {n.said for n in support.facts.names}
    for name in stated.names:
        if not _named(name, stated, held, support):
            return "name"
    for kind, names in subject.items():
        if not names & (held | support.implied(kind)):
            return "name"
    if claim.language == "en":
        missing = [n for n in claim.needs if _is_capital(n, claim.text) and not _says(n, support)]
        return "name" if missing else ""
    bare = without_figures(text)
    words = (*latin_words(bare), *strange_words(bare))
    named = [stated.plain[n.start : n.end] for n in stated.names]
    # A name that no table knows may be left unsaid where it is what the claim begins with.
    unknown = [
        w
        for w in words
        if not support.holds(w, around=bare.lstrip("“\"").startswith(w)) and not any(w in n for n in named)
    ]
    needs = {f for n in claim.needs if said(n, support.evidence.text, support.evidence.spun) for f in (*n.forms, n.phrase)}
    return "name" if [w for w in unknown if w not in needs] else ""


def _named(name: Name, stated: Facts, held: set[str], support: Support) -> bool:
    """Whether `support` names `name` itself, or leaves it unsaid because it is what the text is about."""
    if name.said in held or name.said in support.implied(name.kind):
        return True
    plain = stated.plain[name.start : name.end]
    plain = plain.rstrip("市省县") if name.kind == "place" else plain
    taken = [(n.start, n.end) for n in support.facts.names]
    return any(
        name.kind == "place" or not any(a < m.end() and m.start() < b for a, b in taken)
        for m in re.finditer(re.escape(plain), support.facts.plain)
    )


def _is_capital(need: Need, text: str) -> bool:
    """Whether an English phrase is a name by its capitals: anywhere but at the start, or there if nothing translates it."""
    capital = need.phrase[:1].isupper() and not text.lstrip().startswith(need.phrase)
    return need.is_name or capital or (need.phrase[:1].isupper() and len(need.forms) == 1)


def _says(need: Need, support: Support) -> bool:
    if said(need, support.evidence.text, support.evidence.spun) or said(need, support.around, support.evidence.spun):
        return True
    return len(need.forms) == 1 and _spelt(re.sub(r"[^a-z]", "", need.phrase.lower()), support.facts.plain)


def _spelt(letters: str, plain: str) -> bool:
    """Whether `letters` spell two to four characters of `plain` that stand together, a surname first or last."""
    for run in re.findall(r"[一-鿿]{2,}", plain):
        heard = sounds(run)
        for size in (2, 3, 4):
            for at in range(len(run) - size + 1):
                part = heard[at : at + size]
                if letters in ("".join(part), "".join((*part[1:], part[0]))):
                    return True
    return False


def _owners_against(stated: Facts, subject: dict[str, frozenset[str]], support: Support) -> str:
    """"relation" if a figure or a name is another's in `support` than in the claim, or two names change places."""
    for f in stated.figures:
        same = [g for g in support.figures if f.said_by(g)]
        for kind in OWNERS:
            mine = stated.owners(f.start, kind) or subject.get(kind, frozenset())
            theirs = [support.whose(g.start, kind) for g in same if g.start >= 0]
            each = stated.listed(mine, kind)
            if mine and theirs and not any(not t or (mine <= t if each else mine & t) for t in theirs):
                return "relation"
    for name in stated.names:
        for kind in OWNED[name.kind]:
            mine = stated.owners(name.start, kind) or subject.get(kind, frozenset())
            theirs = [support.whose(n.start, kind) for n in support.facts.names if n.said == name.said]
            if mine and theirs and not any(not t or mine & t for t in theirs):
                return "relation"
    turned = any(_turned(stated, support.facts, kind) for kind in OWNERS)
    return "relation" if turned or _office_against(stated, subject, support) else ""


def _office_against(stated: Facts, subject: dict[str, frozenset[str]], support: Support) -> bool:
    """Whether the claim gives a person an office, or an office to a company, that `support` gives to another."""
    for person in stated.of("person"):
        mine = stated.roles(person)
        same = [n for n in support.facts.of("person") if n.said == person.said]
        if mine and same and not any(mine <= support.facts.roles(n) for n in same):
            return True
        companies = _company_of(stated, person) or subject.get("company", frozenset())
        for role in mine if companies else ():
            at = list(support.facts.office(role))
            if at and not any(companies & _employer(support, a) for a in at):
                return True
    return False


def _company_of(stated: Facts, person: Name) -> frozenset[str]:
    return frozenset(n.said for n in stated.of("company", *stated.clause(person.start)))


def _employer(support: Support, at: int) -> frozenset[str]:
    """Whose office it is that is named at `at`: the company's right before it, else the sentence's, else the surroundings'."""
    start, _ = support.facts.clause(at)
    before = support.facts.of("company", start, at)
    if before:
        return frozenset(n.said for n in support.facts.run(before[-1]))
    topic = support.facts.topic("company", at)
    return frozenset((topic.said,)) if topic else support.implied("company") or support.whose(at, "company")


def _topic_against(stated: Facts, claim: Asked, support: Support) -> str:
    """"relation" if a clause of the claim names one whom `support` names elsewhere, but not where it says the like."""
    held = support.facts
    for start, end in stated.clauses:
        named = [stated.plain[n.start : n.end] for n in stated.names]
        words = [n for n in filter(_weighs, claim.needs) if not any(n.phrase.lower() in name for name in named)]
        needs = [n for n in words if n.phrase.lower() in stated.plain[start:end]]
        best = _alike(stated.plain[start:end], claim, support) if needs else ()
        left = [n for n in needs if not any(_in(n, support, span) for span in best)]
        spans = [s for s in held.clauses if s in best or any(_in(n, support, s) for n in left)]
        for kind in (*OWNERS, "place"):
            there = {n.said for span in spans for n in held.of(kind, *span)}
            topics = {t.said for _, stop in spans if (t := held.topic(kind, stop))}
            mine = {n.said for n in stated.of(kind, start, end)}
            elsewhere = {n.said for n in held.of(kind)} - there - topics
            if there and topics and kind != "place" and mine & elsewhere:
                return "relation"
            subject = stated.topic(kind, end)
            allowed = topics if kind == "place" else topics | there
            if not subject or subject.start < start or not spans:
                continue
            if topics and subject.said not in allowed:
                return "relation"
            if not allowed and _led_by_another(subject, held, spans):
                return "relation"
    return ""


def _led_by_another(subject: Name, held: Facts, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether `subject` is named only behind clauses that begin with a name of another kind."""
    where = [n.start for n in held.of(subject.kind) if n.said == subject.said]
    other = any(held.leads(n) for kind in OWNERS if kind != subject.kind for span in spans for n in held.of(kind, *span))
    return bool(where) and other and min(where) >= max(end for _, end in spans)


def _in(need: Need, support: Support, span: tuple[int, int]) -> bool:
    return said(need, support.facts.plain[slice(*span)], support.evidence.spun)


def _turned(stated: Facts, other: Facts, kind: str) -> bool:
    """Whether two names of `kind` stand the other way round in `other`."""
    for start, end in stated.clauses:
        # A company named as a product's maker acts on nobody.
        named = [n for n in stated.of(kind, start, end) if not stated.makes(n)]
        for a, b in itertools.pairwise(named):
            theirs_a = [n for n in other.of(kind) if n.said == a.said]
            theirs_b = [n for n in other.of(kind) if n.said == b.said]
            if a.said == b.said or not theirs_a or not theirs_b or b in stated.run(a):
                continue
            x, y = theirs_a[0], theirs_b[0]
            listed = y in other.run(x)
            if (listed and not stated.mutual()) or (not listed and stated.before(a, b) != other.before(x, y)):
                return True
    return False


def _polarity_against(stated: Facts, claim: Asked, support: Support) -> str:
    """"negation" or "certainty" if a clause denies, turns round or takes for sure what its like in `support` does not."""
    denied: dict[tuple[tuple[int, int], ...], bool] = {}
    for start, end in stated.clauses:
        like = _alike(stated.plain[start:end], claim, support)
        denied[like] = denied.get(like, False) or stated.denies(start, end)
    for like, denies in denied.items():
        if denies not in {support.facts.denies(*c) for c in like}:
            return "negation"
        if not stated.hedges() and all(support.facts.hedges(*c) for c in like):
            return "certainty"
    return "opposite" if stated.opposes(support.facts) else ""


def _alike(clause: str, claim: Asked, support: Support) -> tuple[tuple[int, int], ...]:
    """The clauses of `support` that say most of what `clause` says."""
    needs = [n for n in claim.needs if normalize(n.phrase) in clause]
    shares = {span: sum(n.weight for n in needs if _in(n, support, span)) for span in support.facts.clauses}
    best = max(shares.values(), default=0.0)
    return tuple(span for span, share in shares.items() if share >= best - 0.01)
