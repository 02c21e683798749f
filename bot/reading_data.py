"""What the reader is trained on: people's questions on articles, and cloze questions made from the news.

People's are those of the `train_` sets, and those that were written for this project on articles of
``news_crud.jsonl.xz`` and contexts of those sets, in ``bot/reader/questions.jsonl``: the article's id (a context's is
its `content_id`), the question, and the half-open span of its text that answers, null where nothing does. Many are on
groups of similar articles, and near misses: what a careless reader would answer from them.

A cloze question (after Lewis et al. 2019, "Unsupervised Question Answering by Cloze Translation") is a
sentence with a date, amount, name or clause taken out, a question word put in its place, words dropped and
exchanged for near ones, in front of a passage that still says it. Where the passage does not say it, or says
it of another name, the right reading is that there is no answer.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.candidates import candidates
from index.corpora import read_lines
from index.terms import STOP, normalize, words
from ingest.records import content_id

QA = ("train_cmrc2018_trial", "train_drcd_dev", "train_chinesesquad_v2_dev")
NEWS_FILE = "news_crud.jsonl.xz"
OURS = Path(__file__).parent / "reader" / "questions.jsonl"
MAX_WINDOW = 240
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]*[”’」』]?")
_ASKS = {
    "date": ("什么时候", "何时", "哪一天", "哪年", "哪一年", "几月几日", "什么时间"),
    "amount": ("多少", "多少", "几", "多大", "多高"),
    "person": ("谁", "谁", "哪位", "什么人"),
    "company": ("哪家公司", "哪个公司", "什么公司", "哪个机构", "谁", "哪家企业", "哪个组织", "哪家"),
    "place": ("哪里", "什么地方", "哪个城市", "哪个国家", "哪个地方", "哪个地区", "何处"),
    "product": ("什么", "哪个", "什么名字", "哪款产品", "哪一个"),
    "what": ("什么", "什么", "哪些", "怎样", "哪个"),
}
_CLAUSE = re.compile(r"[^,，。;；!！?？:：]+")
_IS = re.compile(
    r"([^,，。;；:：]{2,20}?)(是|为|成为|达到|包括|位于|指出|旨在|属于)([^,，。;；]{3,30})(?=[,，。;；])"
)
_CAUSE = re.compile(r"(?:由于|因为|因)([^,，。;；]{4,40})[,，]([^,，。;；]{4,40})")
_PURPOSE = re.compile(r"(为了?[^,，。;；]{4,40})[,，]([^,，。;；]{4,40})")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, a passage, and the span in it that answers, None where none does."""

    question: str
    passage: str
    span: tuple[int, int] | None


def sentences(text: str) -> list[str]:
    """The sentences of `text`; joined they are the text."""
    return _SENTENCE.findall(text)


def held_out(context: str) -> bool:
    """Whether the questions on `context` are kept from the reader, so that what it says can be weighed on them."""
    return int(content_id(context), 16) % 6 == 0


Row = tuple[str, str, tuple[int, int] | None]


def ours(data: Path) -> Iterator[Row]:
    """(question, context, span) of the questions written for this project, in simplified characters."""
    asked = [json.loads(line) for line in OURS.read_text("utf-8").splitlines()]
    wanted = {row["article"] for row in asked}
    texts = {r["id"]: r["text"] for r in read_lines(data / NEWS_FILE) if r["id"] in wanted}
    for name in QA:
        contexts = (normalize(r["context"]) for r in read_lines(data / f"{name}.jsonl.gz"))
        texts |= {id_: c for c in contexts if (id_ := content_id(c)) in wanted}
    for row in asked:
        text, start, end = texts[row["article"]], row["start"], row["end"]
        span = None if start is None else (len(normalize(text[:start])), len(normalize(text[:end])))
        yield row["question"], normalize(text), span


def people(data: Path) -> Iterator[Row]:
    """(question, context, span) of the `train_` question sets, in simplified characters."""
    for name in QA:
        for record in read_lines(data / f"{name}.jsonl.gz"):
            question, context = normalize(record["question"]), normalize(record["context"])
            if record["impossible"]:
                yield question, context, None
                continue
            answer = normalize(record["answers"][0]).strip("。.,， ")
            at = _likeliest(context, answer, question)
            if at is not None and answer:
                yield question, context, (at, at + len(answer))


def _likeliest(context: str, answer: str, question: str) -> int | None:
    """Where `answer` stands in `context`; of several places the one amid most of the question's characters."""
    places = [m.start() for m in re.finditer(re.escape(answer), context)]
    return max(
        places,
        key=lambda at: _shared(context[max(0, at - 40) : at + len(answer) + 40], question),
        default=None,
    )


def _shared(text: str, question: str) -> int:
    return sum(question[i : i + 2] in text for i in range(len(question) - 1))


def window(
    context: str, span: tuple[int, int] | None, rng: random.Random, with_head: float = 0.5
) -> tuple[str, int]:
    """A passage of `context` of whole sentences that holds `span`, and how far offsets move; some begin with its head."""
    parts, at = [], 0
    for sentence in sentences(context):
        parts.append((at, at + len(sentence)))
        at += len(sentence)
    if not parts:
        return context[:MAX_WINDOW], 0
    inside = [i for i, (a, b) in enumerate(parts) if span and a <= span[0] < b] or [rng.randrange(len(parts))]
    first = last = inside[0]
    limit = rng.randint(120, MAX_WINDOW)
    while True:
        grow = [i for i in (first - 1, last + 1) if 0 <= i < len(parts)]
        grow = [
            i for i in grow if max(parts[last][1], parts[i][1]) - min(parts[first][0], parts[i][0]) <= limit
        ]
        if not grow:
            break
        chosen = rng.choice(grow)
        first, last = min(first, chosen), max(last, chosen)
    start, end = parts[first][0], max(parts[last][1], span[1] if span else 0)
    head = ""
    if first > 0 and rng.random() < with_head:
        head = context[: parts[0][1]][:32].rstrip("。\n") + "\n"
    return head + context[start:end], len(head) - start


def supervised(
    rows: list[Row], rng: random.Random, found: dict[str, list[str]] | None = None
) -> Iterator[Asked]:
    """One pass over `rows` of `people`: each with its own window, and half of them with a passage of another.

    `found` holds passages that search finds for a question, of which it may be another; of a question that nothing
    answers it is one half of the time: what comes nearest to answering it.
    """
    contexts = [context for _, context, _ in rows]
    for question, context, span in rows:
        others = (found or {}).get(question, [])
        if not span and others and rng.random() < 0.5:
            yield Asked(question, rng.choice(others), None)
            continue
        passage, moved = window(context, span, rng)
        yield Asked(question, passage, (span[0] + moved, span[1] + moved) if span else None)
        if span and rng.random() < 0.5:
            answer = context[span[0] : span[1]]
            mistaken = [p for p in others if answer not in p]
            if mistaken and rng.random() < 0.7:
                yield Asked(question, rng.choice(mistaken), None)
            else:
                yield Asked(question, _wrong(question, context, answer, contexts, rng), None)


def _wrong(question: str, context: str, answer: str, contexts: list[str], rng: random.Random) -> str:
    """A passage without the answer: elsewhere in the context if there is one, else of some that resembles it most."""
    for _ in range(3):
        passage, _ = window(context, None, rng, 0.2)
        if answer not in passage and len(context) > 2 * MAX_WINDOW:
            return passage
    tried = [c for c in rng.sample(contexts, 60) if answer not in c]
    best = max(tried, key=lambda c: _shared(c, question))
    return window(best, None, rng)[0]


class Clozes:
    """Makes cloze questions from news articles."""

    def __init__(self, near: Callable[[str], list[str]], rng: random.Random) -> None:
        self.near, self.rng = near, rng
        self.names: dict[str, list[str]] = {
            kind: [] for kind in ("person", "company", "place", "date", "product")
        }

    def of(self, text: str) -> Iterator[Asked]:
        """Up to four questions on one article, each in a shape drawn at random."""
        text = normalize(text)
        parts = [s for s in sentences(text) if s.strip()]
        if len(parts) < 3:
            return
        for at in self.rng.sample(range(len(parts)), min(4, len(parts))):
            sentence = parts[at]
            if 12 <= len(sentence) <= 180:
                made = self._asked(text, parts, at, sentence)
                if made:
                    yield made

    def _asked(self, text: str, parts: list[str], at: int, sentence: str) -> Asked | None:
        clause = self._clause(sentence) if self.rng.random() < 0.3 else None
        if clause:
            question, (a, b), kind = clause
        else:
            found = [
                (k, s) for k in _ASKS if k != "what" for s in candidates(sentence, k) if s[1] - s[0] < 30
            ]
            if not found:
                return None
            kind, (a, b) = self.rng.choice(found)
            question = self._question(sentence, kind, a, b)
            for other, span in found:
                self.names.get(other, []).append(sentence[span[0] : span[1]])
        answer = sentence[a:b]
        start = text.find(sentence)
        drawn = self.rng.random()
        if drawn < 0.12:  # a passage of the same article that says nothing of it
            rest = "".join(p for i, p in enumerate(parts) if i != at and answer not in p)
            return Asked(question, window(rest, None, self.rng)[0], None) if len(rest) > 40 else None
        if drawn < 0.24:  # the passage says it of another name
            wrong = self._of_another(question, sentence, kind)
            if wrong:
                passage, _ = window(text, (start + a, start + b), self.rng)
                return Asked(wrong, passage, None)
        said_again = [i for i, p in enumerate(parts) if i != at and answer in p and len(answer) > 1]
        said_again = [i for i in said_again if _words_shared(parts[i], sentence) >= 3]
        if said_again and drawn < 0.8:
            i = self.rng.choice(said_again)
            rest = "".join(p for j, p in enumerate(parts) if j != at)
            here = rest.find(parts[i]) + parts[i].find(answer)
            passage, moved = window(rest, (here, here + len(answer)), self.rng)
            return Asked(question, passage, (here + moved, here + len(answer) + moved))
        passage, moved = window(text, (start + a, start + b), self.rng)
        return Asked(question, passage, (start + a + moved, start + b + moved))

    def _clause(self, sentence: str) -> tuple[str, tuple[int, int], str] | None:
        patterns = [(_IS, 3), (_CAUSE, 1), (_PURPOSE, 1)]
        self.rng.shuffle(patterns)
        for pattern, group in patterns:
            match = pattern.search(sentence)
            if not match:
                continue
            if pattern is _IS:
                question = self._worn(match[1]) + match[2] + self.rng.choice(_ASKS["what"])
            else:
                asks = (
                    ("为什么", "为何", "因为什么", "什么原因导致")
                    if pattern is _CAUSE
                    else ("为什么", "为了什么", "的目的是什么")
                )
                ask = self.rng.choice(asks)
                said = self._worn(match[2])
                question = (
                    said + ask
                    if ask.startswith("的")
                    else self.rng.choice((ask + said, said + "的原因是什么", ask + said))
                )
            return question + self.rng.choice(("?", "", "？")), match.span(group), "what"
        return None

    def _question(self, sentence: str, kind: str, a: int, b: int) -> str:
        clauses = [m.span() for m in _CLAUSE.finditer(sentence)]
        at = next((i for i, (s, e) in enumerate(clauses) if s <= a < e), 0)
        first = max(0, at - self.rng.choice((0, 0, 1, 1, 2)))
        last = min(len(clauses) - 1, at + self.rng.choice((0, 0, 0, 1)))
        before, after = (
            sentence[clauses[first][0] : a],
            sentence[b : clauses[last][1]] if clauses[last][1] > b else "",
        )
        ask = self.rng.choice(_ASKS[kind])
        if kind == "amount" and self.rng.random() < 0.6:
            unit = re.search(r"(?:万|亿|千|百)*[^\d.,万亿千百]{0,4}$", sentence[a:b])
            ask = self.rng.choice(("多少", "多少", "几")) + (unit[0] if unit else "")
        before, after = self._worn(before), self._worn(after)
        if self.rng.random() < 0.35:
            joined = before + after
            return (
                joined
                + self.rng.choice(("是", "在", "为", "的是", ""))
                + ask
                + self.rng.choice(("?", "？", ""))
            )
        return before + ask + after + self.rng.choice(("?", "？", ""))

    def _worn(self, text: str) -> str:
        """`text` with words left out and exchanged for near ones."""
        dropped, exchanged = self.rng.uniform(0, 0.35), self.rng.uniform(0, 0.3)
        out = []
        for word in words(text):
            if not word.strip() or re.fullmatch(r"\W+", word):
                continue
            drawn = self.rng.random()
            if drawn < dropped and (len(word) == 1 or self.rng.random() < 0.5):
                continue
            if drawn > 1 - exchanged:
                near = self.near(word)
                word = self.rng.choice(near) if near else word
            out.append(word)
        return "".join(out)

    def _of_another(self, question: str, sentence: str, kind: str) -> str | None:
        """`question` with one of its names or dates exchanged for another article's; None if it has none."""
        for other in self.rng.sample(list(self.names), len(self.names)):
            held = [
                sentence[s[0] : s[1]]
                for s in candidates(sentence, other)
                if sentence[s[0] : s[1]] in question
            ]
            others = [n for n in self.names[other][-4000:] if n not in sentence]
            if held and len(others) > 50:
                return question.replace(self.rng.choice(held), self.rng.choice(others))
        return None


def _words_shared(a: str, b: str) -> int:
    return len({w for w in words(a) if len(w) > 1 and w not in STOP} & set(words(b)))
