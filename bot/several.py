"""A message that asks several things, told apart into questions that each stand alone."""

from __future__ import annotations

import re

from bot.names import Answers, asked_of, names_in, standalone
from bot.summary import AGAIN, to_introduce

MAX_QUESTIONS = 4
_PART = re.compile(
    r".+?(?:[?？;；,，]+\s*|\s+and\s+(?=(?:who|when|where|why|how|what|which)\b)|$)", re.I | re.S
)
ASKS = re.compile(
    r"什么|[谁誰呢]|哪|多少|[多为]久|(?<![近这前后好])几(?![乎十百千万])|为[何啥]|何时|何处|怎[么样]|如何|是否|有没有|吗|介[绍紹]|"
    r"\b(?:who|whose|when|where|why|how|what|which|describe)\b|^\s*(?:is|are|was|were|do|does|did|has|have|can|will)\b",
    re.I,
)
# Such a question asks for its subject.
_OF_OTHERS = re.compile(
    r"哪[些家几]|什么是|\b(?:which|what) (?:companies|firms|chips|products|people)\b", re.I
)
# What such a part asks, it asks of those whom the part before it asks for.
_OF_SAME = re.compile(r"\s*(?:分[别別]|各自|各[是叫]|都[是叫有])")
_WHICH_OF = re.compile(
    r"([^?？]{2,}(?:是|在|用|选|靠|属于|为|去|走|向|往|[做作]))([^是在,，?？]{1,12}?)[,，]?还是[是在]?([^,，?？]{1,12}?)(?:呢|的)?[?？。]*$"
)
_PERSONAL = re.compile(r"[他她](?!们)|\b(?:he|she|his|her|him)\b", re.I)


def questions_in(text: str, who: Answers = lambda _, kind: "") -> list[str]:
    """The questions of `text`, what a later one leaves unsaid filled in; just `text` if it asks one thing.

    Parts are told apart only where the first names whom it asks about: in “哪家公司融资最多,投了多少” the second
    hangs on the answer to the first. `who` is as for `standalone`.

    >>> questions_in("燧原科技的CEO是谁?什么时候成立的?")
    ['燧原科技的CEO是谁?', '燧原科技什么时候成立的?']
    >>> questions_in("Who founded Enflame and when was it founded?")
    ['Who founded Enflame', 'when was Enflame founded?']
    >>> questions_in("Who runs Enflame and where did he study?")
    ['Who runs Enflame and where did he study?']
    >>> questions_in("2024年5月,燧原科技做了什么?")
    ['2024年5月,燧原科技做了什么?']
    """
    if again := AGAIN.search(text):
        if to_introduce(text):
            return [text]
        text = text[: again.start() + 1]
    asking: list[str] = []
    lead = ""
    for match in _PART.finditer(text):
        asks = ASKS.search(match[0])
        if asking and _OF_SAME.match(match[0]) and not re.search(r"[?？]\s*$", asking[-1]):
            asking[-1] += lead + match[0]  # “有几个品牌,分别叫什么?”
            lead = ""
        elif asks and len(_bare(match[0])) > 1:
            asking.append(lead + match[0])
            lead = ""
        elif asking and (asks or match.end() == len(text)):
            asking[-1] += lead + match[0]  # “为什么?”, “谢谢”
            lead = ""
        else:
            lead += match[0]
    if not 2 <= len(asking) <= MAX_QUESTIONS:
        return [text]
    asking = [re.sub(r"[,，;；\s]+$|\s+and\s+$", "", part, flags=re.I) for part in asking]
    named = next((asking[0][a:b] for a, b, _ in names_in(asking[0])), "")
    if not named:
        return [text]
    alone = [asking[0]]
    for part in asking[1:]:
        filled = standalone(part, alone, who)
        if _PERSONAL.search(filled) and not any(names_in(part)):
            return [text]  # who “he” is hangs on the answer to the first
        if not any(names_in(filled)) and not _OF_OTHERS.search(filled):
            filled = asked_of(named, filled)
        alone.append(filled)
    return alone


def alternatives(text: str) -> list[str]:
    """For a question which of two is so, the two questions whether each is; empty if it asks no such thing.

    >>> alternatives("天垓100是训练卡还是推理卡?"), alternatives("H20还是910B?")
    (['天垓100是训练吗?', '天垓100是推理吗?'], [])
    """
    match = _WHICH_OF.match(text)
    if not match:
        return []
    before, one, other = match.groups()
    longest = min(len(one), len(other)) - 2
    shared = next((n for n in range(longest, 0, -1) if one[-n:] == other[-n:]), 0)
    if shared:  # “训练卡还是推理卡”
        one, other = one[:-shared], other[:-shared]
    return [f"{before}{option}吗?" for option in (one, other)]


def _bare(part: str) -> str:
    """`part` without its question words, marks and particles."""
    return re.sub(r"[\W是的了在]", "", ASKS.sub("", part))
