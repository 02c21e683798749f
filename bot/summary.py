"""A name introduced: the sentences that say the most about it, each of another side, in the article's order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.evidence import Evidence
from bot.names import names_in
from bot.records import Asked, Finding
from bot.short import whole

_INTRODUCES = re.compile(
    r"介绍(?:一下|下)?|简介|概况|概述|总结|讲讲|说说|聊聊|了解(?:一下)?|(?:简单)?说说|是(?:一[家款个位种])?(?:什么样的?|怎样的|干什么的?|做什么的?|什么)(?:公司|企业|人|机构|产品|芯片)?(?:的)?[?？]?$|是做什么的|怎么样[?？]?$|的(?:基本)?情况|"
    r"\btell me about\b|\bwhat is\b|\bwho is\b|\bintroduce\b|\bsummar|\boverview\b|\bdescribe\b|\bwhat do(?:es)? the articles? say about\b",
    re.I,
)
# The sides from which a company, a person or a product is told: one sentence each is enough.
_SIDES = (
    r"成立|树立|创立|创办|创建|诞生",
    r"创始人|开创人|CEO|董事长|出任|担任|毕业|结业|曾任",
    r"融资|股东|占股|营收|市值|订单|亿元|亿美元|定价|价格",
    r"发布|推出|首款|第一款|量产|流片|选用|采用|架构|算力|带宽",
    r"合作|协作|签署|共建|兼容|集群|中心",
    r"管制|操控|清单|名单|制裁|许可|约束",
)
MAX_SENTENCES = 4


def to_introduce(text: str) -> str | None:
    """The name that the question `text` asks to introduce; None if it asks something else."""
    names = [(a, b) for a, b, _ in names_in(text)]
    match = _INTRODUCES.search(text)
    if not match or len(names) != 1:
        return None
    a, b = names[0]
    left = re.sub(
        r"[\s的请?？。,，:：\"“”]|this|the|company|公司|芯片|please|articles?|文章|里|中|关于",
        "",
        text[:a] + _INTRODUCES.sub("", text[b:]),
        flags=re.I,
    )
    left = _INTRODUCES.sub("", left)
    left = re.sub(r"tellmeabout|whatis|whois|introduce|whatdosaabout|me|about|say", "", left, flags=re.I)
    return text[a:b] if not left else None


def introduce(asked: Asked, evidence: Sequence[Evidence]) -> Finding | None:
    """The sentences as claims; None if the name is in none."""
    about = [e for e in evidence if not any(n.is_name for n in e.missing) and len(e.text) >= 12]
    chosen: list[Evidence] = []
    for side in _SIDES:
        telling = [e for e in about if re.search(side, e.text) and e not in chosen]
        if telling and len(chosen) < MAX_SENTENCES:
            chosen.append(max(telling, key=_weight))
    for e in sorted(about, key=_weight, reverse=True):
        if len(chosen) < min(2, len(about)) and e not in chosen:
            chosen.append(e)
    if not chosen:
        return None
    chosen.sort(key=lambda e: (e.span.source_id, e.span.start))
    return Finding(tuple(whole(e) for e in chosen), None, "", lines=True)


def _weight(e: Evidence) -> float:
    """Sentences that name it themselves, early, with figures, and not too long come first."""
    figures = len(re.findall(r"\d+", e.text))
    return 2 * e.own + min(3, figures) * 0.3 - abs(len(e.text) - 60) / 100 - 0.02 * e.rank
