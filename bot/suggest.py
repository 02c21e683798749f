"""Questions that the loaded articles answer: tried out once for each generation of the store, in the background."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock, Thread, main_thread

from bot.ask import ask
from bot.library import Library
from bot.names import names_in
from bot.words import Tongue
from index.glossary import by_form
from index.store import Store, StoreError

# For each kind of name: what the quoted sentence must say, and the question in both languages.
TEMPLATES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "company": (
        (r"成立|创立|创建|树立|设立", "{}是什么时候成立的?", "When was {} founded?"),
        (r"CEO|首席执行官", "{}的CEO是谁?", "Who is the CEO of {}?"),
        (r"轮", "{}完成了几轮融资?", "How many rounds of financing has {} completed?"),
        (r"创始|开创|创办|创建", "{}的创始人是谁?", "Who founded {}?"),
        (r"", "介绍一下{}", "Tell me about {}"),
    ),
    "product": (
        (r"制程|工艺|nm|纳米", "{}采用什么制程工艺?", "What process node does {} use?"),
        (r"算力|FLOPS|TOPS", "{}的算力是多少?", "How much compute does {} have?"),
        (r"发布|推出|亮相|上市", "{}是什么时候发布的?", "When was {} released?"),
        (r"元", "{}的价格是多少?", "How much does {} cost?"),
    ),
    "person": (
        (r"毕业|结业", "{}毕业于哪所大学?", "Which university did {} graduate from?"),
        (r"", "{}是谁?", "Who is {}?"),
    ),
}
ARTICLES = 60  # whose names are counted, spread over the store
NAMES = 14
ENOUGH = 18  # questions a language
EXAMPLES = 6
LIKELY = 0.6  # score of the sentence that answers
PAUSE_S = 0.02  # between two tries, for the questions that people ask meanwhile


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question, the name it is about, and what the sentence that answers it must say besides."""

    question: str
    name: str
    cue: str


class Suggestions:
    """What can be asked of the current generation; safe to share between threads."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._lock = Lock()
        self._found: dict[str, dict[Tongue, list[Suggestion]]] = {}
        self._trying = False

    def prepare(self) -> None:
        """Starts trying out questions for the current generation, unless that was started before."""
        try:
            store = self.library.store()
        except StoreError:
            return
        with self._lock:
            if store.generation in self._found:
                return
            self._trying = True
            self._found = {store.generation: {"zh": [], "en": []}}
        Thread(target=self._try, args=(store,)).start()

    def ready(self, tongue: Tongue) -> bool:
        """Whether there are as many questions to begin with as are shown, or no more will come."""
        return len(self._pool(tongue)) >= 2 * EXAMPLES or not self._trying

    def examples(self, tongue: Tongue) -> list[str]:
        """Questions to begin with, of different names and kinds; fewer while they are still being tried out."""
        return [s.question for s in _mixed(self._pool(tongue), EXAMPLES)]

    def after(self, question: str, before: Sequence[str], tongue: Tongue, count: int = 3) -> list[str]:
        """Questions to go on with: those on the names that `question` says first, none that was asked `before`."""
        left = [s for s in self._pool(tongue) if s.question not in before and s.question != question]
        plain = question.lower()
        about = [s for s in left if any(form in plain for form in _forms(s.name))]
        return [s.question for s in [*about, *_mixed([s for s in left if s not in about], count)][:count]]

    def _pool(self, tongue: Tongue) -> list[Suggestion]:
        self.prepare()
        return [s for pools in list(self._found.values()) for s in list(pools[tongue])]

    def _try(self, store: Store) -> None:
        pools = self._found[store.generation]
        for tongue, suggestion in candidates(store):
            # A newer generation has its own thread; and nothing holds up the end of the program.
            if self._found.get(store.generation) is not pools or not main_thread().is_alive():
                return
            if len(pools[tongue]) < ENOUGH and is_answered(suggestion, store):
                pools[tongue].append(suggestion)
            time.sleep(PAUSE_S)
        self._trying = False


def candidates(store: Store) -> Iterator[tuple[Tongue, Suggestion]]:
    """Questions that the articles may answer: the names said most, each in every template of its kind."""
    names = _names(store)
    for round_ in range(max(map(len, TEMPLATES.values()))):
        for at, (name, kind) in enumerate(names):
            if round_ < len(TEMPLATES[kind]):
                # Each name begins with another template, so that the first few questions differ.
                cue, zh, en = TEMPLATES[kind][(at + round_) % len(TEMPLATES[kind])]
                yield "zh", Suggestion(zh.format(name), name, cue)
                yield "en", Suggestion(en.format(_in_english(name)), name, cue)


def is_answered(suggestion: Suggestion, store: Store) -> bool:
    """Whether `store` answers, and surely: with a likely sentence that says the name and what is asked of it."""
    answer = ask(suggestion.question, store)
    if answer.refused or answer.citations[0].score < LIKELY:
        return False
    quote = answer.citations[0].quote.lower()
    says_name = any(form in quote for form in _forms(suggestion.name))
    return says_name and bool(re.search(suggestion.cue, quote, re.I))


def _names(store: Store) -> list[tuple[str, str]]:
    """(name, kind) of the names that most passages say, first those of most."""
    step = max(1, len(store.articles) // ARTICLES)
    counts: Counter[tuple[str, str]] = Counter()
    for article in store.articles[::step][:ARTICLES]:
        text = store.source(article.source_id).text
        for paragraph in article.paragraphs:
            said = text[paragraph.start : paragraph.end]
            for a, b, kind in names_in(said):
                entry = by_form().get(said[a:b].lower())
                counts[entry.name if entry else said[a:b], entry.kind if entry else kind] += 1
    # A word of two characters that reads like a person's name is more often none.
    return [
        (name, kind)
        for (name, kind), _ in counts.most_common()
        if kind in TEMPLATES and (len(name) > 2 or name.lower() in by_form())
    ][:NAMES]


def _in_english(name: str) -> str:
    return next((form for form in (name, *_aliases(name)) if form.isascii()), name)


def _aliases(name: str) -> tuple[str, ...]:
    entry = by_form().get(name.lower())
    return entry.aliases if entry else ()


def _forms(name: str) -> list[str]:
    return [form.lower() for form in (name, *_aliases(name))]


def _mixed(pool: Sequence[Suggestion], count: int) -> list[Suggestion]:
    """`count` of `pool`, first those that bring a new name and another thing to ask."""
    out: list[Suggestion] = []
    for same in range(3):
        for s in pool:
            old = (s.name in {o.name for o in out}) + (s.cue in {o.cue for o in out})
            if len(out) < count and old <= same and s not in out:
                out.append(s)
    return out
