"""Text to the terms that search and matching compare. The only module that uses jieba."""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from math import log
from typing import Any

from index.glossary import derived, entries
from index.swaps import ordinary

STOP = frozenset(
    "的 了 是 在 和 与 及 或 也 都 就 而 又 着 过 地 得 之 其 于 以 为 被 把 将 对 从 到 向 由 等 这 那 该 此 有 个 中 上 下 里 "
    "吗 呢 吧 啊 呀 么 我 你 他 她 它 们 我们 你们 他们 它们 自己 一 不 并 但 还 很 更 最 已 已经 让 使 给 请 请问 一个 这个 那个 "
    "will would can could because due there their they the a an of in on at to for and or is are was were be been has have had do does did it its this that by with from as "
    "which who whom whose what when where why how many much".split()
)
# Logarithms of how many words of text stand between a word and its next, for words that say nothing and all.
COMMON, RARE = 6.0, 12.5
_WORD = re.compile(r"[0-9a-z一-鿿㐀-䶿]")


@derived
@cache
def _jieba() -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42 warns of its own escapes and of pkg_resources
        import jieba
    jieba.setLogLevel(logging.WARNING)
    # One of our own and always a new one: a word that is added weighs by those that were added before.
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in dict.fromkeys(form for e in entries() for form in (e.name, *e.aliases)):
        if re.fullmatch(r"[一-鿿]{2,}", word):
            tokenizer.add_word(word)
    return tokenizer


@derived
@cache
def _simplified() -> dict[int, str]:
    """The character table of OpenCC, traditional to simplified."""
    import importlib.util
    from pathlib import Path

    spec = importlib.util.find_spec("opencc")
    assert spec and spec.origin
    table = Path(spec.origin).parent / "dictionary" / "TSCharacters.txt"
    pairs = (line.split("\t") for line in table.read_text("utf-8").splitlines() if "\t" in line)
    return {ord(trad): simple.split()[0] for trad, simple in pairs if len(trad) == 1}


@lru_cache(maxsize=8_000)
def normalize(text: str) -> str:
    """`text` in half width, lower case and simplified characters, to compare and never to show.

    >>> normalize("ＡＭＤ與華為")
    'amd与华为'
    """
    return unicodedata.normalize("NFKC", text).lower().translate(_simplified())


def terms(text: str) -> list[str]:
    """The terms of `text`: jieba's search mode, without blanks, punctuation and stop words.

    >>> terms("壁仞科技被列入实体清单。")
    ['壁仞', '科技', '壁仞科技', '列入', '实体', '清单', '实体清单']
    """
    words = _jieba().cut_for_search(normalize(text))
    return [w for w in words if w not in STOP and _WORD.search(w)]


@derived
@lru_cache(maxsize=4_000)
def words(text: str) -> tuple[str, ...]:
    """The words of `text` without overlap, all of them, punctuation too; joined they are its normal form."""
    return tuple(_jieba().cut(normalize(text)))


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words of `text` stand in it, one behind the other; empty where its normal form is not as long.

    >>> word_spans("企业负责和监督")
    [(0, 2), (2, 4), (4, 5), (5, 7)]
    """
    edges = [0, *accumulate(map(len, words(text)))]
    return list(pairwise(edges)) if edges[-1] == len(text) else []


def is_word(word: str) -> bool:
    """Whether jieba's dictionary holds `word`."""
    return bool(_jieba().FREQ.get(word))


@derived
@lru_cache(maxsize=50_000)
def rarity(word: str) -> float:
    """How rare `word` is in ordinary Chinese, from 0.1 to 1, by jieba's counts; 1 for one that it does not know.

    >>> rarity("之后") < 0.5 < rarity("实体清单")
    True
    """
    count = _jieba().FREQ.get(word)
    share = log(_jieba().total / count) if count and re.fullmatch(r"[一-鿿]+", word) and count > 3 else 14.0
    return min(1.0, max(0.1, (share - COMMON) / (RARE - COMMON)))


def article_terms(text: str, spun: bool = False) -> list[str]:
    """The terms of an article's text and, if it is spun, the ordinary ones that it stands for."""
    found = terms(text)
    if not spun:
        return found
    said, more = ordinary(normalize(text))
    held = set(found)
    return found + [t for t in terms(said) if t not in held] + [t for word in more for t in terms(word)]


@derived
@cache
def _tagger() -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from jieba import posseg
    return posseg.POSTokenizer(_jieba())


@derived
@lru_cache(maxsize=4_000)
def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """(word, part of speech) of `text` as it stands, in jieba's tags: nr a person, ns a place, nt a body."""
    return tuple((pair.word, pair.flag) for pair in _tagger().cut(text))
