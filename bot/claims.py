"""What a language model writes to claims: sentences, one at a time, with the passages that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_CLAIM = 1_000  # characters
_MARK = r"[\[［【]\^?\s*\d{1,4}(?:\s*[,，、–-]\s*\d{1,4})*\s*[\]］】]"
_MARKS = re.compile(_MARK)
_END = re.compile(
    r"(?:[。！？!?]+|(?<=[a-z0-9)\]%”\"])(?<!\bInc)(?<!\bCo)(?<!\bLtd)(?<!\bCorp)(?<!\bNo)(?<!\bvs)\.(?=[\s\[]))"
    rf"[”’」』\"\)）】》*]*(?:\s*{_MARK})*|(?:\s*\n)+"
)
_THOUGHT = re.compile(r"<think>.*?</think>", re.S)
_ITEM = re.compile(r"\s*(?:[-*•·]\s+|\d{1,2}[.、)）]\s*|#+\s+|>\s+)+")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_MARKUP = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|<[^<>\n]{1,200}>|https?://\S+")


@dataclass(frozen=True, slots=True)
class Written:
    """One sentence of a model: its text without markers and markup, its markers, whether it is an item of a list."""

    text: str
    markers: tuple[int, ...]
    item: bool


def sentences(pieces: Iterable[str]) -> Iterator[str]:
    """The sentences of a text that comes in `pieces`, each as soon as it is whole; "" for a piece that ends none.

    A model's thoughts, between ``<think>`` and ``</think>``, are left out.

    >>> [s for s in sentences(["它成立于2018年。", "[1]总", "部在上海[2]。"]) if s]
    ['它成立于2018年。[1]', '总部在上海[2]。']
    """
    held = ""
    for piece in pieces:
        held = _THOUGHT.sub("", held + piece)
        if "<think>" not in held:
            while match := _whole(held):
                yield held[: match.end()].strip()
                held = held[match.end() :]
        yield ""
    if held.strip() and "<think>" not in held:
        yield held.strip()


def _whole(held: str) -> re.Match[str] | None:
    """The first end of a sentence in `held` that no marker can follow any more."""
    for match in _END.finditer(held):
        rest = held[match.end() :].lstrip(" ")
        if not held[: match.end()].strip():
            continue
        return match if rest and not re.match(r"[\[［【][\^\d\s,，、–-]*$", rest) else None
    return None


def written(sentence: str) -> Written:
    """`sentence` without its markers, markdown, HTML and addresses, and the markers.

    >>> written("- **燧原科技**成立于2018年3月[1, 2]。")
    Written(text='燧原科技成立于2018年3月。', markers=(1, 2), item=True)
    """
    item = _ITEM.match(sentence)
    text = sentence[item.end() :] if item else sentence
    markers = [int(n) for mark in _MARKS.findall(text) for n in _numbers(mark)]
    text = _MARKUP.sub("", _LINK.sub(r"\1", _MARKS.sub("", text)))
    text = re.sub(r"\s+([。，,.;；!?！？])", r"\1", " ".join(text.split()))
    return Written(text, tuple(dict.fromkeys(markers)), bool(item))


def _numbers(mark: str) -> Iterator[int]:
    for low, high in re.findall(r"(\d+)(?:\s*[–-]\s*(\d+))?", mark):
        yield from range(int(low), min(int(high or low), int(low) + 20) + 1)
