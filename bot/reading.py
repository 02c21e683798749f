"""Questions and passages as the reader reads them."""

from __future__ import annotations

import re

from bot.records import Asked
from index.store import Store
from index.swaps import ordinary
from index.terms import normalize
from ingest.records import Passage

MAX_HEAD = 32  # characters of the heading or title that it reads them with


def to_read(passage: Passage, store: Store) -> tuple[str, str]:
    """The head and the text of `passage` as the reader reads them; every character of the text keeps its place."""
    spun = passage.article_id in store.spun
    head = (passage.heading or store.article(passage.article_id).title)[:MAX_HEAD].rstrip("。…") + "\n"
    text = store.text(passage)
    if spun:
        head, text = (
            ordinary(normalize(t), True)[0] if len(normalize(t)) == len(t) else t for t in (head, text)
        )
    return head, text


_ASK_IN_CHINESE = {
    "who": "谁", "when": "什么时候", "where": "哪里", "how_much": "多少", "which": "哪个", "list": "有哪些", "why": "为什么",
    "what": "什么", "yes_no": "吗",
}  # fmt: skip


def question_to_read(asked: Asked, passage: str) -> str:
    """The question in Chinese, in the passage's own words where it has them: an English one word by word."""
    plain = normalize(passage)
    if asked.language == "zh":
        text = normalize(asked.text)
        for need in asked.needs:
            if need.phrase in text and need.phrase not in plain:
                other = next((f for f in need.forms if len(f) > 1 and f in plain), need.phrase)
                text = text.replace(need.phrase, other)
        return text
    said = []
    for need in asked.needs:
        chinese = [f for f in need.forms if re.search(r"[一-鿿]", f)] or [need.phrase]
        said.append(next((f for f in need.forms if len(f) > 1 and f in plain), chinese[0]))
    ask = _ASK_IN_CHINESE[asked.kind]
    return "".join(said) + ask if asked.kind != "why" else ask + "".join(said)
