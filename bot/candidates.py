"""The short answers that a sentence offers, by the type of thing that is wanted. Spans are the sentence's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import accumulate, pairwise

from bot.names import SURNAMES
from bot.question import MONEY, names_of_kind
from index.glossary import by_form, derived, mentions
from index.terms import is_word, tagged, words

Found = tuple[int, int]
CLAUSE = re.compile(r"[^,，;；。!！?？]+")

_DATE = re.compile(
    r"(?:(?:19|20)\d\d\s*年(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号])?|年?[初中末底]|[上下]半年|第?[一二三四]季度|\s*Q[1-4])?"
    r"|(?:今年|本年|去年|上一年|前年|明年)(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号])?|年?[初中末底]|[上下]半年)?"
    r"|\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号]|[初中末底]|[上中下]旬)?"
    r"|(?:19|20)\d\d\s*(?:财年|自然年)(?:\s*(?:第?[一二三四]|首|榜首|末)季度|\s*Q[1-4])?|(?:19|20)\d\d\s*Q[1-4])"
)
_HEDGE = r"(?:约|大约|超过?|逾|近|达|至少|最多|不到|仅|高达|[大小]于|低于)?"
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
UNIT = (
    r"(?:[多余几]?(?:万亿|千亿|百亿|亿|千万|百万|万|千|百)?[多余]?(?:元人民币|人民币|美元|日元|欧元|港元|韩元|英镑|卢布|新台币|瑞士法郎|加元|澳元|元|美金"
    r"|[KMGTPEkmgtpe]?FLOPS|TOPS|[KMGT]B/s|[KMGT]bps|[KMGT]B|mm2|mm²|平方公里|平方米|平方毫米|毫米|厘米|公里|千米|米|英寸|nm|纳米|GHz|MHz|[kKMG]?Wh|kW|MW|GW|W|瓦"
    r"|%|％|个百分点|个交易日|个月|个?晶体管|参数|人次|人|家|轮|颗|款|次|倍|天|年|小时|分钟|秒|名|位|项|个|片|台|辆|架|条|种|张|吨|岁|周|卡|核|层|成|股|T|℃|度|票|枚|座|艘|篇|所|支|户|箱|间|桶|件|套|部|页|届|期|场|分|只|头|株|亩|公顷|立方米|千克|公斤|克|升|千瓦时|兆瓦|千瓦|基点|点|例|字|代|轮|处|起|笔|幅|本|门|队|组|班|趟|列|节|段|类|大类|厘|千伏|伏|安|毫安时|mAh|rpm|dB|fps|Hz|万))"
    r"|(?:万亿|千亿|亿|千万|百万|万)"
)
_AMOUNT = re.compile(
    rf"{_HEDGE}{_NUMBER}(?:万|亿|%)?(?:美?元)?(?:\s*[-—~至到×xX]\s*{_NUMBER}(?:{UNIT})?)?(?:\s*(?:{UNIT}))(?:以上|以下|左右|[多余])?"
    rf"|(?<![新每这那某另同任])[一二三四五六七八九十两百千数几]+(?:万亿|亿|万)?(?:美元|港元|欧元|日元|元|个月|家|轮|颗|款|次|倍|天|年|人|名|位|项|个|条|种|大系列|大)"
)
# What is asked for as money may be told by the number alone (“目标均价为52.1”).
_BARE_PRICE = re.compile(
    rf"(?<=[价值])(?:分别)?[为是至达到在报约]*({_HEDGE}\d+(?:,\d{{3}})*(?:\.\d+)?(?:万亿|[万亿])?)(?!\d|\.\d|,\d{{3}}|\s*(?!起(?![诉])){UNIT}|\s*[年月日号:：/-])"
)
# What products, works and methods are called: a quoted name beside such a word is one.
PRODUCT_NOUN = (
    r"(?:芯片|显卡|处理器|加速[卡器]|GPU|CPU|NPU|服务器|平台|渠道|系列|模型|软件|架构|方案|计划|模组|板卡|引擎|软件栈|工具|一体机|系统|体系|产品|"
    r"指令集|集群|机器人|手机|汽车|车型|轿车|药物?|疫苗|游戏|电影|影片|纪录片|专辑|歌曲|小说|电视剧|卫星|火箭|飞机|型号|品牌|应用|App)"
)
_QUOTED = re.compile(
    rf"{PRODUCT_NOUN}[^,，。、;；“”]{{0,4}}“([^”]{{2,16}})”|“([^”]{{2,16}})”(?=[^,，。、;；“”]{{0,6}}{PRODUCT_NOUN})|《([^》]{{2,20}})》"
)
_MODEL = re.compile(
    # Not the precisions, buses and memories that products have: FP32, INT8, PCIe5.0, HBM3.
    r"(?<![A-Za-z\d])(?!(?:FP|TF|BF|INT|Int|PCI|DDR|HBM|RISC|USB)[A-Za-z]*\s?\d)(?:(?:[A-Z][A-Za-z]*[- ]){0,2}[A-Z]{1,10}[A-Za-z]*[- ]?[A-Z]?\d+[A-Za-z\d.]*(?<!\.)|[A-Z][a-z]+[A-Z][A-Za-z]+|(?!Series|Class|Plan|Phase)[A-Z][a-z]+ [B-HJ-Z]|[a-z]{4,}-?\d[a-z\d.]*(?<!\.))(?![A-Za-z])"
    r"|(?<=[一-鿿]{2})(?<!\d)\d{2,4}[A-Z]?(?![\dA-Za-z.,%％年月日]|\s*[万亿多余元个家款台人名倍项颗种次期轮卡纳毫张分层核天岁位])"
)
_SCHOOL = re.compile(r"(?:(?![于在自从到读获入是为与及])[一-鿿]){2,12}?(?:大学|学院|学校|中学)")
POST = r"(?:CEO|CTO|COO|CFO|创始人|开创人|董事长|总裁|总经理|司理|院士|教授|主任|校长|部长|总监|合伙人|分析师|首席\w{0,4}师|理事长|负责人|担任人|总统|主席|记者)"
_PERSON_NEAR = re.compile(
    rf"{POST}[、兼]?(?:{POST}[、兼]?)*([{SURNAMES}][一-鿿]{{1,2}})|([{SURNAMES}][一-鿿]{{1,2}})(?=表示|表明|指出|称|说|认为|介绍|透露|泄漏|教授|院士|博士)"
)


_NOT_IN_NAMES = frozenset("曾将也则已在向就任称说表透泄介是为的和与及从被对")
# Names of other countries: 罗尼•查特吉, Philip Lane, Yoon-ho Choi.
_FOREIGN = re.compile(
    r"[一-鿿]{1,5}(?:[•·・][一-鿿]{1,6})+|(?<![A-Za-z])[A-Z][a-z]+(?:-[a-z]+)?(?: [A-Z]\.)?(?: [A-Z][a-z]+){1,2}(?![A-Za-z])"
)
_COUNTED = re.compile(
    r"(?:共有|分为|包括|有|为|是)([^,，。、和与]{2,16})[和与]([^,，。、]{2,16}?)(?=[两二2][个家款条位种项类])"
)


def clause_at(text: str, at: int) -> tuple[int, int]:
    """The span of the clause of `text` that stands at `at`, all of it if none does.

    >>> clause_at("营收增长,利润下降。", 6)
    (5, 9)
    """
    return next((m.span() for m in CLAUSE.finditer(text) if m.start() <= at < m.end()), (0, len(text)))


def candidates(sentence: str, wanted: str, cues: tuple[str, ...] = ()) -> list[Found]:
    """The spans in `sentence` that are of the type `wanted`, in order; empty for a type that is not known here.

    >>> [("2018年3月,燧原科技树立。")[a:b] for a, b in candidates("2018年3月,燧原科技树立。", "date")]
    ['2018年3月']
    >>> [("目标均价为52.1。")[a:b] for a, b in candidates("目标均价为52.1。", "amount", (MONEY,))]
    ['52.1']
    """
    makers: dict[str, Callable[[str], Iterable[Found]]] = {
        "date": lambda s: _dates(s, cues),
        "amount": lambda s: _amounts(s, cues),
        "person": _persons,
        "company": _companies,
        "place": _places,
        "product": _products,
        "school": lambda s: (m.span() for m in _SCHOOL.finditer(s)),
    }
    maker = makers.get(wanted)
    return _disjoint(maker(sentence)) if maker else []


def enumeration(sentence: str) -> list[list[Found]]:
    """The enumerations in `sentence`, each as the spans of its members.

    >>> s = "包含A公司、B公司和C公司等厂商。"
    >>> [[s[a:b] for a, b in e] for e in enumeration(s)]
    [['A公司', 'B公司', 'C公司']]
    >>> s = "这笔费用与存货、收购承诺等有关，支持甲类、乙类"
    >>> [[s[a:b] for a, b in e] for e in enumeration(s)]
    [['存货', '收购承诺'], ['甲类', '乙类']]
    """
    out = [[m.span(1), m.span(2)] for m in _COUNTED.finditer(sentence)]
    for match in re.finditer(r"[^,，。;；:：!?“”—]*、[^,，。;；:：!?“”—]*", sentence):
        members = [_bared(sentence, a, b) for a, b in _parts(sentence, *match.span())]
        members = [(a, b) for a, b in members if 1 < b - a <= 24]
        if len(members) >= 2:
            out.append(members)
    return out


def _parts(sentence: str, start: int, end: int) -> Iterator[Found]:
    """The parts between the marks of the enumeration at [start, end): it ends at “等”, and its last two may be joined by “和”."""
    commas = [m.start() for m in re.finditer("、", sentence[start:end])]
    edges = [start, *(start + at + 1 for at in commas), end + 1]
    spans = [(a, b - 1) for a, b in pairwise(edges)]
    for at, (a, b) in enumerate(spans):
        closed = AND_SO_ON.search(sentence, a, b) if at else None
        stop = closed.start() if closed else b
        joined = [m.span() for m in _AND.finditer(sentence, a, stop)]
        if at == 0 and joined:
            # What stands before the “和” of the first part only leads up to it.
            yield joined[-1][1], stop
        elif joined and (closed or at == len(spans) - 1):
            yield a, joined[0][0]
            yield joined[0][1], stop
        else:
            yield a, stop
        if closed:
            return


_AND = re.compile(r"以及|和(?!平)|及(?!时)|与")
AND_SO_ON = re.compile(r"(?<![平高中初同优均])等(?![级待于候同效式])")
_LEAD = re.compile(
    r".*(?:包含|包括|涵盖了?|分别为|分别是|即|如|例如|有|为|是|在|比如|:|：|支撑|支持|做好|来自)(?=.)"
)
_TAIL = re.compile(
    r"(?:等(?:[一-鿿]*)|(?:[两三四五六七八九十]|\d+)[家个款条位种项].*|展开了?.*|开展了?.*|均.*|都[在已是有].*)$"
)


def _bared(sentence: str, start: int, end: int) -> Found:
    """The span without what introduces or closes an enumeration."""
    tail = _TAIL.search(sentence[start:end])
    if tail and tail.start() > 0:
        end = start + tail.start()
    lead = _LEAD.match(sentence[start:end])
    if lead and start + lead.end() < end:
        start += lead.end()
    while start < end and sentence[start] in " -“”《》":
        start += 1
    while start < end and sentence[end - 1] in " “”《》":
        end -= 1
    return start, end


def _dates(sentence: str, cues: tuple[str, ...] = ()) -> Iterator[Found]:
    found = [m.span() for m in _DATE.finditer(sentence)]
    fitting = [(a, b) for a, b in found if any(re.search(cue, sentence[a:b]) for cue in cues)]
    yield from fitting or found


def _amounts(sentence: str, cues: tuple[str, ...]) -> Iterator[Found]:
    dates = [m.span() for m in _DATE.finditer(sentence)]
    if MONEY in cues:
        yield from (m.span(1) for m in _BARE_PRICE.finditer(sentence))
    for match in _AMOUNT.finditer(sentence):
        a, b = match.span()
        if any(x < b and a < y for x, y in dates) or (a and re.match(r"[A-Za-z\d.]", sentence[a - 1])):
            continue
        if not cues or any(re.search(cue, sentence[a : b + 3]) for cue in cues):
            yield a, b


def _persons(sentence: str) -> Iterator[Found]:
    yield from mentions(sentence.lower(), "person")
    yield from (m.span() for m in _FOREIGN.finditer(sentence))
    for match in _PERSON_NEAR.finditer(sentence):
        start = match.start(1) if match[1] else match.start(2)
        if start and is_word(sentence[start - 1 : start + 1]):
            continue  # “官方声称” names nobody
        yield _name_alone(sentence, *(match.span(1) if match[1] else match.span(2)))
    at = 0
    for word, flag in tagged(sentence):
        known = by_form().get(word.lower())
        if (
            flag in ("nr", "nrt", "nrfg")
            and 2 <= len(word) <= 6
            and word[0] in SURNAMES
            and not (known and known.kind != "person")
        ):
            yield _name_alone(sentence, at, at + len(word))
        at += len(word)


def _name_alone(sentence: str, a: int, b: int) -> Found:
    """The span of a person's name without the beginning of the word behind it (“张文泄漏” is told of 张文)."""
    if b - a == 3 and (
        sentence[b - 1] in _NOT_IN_NAMES or (is_word(sentence[b - 1 : b + 1]) and not is_word(sentence[a:b]))
    ):
        return a, b - 1
    return a, b


def _companies(sentence: str) -> Iterator[Found]:
    yield from mentions(sentence.lower(), "company")
    at = 0
    others = _no_companies()
    for word, flag in tagged(sentence):
        if flag == "nt" and word.lower() not in others and len(word) > 2:
            yield at, at + len(word)
        at += len(word)
    for match in re.finditer(r"[^,，。;；:：、“”和与及()（）\s]{2,16}", sentence):
        inner = re.match(
            r"(?:[^的]*的)?(.*?(?:集团|科技|银行|证券|汽车|股份|网络|资本|本钱|基金|集成电路|通信))(?:$|等|公司)",
            match[0],
        )
        if inner and 2 < len(inner[1]) <= 14 and inner[1].lower() not in others:
            yield match.start() + inner.start(1), match.start() + inner.end(1)


@derived
@cache
def _no_companies() -> frozenset[str]:
    kinds = ("product", "institution", "term", "person")
    return frozenset[str]().union(*map(names_of_kind, kinds))


def _places(sentence: str) -> Iterator[Found]:
    at, start = 0, -1
    for word, flag in (*tagged(sentence), ("", "")):
        place = (
            flag == "ns"
            and word not in ("美国", "我国", "中国", "深度", "上市")
            and word.lower() not in names_of_kind("company")
        )
        if place and start < 0:
            start = at
        elif not place and start >= 0:
            if at - start > 1:
                yield start, at
            start = -1
        at += len(word)


def _products(sentence: str) -> Iterator[Found]:
    for match in _MODEL.finditer(sentence):
        start = match.start()
        if _names_series(sentence, start):
            yield start - 2, match.end()  # 天垓100, but not 提高40
        elif not match[0][0].isdigit():
            yield match.span()
    yield from mentions(sentence.lower(), "product")
    for match in _QUOTED.finditer(sentence):
        yield next(match.span(i) for i in (1, 2, 3) if match[i])


def _names_series(sentence: str, at: int) -> bool:
    """Whether the two characters before `at` are the name of a series (天垓|100) and not an ordinary word."""
    series = sentence[max(0, at - 2) : at]
    if not re.fullmatch("[一-鿿]{2}", series) or re.search("[了的在到和与为是有过第]", series):
        return False
    if series in names_of_kind("product"):
        return True
    edges = {0, *accumulate(len(word) for word in words(sentence))}
    return at - 2 in edges and not is_word(series)


def _disjoint(spans: Iterable[Found]) -> list[Found]:
    """The longest of overlapping spans, in order."""
    kept: list[Found] = []
    for a, b in sorted(set(spans), key=lambda s: (s[0] - s[1], s[0])):
        if b > a and not any(x < b and a < y for x, y in kept):
            kept.append((a, b))
    return sorted(kept)
