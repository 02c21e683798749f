"""The two things that a question holds against each other, whatever they are called: “长盛轴承跟三旺通信谁赚得多”."""

from __future__ import annotations

import re
from collections.abc import Callable

from index.terms import tagged

_DATE = r"(?:\d{4}年)?\d{1,2}月(?:份|\d{1,2}[日号]|[初中末底])?|\d{4}年(?:[上下]半年|[初末底])?|[上下]半年|第?[一二三四]季度[初末]?"
_DATES = re.compile(rf"({_DATE})(?:和|跟|与|同|比)({_DATE})(?![\d一-鿿]?[月日号])")
_AND = ("和", "跟", "与", "同", "比", "还是", "vs", "VS")
# jieba's tags of what names are made of; dates are told apart by their last character.
_NAMING = "nxjbagezqm"
_TIME = re.compile(r"[年月日号]|(?:年|月)初|[上下中]旬|[上下]半年|季度|\d+$")
_SHORTEST = 2

Token = tuple[str, str]


def paired(text: str, told: Callable[[str], bool]) -> list[str]:
    """The two that `text` joins by “和” or the like, empty if there are none; `told` is whether the articles say a name.

    Where one ends is where the longest words are that the articles say, or both end in the same word.

    >>> paired("长盛轴承跟三旺通信一季度净利谁多?", {"长盛轴承", "三旺通信"}.__contains__)
    ['长盛轴承', '三旺通信']
    >>> paired("大企业和小企业的PMI差多少?", {"企业"}.__contains__)
    ['大企业', '小企业']
    >>> paired("7月26日和8月9日哪次涨得多?", set().__contains__)
    ['7月26日', '8月9日']
    """
    dates = _DATES.search(text)
    if dates and dates[1] != dates[2]:
        return [dates[1], dates[2]]
    tokens = list(tagged(text))
    for at, (word, _) in enumerate(tokens):
        if word in _AND:
            before, behind = _run(tokens[:at][::-1])[::-1], _run(tokens[at + 1 :])
            whole, others = "".join(before), "".join(behind)
            if (
                whole[-_SHORTEST:] == others[-_SHORTEST:]
                and whole != others
                and min(len(whole), len(others)) > 2
            ):
                return [whole, others]
            one = next((n for i in range(len(before)) if _named(n := "".join(before[i:]), told)), "")
            other = next((n for i in range(len(behind), 0, -1) if _named(n := "".join(behind[:i]), told)), "")
            if one and other and one != other:
                return [one, other]
    return []


def _named(name: str, told: Callable[[str], bool]) -> bool:
    return len(name) >= _SHORTEST and told(name)


def _run(tokens: list[Token]) -> list[str]:
    """The words that `tokens` begin with of which a name may be made."""
    out: list[str] = []
    for word, flag in tokens:
        if flag[0] not in _NAMING or not re.search(r"\w", word) or _TIME.search(word):
            break
        out.append(word)
    return out
