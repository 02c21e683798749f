"""Where sentences begin and end, in Chinese and English text."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A run of enders, with the closing quotes that belong to it. An English full stop needs a letter before
# it and a blank behind it, so that 1.2 and V2.0 stay whole.
_END = re.compile(r"(?:[。！？!?]+|…{2,}|(?<=[a-z\)])\.(?=\s+[A-Z“\"]))[”’」』\"\)）】》]*|[\r\n]+")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """The spans of the sentences in ``text[start:end]``, without the blanks around them.

    >>> t = "他说:“好!” 走了。\\n完"
    >>> [t[a:b] for a, b in sentence_spans(t)]
    ['他说:“好!”', '走了。', '完']
    """
    end = len(text) if end is None else end
    at = start
    for match in _END.finditer(text, start, end):
        yield from _trimmed(text, at, match.end())
        at = match.end()
    yield from _trimmed(text, at, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if any(c.isalnum() for c in text[start:end]):
        yield start, end
