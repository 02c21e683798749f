"""Questions that the loaded articles answer: tried out once for each generation of the store, in the background."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock, Thread

from bot.ask import ask
from bot.library import Library
from bot.names import names_in
from bot.words import Tongue
from index.glossary import by_form
from index.store import Store, StoreError

TEMPLATES: dict[Tongue, dict[str, tuple[str, ...]]] = {
    "zh": {
        "company": (
            "{}是什么时候成立的?",
            "{}的CEO是谁?",
            "介绍一下{}",
            "{}的创始人是谁?",
            "{}完成了几轮融资?",
            "{}发布了什么产品?",
        ),
        "product": ("{}的算力是多少?", "{}是什么时候发布的?", "{}采用什么制程工艺?", "{}的价格是多少?"),
        "person": ("{}毕业于哪所大学?", "{}是谁?", "{}说了什么?"),
        "institution": ("{}说了什么?", "{}是什么时候成立的?"),
    },
    "en": {
        "company": (
            "When was {} founded?",
            "Who is the CEO of {}?",
            "Tell me about {}",
            "Who founded {}?",
            "How many rounds of financing has {} completed?",
        ),
        "product": (
            "What process node does {} use?",
            "When was {} released?",
            "How much does {} cost?",
        ),
        "person": ("Which university did {} graduate from?", "Who is {}?"),
        "institution": (),
    },
}
ARTICLES = 60  # whose names are counted, spread over the store
NAMES = 24
ENOUGH = 40  # questions a language
LIKELY = 0.6  # score of the sentence that answers
PAUSE_S = 0.02  # between two tries, for the questions that people ask meanwhile


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that is answered, the name it is about, and the template it is made from."""

    question: str
    name: str
    template: str


class Suggestions:
    """What can be asked of the current generation; safe to share between threads."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._lock = Lock()
        self._found: dict[str, dict[Tongue, list[Suggestion]]] = {}

    def prepare(self) -> None:
        """Starts trying out questions for the current generation, unless that was started before."""
        try:
            store = self.library.store()
        except StoreError:
            return
        with self._lock:
            if store.generation in self._found:
                return
            self._found = {store.generation: {"zh": [], "en": []}}
        Thread(target=self._try, args=(store,), daemon=True).start()

    def examples(self, tongue: Tongue, count: int = 6) -> list[str]:
        """Questions to begin with, of different names and kinds; fewer while they are still being tried out."""
        return [s.question for s in _mixed(self._pool(tongue), count)]

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
            if self._found.get(store.generation) is not pools:
                return
            if len(pools[tongue]) < ENOUGH and is_answered(suggestion, store):
                pools[tongue].append(suggestion)
            time.sleep(PAUSE_S)


def candidates(store: Store) -> Iterator[tuple[Tongue, Suggestion]]:
    """Questions that the articles may answer: the names said most, each in every template of its kind."""
    names = _names(store)
    for round_ in range(max(len(t) for kinds in TEMPLATES.values() for t in kinds.values())):
        for at, (name, kind) in enumerate(names):
            for tongue in TEMPLATES:
                templates = TEMPLATES[tongue][kind]
                if round_ < len(templates):
                    # Each name begins with another template, so that the first few questions differ.
                    template = templates[(at + round_) % len(templates)]
                    yield tongue, Suggestion(template.format(_in_tongue(name, tongue)), name, template)


def is_answered(suggestion: Suggestion, store: Store) -> bool:
    """Whether `store` answers, and surely: with a likely sentence that says the name itself."""
    answer = ask(suggestion.question, store)
    if answer.refused or answer.citations[0].score < LIKELY:
        return False
    quote = answer.citations[0].quote.lower()
    return any(form in quote for form in _forms(suggestion.name))


def _names(store: Store) -> list[tuple[str, str]]:
    """(name, kind) of the names that most passages say, first those of most."""
    step = max(1, len(store.articles) // ARTICLES)
    counts: Counter[tuple[str, str]] = Counter()
    for article in store.articles[::step][:ARTICLES]:
        text = store.source(article.source_id).text
        for paragraph in article.paragraphs:
            said = text[paragraph.start : paragraph.end]
            for a, b, kind in set(names_in(said)):
                entry = by_form().get(said[a:b].lower())
                counts[entry.name if entry else said[a:b], entry.kind if entry else kind] += 1
    # A word of two characters that reads like a person's name is more often none.
    return [
        (name, kind)
        for (name, kind), _ in counts.most_common()
        if kind in TEMPLATES["zh"] and (len(name) > 2 or name.lower() in by_form())
    ][:NAMES]


def _in_tongue(name: str, tongue: Tongue) -> str:
    return next((f for f in _aliases(name) if f.isascii()), name) if tongue == "en" else name


def _aliases(name: str) -> tuple[str, ...]:
    entry = by_form().get(name.lower())
    return entry.aliases if entry else ()


def _forms(name: str) -> list[str]:
    return [form.lower() for form in (name, *_aliases(name))]


def _mixed(pool: Sequence[Suggestion], count: int) -> list[Suggestion]:
    """`count` of `pool`, first those that bring a new name and a new template."""
    out: list[Suggestion] = []
    for same in range(3):
        for s in pool:
            old = (s.name in {o.name for o in out}) + (s.template in {o.template for o in out})
            if len(out) < count and old <= same and s not in out:
                out.append(s)
    return out
