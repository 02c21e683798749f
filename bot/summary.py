"""What happened summed up, or a name introduced: the sentences that say the most about it, each of another side, in the article's order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.candidates import POST, PRODUCT_NOUN
from bot.evidence import Evidence
from bot.matching import POINTS_BACK
from bot.names import OF, names_in, without_owners
from bot.records import Asked, Finding
from bot.short import in_ordinary_words, whole
from index.glossary import by_form
from index.terms import normalize, tagged

_INTRODUCES = re.compile(
    r"介绍(?:一下|下)?|简介|概况|概述|总结|讲讲|说说|聊聊|了解(?:一下)?|(?:简单)?说说|是(?:一?[家款个位种])?(?:什么样的?|怎样的|(?:用来)?(?:干|做)什么(?:用)?的?|什么)(?:公司|企业|人|机构|产品|芯片)?(?:的)?[?？]?$|是做什么的|有什么用|^什么是|怎么样[?？]?$|的(?:基本|主要)?(?:情况|经历|履历|背景|来历|生平|现状|历史|发展(?:历程)?|业务)(?:[和与及、](?:情况|经历|履历|背景|来历|生平|现状|历史|发展(?:历程)?|业务))*|"
    r"\btell me about\b|\bwhat is\b|\bwho is\b|\bintroduce\b|\bsummar|\boverview\b|\bdescribe\b|\bwhat do(?:es)? the articles? say about\b|\bwhat does (?=.{2,40}\bdo\s*\??$)",
    re.I,
)
# “…,简单介绍下”: asked again of what was just asked about.
AGAIN = re.compile(
    r"[,，;；。?？!！\s](?:请|麻烦|帮我?|能否|再)?(?:简单|简要|大概|大致|详细)?地?(?:介绍|说说|讲讲|聊聊|说明)(?:一下|下)?(?:[它他她其](?:的(?:情况|经历|履历|背景|来历))?)?(?:吧|呗)?[?？。!！\s]*$"
)
_DIGESTS = re.compile(
    r"概括|总结|總結|梳理|来龙去脉|來龍去脈|始末|怎么回事|怎麼回事|[讲说]了什么(?:内容)?[?？]?$|主要内容|(?:是|又)怎么(?:做|布局|应对|推进|规划)的[?？]?$"
    r"|(?:做|取得|拿)(?:出|到|得)?了?(?:哪些|什么|什麼)(?:成果|成績|成绩|进展|進展|突破|贡献)|(?:哪些|什么)(?:动作|布局|进展|举动)[?？]?$"
    r"|\bsummari[sz]e\b|^(?:please )?(?:give|write)?.{0,12}\b(?:summary|overview|recap)\b|\b(?:coverage|articles?|reports?|news) sa(?:y|ys|id) about\b",
    re.I,
)
MIN_COVERAGE, ABOUT_AS_MUCH = 0.35, 0.7
_FILLERS = re.compile(
    rf"[的请里中]|公司|^(?:这[款个家种])?{PRODUCT_NOUN}$|芯片|关于|文章|这家|这款|(?:the|this|company|chip|please|articles?|about|say|me|briefly|do)\b",
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
_WHAT_IT_IS = re.compile(r"是?(?:一?[款家个位种])?(?:什么样?|怎样|谁|何人)的?|\b(?:who|what) is\b", re.I)
_THING = re.compile(r"[\w·.-]{2,14}(?: [\w·.-]+){0,3}")
_ASKING = re.compile(
    r"[的谁哪几吗呢]|什么|多少|怎|如何|为何|是否|\b(?:the|of|in|on|for|to)\b.*\b(?:of|in|on|for|to)\b", re.I
)
_THIS_KIND = re.compile(rf"这[款家个位种台颗项](?:{PRODUCT_NOUN}|公司|企业|机构|人)?$")
_EDGE = " ,，。.?？!！"
MAX_SENTENCES = 4
MIN_CHARS = 12
MAX_TAIL = 6  # characters
SUBJECT_CHARS = 16  # where a sentence names what it is about
_IS = re.compile(
    r"[^,，。;；]{0,4}?(?:是(?!否)|被(?:视|称|誉|认)为|采用|基于|根据|定位|主打|主攻|专注|聚焦|成立于)"
)
# “这款基于Hopper架构的AI芯片,…”
_THIS_IS = re.compile(
    rf"这([款家位枚颗种])(?:基于|采用|根据|面向|来自|专注|主打)[^,，。;；]{{2,20}}的[^,，。;；]{{0,6}}?(?:{PRODUCT_NOUN}|公司|企业)",
    re.I,
)


_IT_IS = re.compile(r"[这它其]是一?[款家个位种台项]")
_SAID = re.compile(r"(?:说|表示|称|指出|认为|介绍)[道说]?[:：。]?$")  # what, another sentence tells


def to_introduce(text: str) -> str | None:
    """The name, or the words for it, that the question `text` asks to introduce; None if it asks something else.

    >>> to_introduce("请介绍一下燧原科技。"), to_introduce("Introduce Moore Threads."), to_introduce("燧原科技的CEO是谁?")
    ('燧原科技', 'Moore Threads', None)
    >>> to_introduce("什么是低空经济?"), to_introduce("为什么是现在?")
    ('低空经济', None)
    """
    if not _INTRODUCES.search(text):
        return None
    again = AGAIN.search(text)
    text = text[: again.start()] if again else text
    named = list(names_in(text))
    told_apart = without_owners(text, named)
    for a, b, _ in reversed([m for m in named if m not in told_apart]):
        text = text[:a] + OF.sub("", text[b:], count=1)
    names = _joined(text, [(a, b) for a, b, _ in names_in(text)])
    if not names:
        left = _THIS_KIND.sub("", _INTRODUCES.sub(" ", text).strip(_EDGE))
        return left if _THING.fullmatch(left) and not _ASKING.search(left) else None
    if len(names) > 1:
        return None
    a, b = names[0]
    left = _INTRODUCES.sub(" ", text[:a] + " ‖ " + text[b:])
    left = _INTRODUCES.sub(" ", left.replace("‖", "").strip(_EDGE))
    left = _FILLERS.sub("", left)
    left = _WHAT_IT_IS.sub("", left) if again else left
    if re.fullmatch(r"[A-Za-z][\w+-]{2,}", left):
        return left  # “壁仞的HGCT”
    if text.startswith(left, b) and _longer_name(left):
        return text[a:b] + left  # “比亚迪财险”
    return None if re.search(r"\w", left) else text[a:b]


def _longer_name(behind: str) -> bool:
    """Whether what stands `behind` a name makes it that of another thing."""
    found = tagged(behind)
    return 1 < len(behind) <= MAX_TAIL and all(
        flag.startswith("n") and re.match(r"\w", w) for w, flag in found
    )


def _joined(text: str, names: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """`names` with those that only a blank parts (Xiyun C500) as one."""
    out: list[tuple[int, int]] = []
    for a, b in names:
        if out and not text[out[-1][1] : a].strip():
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


def introduce(asked: Asked, evidence: Sequence[Evidence], name: str) -> Finding | None:
    """The sentences that tell of `name` as claims, `asked` and `evidence` being its own; None if it is in none."""
    names = [form for need in asked.needs if need.is_name for form in need.forms]
    known = normalize(name) in names
    names = names if known else [normalize(name)]
    about = [
        e
        for e in evidence
        if len(e.text) >= MIN_CHARS
        and (e.own > 0 or POINTS_BACK.match(e.text) or _IT_IS.match(e.text))
        and not _SAID.search(e.text)
        and (
            not any(n.is_name for n in e.missing)
            if known
            else names[0] in normalize(e.text) or (_IT_IS.match(e.text) and not e.missing)
        )
    ]
    about.sort(key=lambda e: -_weight(e, names))
    chosen = sorted((e for e in about if _tells_what(e, names)), key=lambda e: not _this_is(e, names))[:1]
    for side in _SIDES:
        telling = next((e for e in about if re.search(side, e.text) and e not in chosen), None)
        if telling and len(chosen) < MAX_SENTENCES:
            chosen.append(telling)
    chosen += [e for e in about if e not in chosen][: max(0, 2 - len(chosen))]
    if not chosen:
        return None
    # What it is comes first, the rest as the articles tell it.
    chosen.sort(
        key=lambda e: (
            not _tells_what(e, names) or bool(_IT_IS.match(e.text)),
            e.span.source_id,
            e.span.start,
        )
    )
    return Finding(tuple(whole(e) for e in chosen), None, "", lines=True)


def to_digest(text: str) -> bool:
    """Whether the question `text` asks for the sum of something that happened.

    >>> to_digest("概括一下这起收购的来龙去脉"), to_digest("Summarise the dispute."), to_digest("谁收购了它?")
    (True, True, False)
    """
    return bool(_DIGESTS.search(text))


def digest(asked: Asked, evidence: Sequence[Evidence]) -> Finding | None:
    """The sentences that say the most of what `asked` names, in the articles' order; None if none says much of it."""
    names = [need for need in asked.needs if need.is_name]
    about = [e for e in evidence if len(e.text) >= MIN_CHARS and not any(n in e.missing for n in names)]
    most = max((e.coverage for e in about), default=0.0)
    if most < MIN_COVERAGE:
        return None
    about = [e for e in about if e.coverage >= ABOUT_AS_MUCH * most]
    chosen = sorted(about, key=lambda e: -(e.coverage + e.own + e.score))[:MAX_SENTENCES]
    chosen.sort(key=lambda e: (e.span.source_id, e.span.start))
    return Finding(tuple(map(whole, chosen)), None, "", lines=True)


def _tells_what(e: Evidence, names: Sequence[str]) -> bool:
    """Whether the sentence says what one of `names` is: “H20是…”, “曦云C500采用…”, “训练方案HGCT”, “教授郑纬民”."""
    sentence = in_ordinary_words(e).lower()
    if _this_is(e, names) or _IT_IS.match(sentence):
        return True
    if any(
        re.search(rf"(?:{PRODUCT_NOUN}|{POST})[“《(]?{re.escape(name)}", sentence, re.I) for name in names
    ):
        return True
    found = [(at, name) for name in names if (at := sentence[:SUBJECT_CHARS].find(name)) >= 0]
    return any(_IS.match(sentence, at + len(name)) for at, name in found)


def _this_is(e: Evidence, names: Sequence[str]) -> bool:
    """Whether the sentence says what this one of the kind of `names` is (“这款基于Hopper架构的AI芯片”)."""
    match = _THIS_IS.match(in_ordinary_words(e))
    kind = {"家": "company", "位": "person"}.get(match[1], "product") if match else ""
    return any(known.kind == kind for name in names if (known := by_form().get(name)))


def _weight(e: Evidence, names: Sequence[str]) -> float:
    """Sentences that begin with the name, with figures, and not too long come first."""
    figures = len(re.findall(r"\d+", e.text))
    begins = any(name in e.text.lower()[:SUBJECT_CHARS] for name in names)
    return 2 * e.own + begins + min(3, figures) * 0.3 - abs(len(e.text) - 60) / 100 - 0.02 * e.rank
