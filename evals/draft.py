"""Questions drafted from a store's own sentences, for a person to accept. ``xinwen eval draft`` starts it.

A fact is taken out of a sentence and asked for: a cloze (Taylor 1953) put as a question. Each comes twice: as it is,
and over the store with that sentence cut out, where it must be refused. What a person finds good gets
``"accepted": true``; the rest is not asked.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Any

from bot.candidates import candidates
from bot.library import Library
from bot.settings import Settings
from evals.records import Gold
from index.store import Store, StoreError
from ingest.records import Article
from ingest.sentences import sentence_spans

SEED = 20240917
PER_ARTICLE = 3  # or more, where there are too few articles
LENGTH = range(16, 90)  # characters of a sentence that is asked about
LEAST_LEFT = 12  # characters that a question must have beside what it asks for
ASKED_WITH = {
    "date": ("when", "什么时候"),
    "amount": ("how_much", "多少"),
    "person": ("who", "谁"),
    "company": ("which", "哪家公司"),
    "school": ("which", "哪所学校"),
    "product": ("which", "哪款产品"),
}
_POINTS_BACK = re.compile(r"^[^,，]{0,6}(?:[其该它他她此]|这[^,，]|那[^,，]|上述|公司)")
_REPORTED = re.compile(r"\s*(?:消息|讯|电[,，])")
_CLAUSE = re.compile(r"[^,，;；。!！?？:：\n]+")
_NUMBER = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class Cloze:
    """A sentence's span, what is asked about it, and the fact that answers."""

    start: int
    end: int
    kind: str
    question: str
    fact: str


def cloze(text: str, start: int, end: int) -> Cloze | None:
    """The sentence ``text[start:end]`` as a question for the one fact of its type in it; None if it has none.

    >>> cloze("2018年3月,燧原科技在上海的一间办公室树立。", 0, 25).question
    '什么时候燧原科技在上海的一间办公室树立?'
    """
    sentence = text[start:end]
    if len(sentence) not in LENGTH or _POINTS_BACK.search(sentence) or not re.search(r"[一-鿿]{6}", sentence):
        return None
    for wanted, (kind, word) in ASKED_WITH.items():
        found = candidates(sentence, wanted)
        if len(found) != 1:
            continue
        a, b = found[0]
        fact = sentence[a:b]
        numbers = _NUMBER.findall(fact)
        asked = _NUMBER.sub("多少", fact) if wanted == "amount" and len(numbers) == 1 else word
        question = _clauses(sentence, a, b, asked)
        # 今年, 一种 and a word in quotes say little; 8月17日消息 is when it was reported.
        telling = wanted not in ("date", "amount", "product") or re.search(r"[0-9A-Za-z]", fact)
        if _REPORTED.match(sentence[b:]):
            continue
        if telling and len(question) - len(asked) > LEAST_LEFT and text.count(fact) == 1:
            return Cloze(start, end, kind, question, fact)
    return None


def _clauses(sentence: str, a: int, b: int, asked: str) -> str:
    """The clause of the fact with `asked` in its place, and the clause beside it if that leaves too little."""
    clauses = [m.span() for m in _CLAUSE.finditer(sentence)]
    at = next((i for i, (x, y) in enumerate(clauses) if x <= a < y), 0)
    first = last = at
    while last < len(clauses) - 1 and clauses[last][1] < b:
        last += 1
    if clauses[last][1] - clauses[first][0] - (b - a) < LEAST_LEFT:
        first, last = (first, last + 1) if last + 1 < len(clauses) else (max(0, first - 1), last)
    x, y = clauses[first][0], clauses[last][1]
    question = sentence[x:a].rstrip() + asked + sentence[b:y].lstrip(",， " if a == x else " ")
    return question.strip(' “”"、') + "?"


def drafts(store: Store, count: int, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """At most `count` pairs of question lines, from the store's articles in a random but fixed order."""
    articles = list(store.articles)
    each = max(PER_ARTICLE, ceil(count / len(articles)))
    random.Random(seed).shuffle(articles)
    number = 0
    for article in articles:
        source = store.source(article.source_id)
        for found in _of_article(source.text, article, seed, each):
            number += 1
            if number > count:
                return
            quote = source.text[found.start : found.end]
            gold = [asdict(Gold(source.file, found.start, found.end, quote, source.id))]
            row = {"id": f"d{number:04}", "accepted": False, "question": found.question, "kind": found.kind}
            yield row | {"answers": [[found.fact]], "spans": gold}
            yield row | {"id": f"d{number:04}-cut", "kind": "cut_out", "refuse": True, "without": gold}


def _of_article(text: str, article: Article, seed: int, count: int) -> list[Cloze]:
    spans = [s for p in article.paragraphs for s in sentence_spans(text, p.start, p.end)]
    random.Random(f"{seed}{article.id}").shuffle(spans)
    made = (found for start, end in spans if (found := cloze(text, start, end)))
    return list(islice(made, count))


def main(argv: list[str] | None = None) -> int:
    """Writes the drafts; 0 when it could, 1 with a line on stderr when not."""
    parser = argparse.ArgumentParser("xinwen eval draft", description=__doc__.split("\n")[0])
    parser.add_argument("--store", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="the .jsonl file to write")
    parser.add_argument("--count", type=int, default=50, help="how many questions, each of them twice")
    options = parser.parse_args(argv)
    try:
        store = Library(Settings(), options.store).store()
        if options.out.exists():
            raise ValueError(f"{options.out} is there already, perhaps with what was accepted: name another")
        rows = list(drafts(store, options.count))
        options.out.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    except (StoreError, OSError, ValueError) as error:
        print(f"xinwen: {error}", file=sys.stderr)
        return 1
    print(f"{len(rows) // 2} questions, each also with its sentence cut out, in {options.out}: set `accepted` to "
          f"true in the good ones, then `xinwen eval --questions {options.out}`")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
