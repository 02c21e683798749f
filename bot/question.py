"""A question in Chinese or English to what it asks: its kind, the type wanted, what must be said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import accumulate, pairwise
from math import log

from bot.names import NAMES, proper_nouns
from bot.records import Asked, Kind, Need
from index.glossary import Entry, by_form, derived, entries, everyday, mentions
from index.lexical import Group
from index.lexicon import index_terms
from index.search import Language
from index.store import Store
from index.terms import STOP, is_word, normalize, rarity, tagged, terms, words

_NO_CALLING = frozenset("家个些大小新老外两三四五六七八九十几各每同好坏哪是有被给在对与和跟向由从为把让比")
MAX_NEEDS = 40  # the most telling ones of a text that was pasted as a question
# (kind, wanted type, pattern) in order; what the pattern matches is not something to look for.
_KINDS: dict[Language, list[tuple[Kind, str, str]]] = {
    "zh": [
        (
            "yes_no",
            "",
            r"是否|有没有|(?![时动])([一-鿿])[不没]\1(?![意怎])|可不可以|吗[?？]?$|对吗|能否|可否",
        ),
        (
            "why",
            "",
            r"为什么|为何|为啥|凭什么|何以|怎么(?:会|突然|忽然|没|还|就|[跌涨降停黄亏辞崩火][一-鿿]{0,2}?了(?=[?？,，]|$))|(?:是)?(?:什么|哪些|何种|哪[几两三四五六七八]?[大个点条])?(?:原因|理由)(?:是什么|有哪些|何在)?|因何",
        ),
        (
            "when",
            "date",
            r"什么时候|何时|什么时间|哪[一个]?(?:年|财年|财季|季度)|哪段时间|哪一?[天日]|哪个月|几月几?[日号]?|几号|(?:日期|时间)是(?:什么|多少|哪天)",
        ),
        (
            "list",
            "",
            r"哪些|有些?谁|包括谁|哪(?:几|[两二三四五六七八九十]|\d+)[大个家款条位种项所类座颗张台辆部本支只枚名轮次届期人点]?(?!年|天|月)|有什么|(?:都)?包括什么|分别[是叫为有](?!多少|几)|都[叫是](?:什么|谁|哪)",
        ),
        ("who", "person", r"是?谁|什么人|哪位|何人|哪一位"),
        (
            "where",
            "place",
            r"(?:在|位于|设在)?(?:哪里|哪儿|何处|什么地方|哪个(?:城市|地方|省|国家|邦|州|县|区|镇|村|市|岛|港口?)|哪座城市)",
        ),
        (
            "how_much",
            "amount",
            r"多少|百分之几|多[大高长快久重宽远深厚粗]|(?<![这近前后])几[个家款颗轮次倍年天名人种代条成起件例场架辆台只枚座艘篇所支户部期分票层级组类岁卡处届]|何价",
        ),
        (
            "which",
            "",
            r"哪一?[个家款所颗种项条座国届代]|什么(?=[一-鿿])|叫什么(?:名字)?|叫做?什么|名称是什么",
        ),
        ("when", "date", r"(?:日期|时间)\s*[?？]?$|(?:日期|时间)是"),
        ("what", "", r"是什么|什么是|什么|怎么样?|如何|怎样|为何物|多少种"),
    ],
    "en": [
        ("yes_no", "", r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will)\b"),
        ("why", "", r"\bwhy\b|\bwhat (?:is|are|was|were) the reasons?\b|\breasons?\b"),
        (
            "when",
            "date",
            r"^\W*(?:and |but |so |since )?when\b(?!.*,\s*(?:by )?(?:how|what|who|which)\b)|\b(?:me|know|say|says|exactly) when\b|\bwhen(?= (?:did|do|does|was|were|is|are|will|has|have|had)\b)|\bwhen\s*\??$|\b(?:what|which) (?:fiscal )?(?:year|date|day|month|time|quarter)\b",
        ),
        (
            "how_much",
            "amount",
            r"\bhow (?:many|much|large|big|high|long|fast|old|far|tall|deep|wide|heavy)\b|\bwhat (?:percentage|percent|share)\b",
        ),
        ("who", "person", r"\bwho(?:m|se)?\b"),
        ("where", "place", r"\bwhere\b|\b(?:which|what) (?:city|place|country)\b"),
        (
            "list",
            "",
            r"\bwhich (?=\w+(?:ies|s)\b|\w+ (?:compan|cit|countr|universit)ies\b|\w+ (?:firms|banks|investors|makers|chips|products|models)\b|(?:[\w'-]+ ){1,3}\w+[^s\W]s (?:are|were|have|do|did|will)\b)|\bwhat (?:are|were)\b|\bwhat (?=\w+[^s\W]s (?:do|does|did|are|were|has|have)\b)|^(?:please )?list\b|\bname (?:all|the)\b",
        ),
        ("which", "", r"\bwhich\b|\bwhat(?:'s| is| was)? the names?(?: of)?\b|\bcalled\b"),
        ("what", "", r"\bwhat(?:'s| is| was| did| does| do)?\b|\bhow\b"),
    ],
}
# The noun that names what is wanted -> its type; a person's post makes a "which" question one of its kind.
_TYPES = [
    (
        "company",
        r"公司|企业|厂商|大厂|车企|品牌|牌子|机构|投行|投资方|出资方|股东|客户|供应商|银行|compan|firm|vendor|maker|brand|bank|\bfunds?\b|investor|shareholder|customer",
    ),
    (
        "person",
        r"创始人|开创人|创办人|ceo|cto|coo|cfo|首席\S{1,4}官|总监|董事长|总裁|总经理|校长|院长|主席|部长|局长|主任|书记|院士|教授|学者|专家|记者|高管|负责人|人员|些人|车主|店主|老板|司机|作者|球员|选手|导演|演员|founder|chairman|president|chief|director|executives?|minister|professor|expert|\b(?:owner|driver|author|player|actor|boss)(?:s|es)?\b",
    ),
    ("place", r"城市|地方|国家|省份|地区|地点|总部|cit(?:y|ies)|countr|place|headquarter"),
    ("school", r"大学|学校|高校|学院|院校|universit|college|school"),
    (
        "product",
        r"产品|芯片|显卡|服务器|平台|系列|型号|模型|软件|方案|chip|product|card|server|platform|series|model|gpu",
    ),
    ("process", r"制程|工艺|纳米|process node|process technology|nanomet"),
]
_BY_MEASURE = {"家": "company", "款": "product", "位": "person", "所": "school", "国": "place"}
# “三个系列是什么”, “这五家是谁”: asks for all of them.
_COUNTS = re.compile(
    r"(?<![第\d])(?:[两二三四五六七八九十]|[2-9]|1\d)大?[个家款条位种项类座颗名点大](?![月年])[^,，。?？]{0,12}?(?:是什么|是谁|分别|各是|是哪|叫什么)"
)
# Such a noun says more than a type: it is what the question asks of someone.
_ROLES = r"股东|资方|客户|供应商|创始|开创|董事|总裁|总经理|investor|shareholder|customer|supplier|founder"
MONEY = r"(?:亿|万|千|百)*(?:人民币|美|日|欧|港)?元|美金|英镑"
_PEOPLE = r"人|名|位|用户"
# What the question says of the amount -> how the amount is written.
_CUES = [
    (
        r"价|费|元|钱|(?<![份名])额|营收|收入|利润|市值|估值|损失|减记|减值|成本|[资奖学罚佣租]金|[罚赔贷捐]款|工资|薪|补贴|补偿|赔偿|收益|债务|产值|票房|price|cost|revenue|profit|dollar|yuan|write|sales|worth|money|raise|charge|spend|invest|valuation|market cap|\bpay|\bfine\b|\bfees?\b",
        MONEY,
    ),
    (
        r"比例|比重|占比|百分|占股|持股|股份|股权|率|幅|份额|涨|跌|percent|share|stake|rate|ratio",
        r"%|％|百分之|个百分点|成|倍",
    ),
    (r"算力|浮点|计算能力|flops|tops|compute|performance", r"[KMGTPE]?FLOPS|TOPS|次"),
    (r"带宽|bandwidth", r"[KMGT]B/s|[KMGT]bps"),
    (r"显存|内存|容量|memory|capacity", r"[KMGT]B|[kKMG]Wh|千瓦时|毫安时|mAh|升|度"),
    (r"度电|电量", r"[kKMG]Wh|千瓦时|度"),
    (r"面积|area", r"mm2|mm²|平方"),
    (r"尺寸|size|dimension", r"毫米|mm|厘米|英寸"),
    (r"制程|工艺|纳米|node|nanomet", r"nm|纳米"),
    (r"晶体管|transistor", r"个?晶体管|亿个"),
    (r"员工|多少人|人员|几个?人|人数|employee|staff|people", _PEOPLE),
    (r"几家|多少家|compan(?:y|ies)|firms", r"家"),
    (r"几轮|多少轮|轮[数次]|rounds?", r"轮"),
    (r"几个点|多少个?点|百分点", r"%|％|个百分点"),
    (r"几颗|多少颗", r"颗"),
    (r"几款|多少款", r"款"),
    (r"几次|多少次|times", r"次"),
    (r"参数|parameter", r"参数"),
    (r"几天|多少天|\bdays\b", r"[天日周]"),
    (r"几个月|多少个月|\bmonths\b", r"个月|[天年]"),
    (r"几年|多少年|\byears\b", r"年|个月"),
    (r"小时|\bhours\b", r"小时|分钟|天"),
    (r"多久|多长时间|how long", r"个月|[天日年周]|小时|分钟|个交易日"),
    (r"功耗|watt|power", r"W|瓦"),
    (r"刷新率|频率|主频|frequency|refresh rate", r"[KMGkmg]?Hz|赫兹"),
    (r"几岁|年纪|年龄|岁数|\bhow old\b|\bage\b", r"岁"),
    (r"身高|多高|how tall|height", r"米|厘米"),
    (r"多远|距离|里程|how far|distance|mileage", r"公里|千米|米"),
    (r"多重|重量|体重|how heavy|weight", r"吨|公斤|千克|克"),
    (r"气温|温度|多少度|高温|temperature", r"℃|度"),
    (r"专利|patent", r"项"),
    # How much there is of something is no money and no share.
    (r"(?<![质能批适])量(?=[有是为达多，,？?]|$)", rf"^(?!.*(?:{MONEY}|%|％|百分))"),
]
# “how many” asks for no money, no share, no time and nothing measured.
_COUNT_ONLY = (
    r"^(?![^,，。、;；]*?(?:[\d一二两三四五六七八九十百千万亿多余几]\s?(?:人民币|[美日欧港]?元|美金|英镑|[%％]|个?百分|个?月|[天年周]|小时|分钟)"
    r"|\d\s?[A-Za-z]))"
)
_MONTHS_TO = re.compile(r"(?<!\d)(1[0-2]|[1-9])月?份?\s*[到至\-—–~～]+\s*(1[0-2]|[1-9])月份?")
_SHORT_YEAR = re.compile(r"[12]\d年")  # “25年”, which may be 2025
_FIRST_MONTHS = re.compile(r"(?<![目之以提])前([2-9二三四五六七八九])个?月(?!前)")
_HALVES = {"上半年": (1, 6), "下半年": (7, 12)}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ENGLISH_DATE = re.compile(
    r"\b(?:(?P<first>\d{1,2})(?:st|nd|rd|th)? )?(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?(?: (?P<day>\d{1,2})(?:st|nd|rd|th)?)?(?:,? (?P<year>\d{4}))?\b"
)
_IN_CHINESE = re.compile(r"[一-鿿](?:[一-鿿A-Za-z\d.]*[一-鿿A-Za-z\d])?")  # a name in an English question
_ORDINALS = ("first", "second", "third", "fourth")
_ENGLISH_PERIOD = re.compile(
    r"\bQ(?P<q>[1-4])\b|\b(?P<nth>first|second|third|fourth)[- ]quarter\b|\b(?P<half>H[12]|(?:first|second)(?=[- ]half\b))(?:[- ]half)?\b"
    r"|\b(?P<six>first (?=(?:six|6) months\b)|last (?=(?:six|6) months of\b))(?:six|6) months\b"
    r"|\b(?:FY|fiscal(?: year)?)\s?(?P<year>(?:19|20)\d\d)\b",
    re.I,
)
_ENGLISH_AMOUNT = re.compile(
    r"(?:US|RMB|CNY)?\s?[$¥]?\s?\b(\d[\d,]*(?:\.\d+)?)\s?(trillion|billion|million|thousand|bn|m)\b(?: (?:dollars?|yuan|rmb))?",
    re.I,
)
_ENGLISH_SCALE = {"trillion": 1e12, "billion": 1e9, "bn": 1e9, "million": 1e6, "m": 1e6, "thousand": 1e3}
# Words that count things: what stands behind “多少” or “几” stands behind the number too.
_MEASURED = "家款颗轮次倍名种代条位项张辆台只枚座架艘篇所支户箱间桶件套部页届期场分票吨克米股例处起笔幅本门队组列节段类岁周卡核层片"
_MEASURES = frozenset(_MEASURED)
# Of these one stands for another (“几台车”: 8.65万辆), and a share for 股.
_ALIKE = ("人名位", "台辆部架", "家间所", "颗枚片张", "起例件", "款种项", "只头", "股%％")
_WEAK = frozenset(
    "公司 企业 厂商 机构 元 究竟 到底 遭 遭到 受到 被 曾 曾经 开始 进行 属于 认为 表示 目前 现在 将 会 能 可以 需要 之一 情况 具体 主要 大约 大概 总共 一共 共 "
    "文章 文中 报道 报导 归纳 总结 提到 列举 要 拿 掉 仍 待 好好 还 会 "
    "数量 数目 个数 叫 做 来 跟 想 样 那天 方面 用 出 起来 名字 名称 名为 发生 家 款 种 所 条 位 项 期间 其 时候 时间 年 月 日 天 第一 首 采用 使用 拥有 实现 面临 面前 "
    "company companies coverage article articles report reports about say his her their its he she they them him it this that these those vs versus one ones two numbers whose who get getting going host hosts name names says said tell much many become there "
    "into onto over under between during through against than then so far also other others another most more recent latest still ever both each "
    "per via upon within without across among toward towards since until up down out off around just any some such same "
    "summarise summarize summary overview recap describe explain please".split()
)
# “更强”, “三条”, “那块”: what is compared, counted or pointed at is said by other words.
_LATIN = re.compile(r"[a-z]{2,}")
_SCALES = frozenset("年月日号天万亿千百个元美港欧多余%％点人")
_SLIGHT = re.compile(
    f"更(?![新换名改正替迭衣])[一-鿿]|[一两二三四五六七八九十][{_MEASURED}]|[这那哪每某][{_MEASURED}块些趟帮]"
)
# Who founded something is told as who its founder is.
_FOUNDER = ("创始人", "创办", "创立", "创建")
# The words that sentences of either language are built with.
_ENGLISH_FRAME = re.compile(
    r"\b(?:who|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|will|the|of|in|on|to|for|and|by|"
    r"tell|list|name|give|compare|founded|about|many|much)\b",
    re.I,
)
_CHINESE_FRAME = re.compile(
    r"[的是了吗哪谁呢]|什么|甚麼|多少|[为為][何什啥]|怎么|怎麼|如何|[几幾][个個家款]|是否|请|請|介[绍紹]"
)
# “除了A,还有哪些”: what is left out is not looked for.
LEFT_OUT = re.compile(
    r"除了?([^,，。?？]{1,20}?)(?:以外|之外|外)?(?:[,，]\s*(?P<then>[^,，。?？]{0,20}?))?(?:还|(?=其[他它余]|另外|别的|哪|剩下))"
    r"|\b(?:besides|apart from|aside from|other than|in addition to|except(?: for)?)\b([^,?]{1,40})(?=[,?]|$)",
    re.I,
)
# As people say it -> as articles have it.
_SPOKEN: dict[Language, list[tuple[str, str]]] = {
    "zh": [
        (
            r"^(?:(?:您好|你好|哈[喽啰罗]|老师(?=[,，!！。:：、\s])|请[问教](?:一?下)?|劳驾|麻烦[您你]?问?一?下|我?(?:想|能不能|能否|可以)再?(?:请教|问|打听|咨询|了解|知道)(?:一?下)?"
            r"|(?:请教|问|打听|咨询|了解)一?下|帮(?:我|忙)[查看找](?:一?下)?|(?:能|可以)?告诉我)[,，!！。:：、\s]*)+(?=..)",
            "",
        ),
        (r"啥|甚么|什麽", "什么"),
        (r"干(?:什么|嘛)(?=不|要|非|还|去)", "为什么"),
        (r"是?(?:拿来|用来)?干(?:什么|嘛)用?的", "的用途是什么"),
    ],
    "en": [
        (
            r"^\W*(?:(?:hi|hello|hey)\b\W*)?(?:(?:can|could|would|will) you (?:please )?(?:tell|show) (?:me|us)|(?:please )?tell (?:me|us)|do you know|i(?:'d| would) like to know|i want(?:ed)? to know|any idea)\b[,:]?\s*(?=(?:who|what|which|when|where|why|how)\b)",
            "",
        ),
        (
            r"\bwho (?:runs|heads|leads|is (?:running|heading|leading|in charge of|the (?:boss|head) of))\b",
            "who is the CEO of",
        ),
        (
            r"\b(?:on what grounds|for what reasons?|how come|what (?:led|caused|prompted|drove|made|pushed))\b",
            "why",
        ),
        (
            r"\b(where did .{1,40}?|which (?:university|college|school) did .{1,40}?) (?:study|go|attend)\b",
            r"\1 graduate from",
        ),
    ],
}
_LATIN_NAME = re.compile(r"[a-z]*\d[a-z\d.]*[a-z]?|[a-z]+\d+[a-z\d.]*|[一-鿿]{2,3}\d+[a-z\d.]*")


def language_of(text: str) -> Language:
    """The language of `text`: English if it is built with English words, whatever names it holds.

    >>> language_of("燧原科技的CEO是谁?"), language_of("Who founded Enflame (燧原科技)?")
    ('zh', 'en')
    """
    if not re.search(r"[一-鿿]", text):
        return "en" if re.search(r"[A-Za-z]{2}", text) else "zh"
    return "en" if len(_ENGLISH_FRAME.findall(text)) >= 2 and not _CHINESE_FRAME.search(text) else "zh"


def read_question(text: str, store: Store, answer_language: Language | None = None) -> Asked:
    """`text` as understood, its needs weighed by how rare they are in `store`."""
    language = language_of(text)
    plain = normalize(text) if language == "zh" else text
    plain = LEFT_OUT.sub(lambda m: m["then"] or "", plain)
    for said, written in _SPOKEN[language]:
        plain = re.sub(said, written, plain, flags=re.I)
    kind, wanted, left = _kind(plain, language)
    noun = _noun(plain, left, kind)
    if kind in ("which", "list", "what", "who"):
        # Who may be a company too, where that is what the question's last word names (“最大股东是谁”); and where
        # nothing stands behind the question word, only the word right before it names what is wanted.
        before = kind == "who" or (language == "zh" and not _beside(left))
        ending = r"(?:的|是|有|为|叫|名)?\s*$" if before else ""
        types = _TYPES[:1] if kind == "who" else _TYPES
        wanted = next(
            (name for name, pattern in types if re.search(f"(?:{pattern}){ending}", noun, re.I)), wanted
        )
    if kind == "which" and not wanted and (measure := re.search(r"哪一?([家款位所国])", plain)):
        following = tagged(_beside(left))
        # “哪家医院” is no company.
        wanted = "" if following and following[0][1].startswith("n") else _BY_MEASURE[measure[1]]
    if kind == "where" and re.search(
        r"毕业|[就上攻]读|读的?[书研博硕]|学位|上的?大学|graduat|degree", plain, re.I
    ):
        wanted = "school"
    if kind in ("what", "which", "who") and _COUNTS.search(plain):
        kind = "list"
    if wanted == "process":
        kind, wanted = ("list", "") if kind == "list" else ("how_much", "amount")
    if kind == "what" and re.search(
        r"price|cost|revenue|bandwidth|stake|share|rate\b|size|area|performance|memory|capacity", plain, re.I
    ):
        kind, wanted = "how_much", "amount"
    if kind == "what" and not re.search(r"什么|怎|如何|何物", plain) and _ends_in_amount(plain):
        kind, wanted = "how_much", "amount"
    cues = _cues(plain, language) if kind == "how_much" else _date_cues(plain) if kind == "when" else ()
    counted = noun if kind == "how_much" and re.search("多少|几", plain) else ""
    needs = [_typed(need, kind, wanted, noun, counted) for need in _needs(left, store, language, kind)]
    telling = set(sorted(needs, key=lambda n: -n.weight)[:MAX_NEEDS])
    kept = tuple(n for n in needs if n in telling)
    return Asked(text, language, answer_language or language, kind, wanted, cues, kept)


def _cues(plain: str, language: Language) -> tuple[str, ...]:
    """The units of the amount asked for; in Chinese those of the noun that stands last, which is the head."""
    measured = r"(?:万|亿)*([一-鿿])(?![份权率价东点])"
    counted = re.search(rf"{'多少' if '多少' in plain else '(?<![近这前后好])几'}{measured}", plain)
    if counted and counted[1] in _MEASURES:
        alike = next((group for group in _ALIKE if counted[1] in group), counted[1])
        return ("|".join(alike),)
    # “How many banks rate it” asks for no rate.
    many = re.search(r"\bhow many\s+(?:[\w'-]{2,}(?<![sS])s\b|[\w'-]+(?:\s+[\w'-]+)?)", plain, re.I)
    text = many[0] if many else plain
    found = [(m.end(), unit) for said, unit in _CUES for m in re.finditer(said, text, re.I)]
    if many and not found:
        return (_COUNT_ONLY,)
    last = max((at for at, _ in found), default=0)
    return tuple(dict.fromkeys(unit for at, unit in found if at == last or language == "en"))


def _ends_in_amount(plain: str) -> bool:
    """Whether a question without a question word ends in what is measured (“智算中心投资额”).

    >>> _ends_in_amount("甘肃庆阳智算中心投资额"), _ends_in_amount("燧原科技的产品")
    (True, False)
    """
    return any(re.search(rf"(?:{said})\s*[?？]?$", plain) for said, _ in _CUES)


def _date_cues(plain: str) -> tuple[str, ...]:
    """What the date asked for is written with, where a quarter or a day is asked for."""
    if re.search(r"财季|财年|季度|quarter|fiscal", plain, re.I):
        return (r"财年|季度|Q\d",)
    return (r"[日号]",) if re.search(r"几号|哪一?[天日]|\b(?:what|which) (?:date|day)\b", plain, re.I) else ()


def _typed(need: Need, kind: Kind, wanted: str, noun: str, counted: str) -> Need:
    """`need` as a hint at most if it only names the type of what is wanted (“哪些公司”, "which cities")."""
    pattern = dict(_TYPES).get(wanted)
    if (
        kind in ("list", "which")
        and not need.is_name
        and pattern
        and need.phrase in noun
        and re.search(pattern, need.phrase, re.I)
        and not re.search(_ROLES, need.phrase, re.I)
    ):
        return replace(need, weight=0.1 * need.weight)
    if not need.is_name and (
        counted.startswith(need.phrase) or re.fullmatch(f"[{_MEASURED}]数", need.phrase)
    ):
        # What is counted (“多少员工”) is often told by the unit alone (“900多人”).
        return replace(need, weight=0.4 * need.weight)
    return need


def _kind(plain: str, language: Language) -> tuple[Kind, str, str]:
    for kind, wanted, pattern in _KINDS[language]:
        match = re.search(pattern, plain, re.I)
        if match:
            # “涨没涨价” asks of 涨价, “能不能涨价” too.
            verb = match[1] if match.lastindex and match[1] and match[1] not in "是能会要该好够算" else ""
            return kind, wanted, plain[: match.start()] + " ‖ " + verb + plain[match.end() :]
    return "what", "", plain


def _noun(plain: str, left: str, kind: Kind) -> str:
    """The words beside the question word, which name what is wanted."""
    before, _, after = left.partition("‖")
    if re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", plain):
        return " ".join(after.split()[:3])
    beside = _beside(left)
    return before.strip()[-6:] if kind == "who" or not beside else beside


def _beside(left: str) -> str:
    """What stands right behind the question word, "" if nothing does."""
    beside = left.partition("‖")[2].strip()[:6]
    return beside if re.search(r"[一-鿿a-z]", beside) else ""


def _needs(left: str, store: Store, language: Language, kind: Kind) -> Iterator[Need]:
    if language == "en":
        for pattern, as_written in ((_ENGLISH_DATE, _date_in_chinese), (_ENGLISH_PERIOD, _period_in_chinese)):
            for match in pattern.finditer(left):
                if said := as_written(match):
                    yield Need(said, 0.6, False, match[0])
            left = pattern.sub(partial(_blank, as_written), left)
        for match in _ENGLISH_AMOUNT.finditer(left):
            yield Need(_in_chinese(match), 0.6, False, match[0])
        left = _ENGLISH_AMOUNT.sub(" ", left)
        # “Huaxin Environmental (华新环保)” is named in Chinese.
        left = re.sub(r"(?:\b[A-Z][\w.&'-]*\s+)+[(（](?=[一-鿿])", " ", left)
        in_chinese = [normalize(name) for name in dict.fromkeys(_IN_CHINESE.findall(left))]
        left = _IN_CHINESE.sub(" ", left)
        pairs = [(p, g) for p, g in store.lexicon.groups(left.replace("‖", " ")) if p.lower() not in _WEAK]
        for phrase, group in pairs:
            forms = _FOUNDER if kind == "who" and "成立" in group.alternatives else group.alternatives
            # 创始 stands but in 创始人, who is no event.
            forms = tuple(f for f in forms if f != "创始" or kind in ("who", "which", "list"))
            known = next((e for f in forms if (e := by_form().get(f.lower()))), None)
            strange = any(c.isupper() for c in phrase) and not store.lexicon.translate(phrase)
            kind_named = proper_nouns(forms[0]).get(forms[0], "") if any(map(str.isupper, phrase)) else ""
            yield _need(phrase, forms, store, known.kind in NAMES if known else strange, kind_named)
        for name in in_chinese:
            entry = by_form().get(name)
            yield _need(name, (name, *(_forms(entry) if entry else ())), store, True)
        return
    seen = set()
    for match in _MONTHS_TO.finditer(left):
        yield Need(_of_months(int(match[1]), int(match[2])), 0.6, False, match[0])
    left = _MONTHS_TO.sub(" ", left)
    for match in _FIRST_MONTHS.finditer(left):
        last = int(match[1]) if match[1].isdigit() else "零一二三四五六七八九".find(match[1])
        yield Need(_of_months(1, last), 0.6, False, match[0])
    left = _FIRST_MONTHS.sub(" ", left)
    left = re.sub(r"(\d[日号])(?=[到至])", r"\1 ", left)  # “日到” is no word
    # “100万涨” is no word: an amount ends where its scale does.
    left = re.sub(r"(\d(?:万亿|[万亿]))(?=[一-鿿])", r"\1 ", left)
    left = re.sub(r"((?:19|20)\d\d年)(?=[初末底]|中(?!国))", r"\1 年", left)
    proper = proper_nouns(left)
    for word in _joined_numbers(list(_told_apart(left, store))):
        if word in seen or word in STOP or not re.search(r"[0-9a-z一-鿿]", word):
            continue
        seen.add(word)
        date = re.fullmatch(r"(\d{1,4})(财年|[年月日号])", word)
        if date:
            other = {"年": "自然年", "号": "日", "日": "号"}.get(date[2], date[2])
            forms = (word, date[1] + other, *((f"20{word}",) if _SHORT_YEAR.fullmatch(word) else ()))
            yield Need(tuple(dict.fromkeys(forms)), 0.6, True, word)
            continue
        if re.fullmatch(r"[\d.]+(?:万亿|[千百]万|[万亿])", word):
            yield Need((word,), 0.6, False, word)
            continue
        if word in _HALVES:
            yield Need((word, *_of_months(*_HALVES[word])), 0.6, False, word)
            continue
        entry = by_form().get(word)
        forms = (word, *(_forms(entry) if entry else ()), *_of_stem(word))
        forms = _FOUNDER if kind == "who" and "成立" in forms else forms
        # A Latin word in a Chinese question, if no term of the trade, is what something is called.
        # So is a single character before 公司 (“丁公司”) that no word for companies is made with (“大公司”).
        called = len(word) == 1 and word not in _NO_CALLING and f"{word}公司" in left
        numbered = " " in word
        forms = (*forms, word.replace(" ", "")) if numbered else forms
        strange = called or numbered or bool(re.fullmatch(r"[a-z]{4,}", word))
        yield _need(word, forms, store, entry.kind in NAMES if entry else strange, proper.get(word, ""))


def _told_apart(text: str, store: Store) -> Iterator[str]:
    """The words of `text`; where jieba makes one up that no article has, as its tagger parts them, if that knows more.

    Of “一张卡卖多少钱” it makes 卡卖, which nothing says.
    """
    one, other = _around_names(words(text), store), [normalize(word) for word, _ in tagged(text)]
    if "".join(other) != "".join(one):
        yield from one
        return
    strange = partial(_made_up, store=store)
    for mine, theirs in _between_edges(one, other):
        parts = min((mine, theirs), key=lambda found: sum(len(w) for w in found if strange(w)))
        for word in parts:
            yield from word if strange(word) and not proper_nouns(word) else (word,)


def _around_names(found: Sequence[str], store: Store) -> Sequence[str]:
    """`found` with names whole that jieba cut through, where what it cut them into is in no article (“蔚|来讲”: 蔚来)."""
    text = "".join(found)
    edges = [0, *accumulate(map(len, found))]
    for kind in NAMES:
        for a, b in mentions(text, kind):
            inside = {at for at in edges if a < at < b}
            if not inside or text[a:b] not in store.lexical:
                continue
            start, end = max(at for at in edges if at <= a), min(at for at in edges if at >= b)
            cut = [text[x:y] for x, y in pairwise(sorted({start, *inside, end}))]
            if any(word not in store.lexical for word in cut):
                edges = sorted({*edges, a, b} - inside)
    return [text[a:b] for a, b in pairwise(edges)]


def _made_up(word: str, store: Store) -> bool:
    """Whether `word` is in no dictionary, no table of ours and no article."""
    strange = re.fullmatch(r"[一-鿿]{2,}", word) and not is_word(word) and word not in store.lexical
    # Of “融了” the stem is in the table: more than itself is written for it.
    known = word in everyday() or len(tuple(_of_stem(word))) > 1 or any(re.search(p, word) for _, p in _TYPES)
    return bool(strange) and not known


def _between_edges(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Two ways to part one text, side by side, cut wherever both have an edge.

    >>> list(_between_edges(["杜苏", "芮离", "岛"], ["杜苏芮", "离", "岛"]))
    [(['杜苏', '芮离'], ['杜苏芮', '离']), (['岛'], ['岛'])]
    """
    shared = set(accumulate(map(len, one))) & set(accumulate(map(len, other)))
    rows: list[list[list[str]]] = []
    for found in (one, other):
        parts: list[list[str]] = [[]]
        end = 0
        for word in found:
            parts[-1].append(word)
            end += len(word)
            if end in shared:
                parts.append([])
        rows.append(parts[:-1])
    yield from zip(*rows, strict=True)


def _forms(entry: Entry) -> Iterator[str]:
    return (form.lower() for form in (entry.name, *entry.aliases))


def _of_stem(word: str) -> Iterator[str]:
    """What articles write for a word as people ask (“融了”: 融资, 募资, …; “被禁”: 禁止, 管制, …)."""
    stem = re.sub(r"^被(?=.)|(?<=.)(?:[了过掉走完到]|下来|出来|出去|起来)$", "", word)
    if stem != word:
        yield stem
        if entry := by_form().get(stem):
            yield from _forms(entry)
    yield from everyday().get(word) or everyday().get(stem, ())


def _of_months(first: int, last: int) -> tuple[str, ...]:
    """How articles write the time from one month of a year to another.

    >>> _of_months(1, 6)
    ('1-6月', '1至6月', '1到6月', '1—6月', '1–6月', '1~6月', '1月至6月', '1月到6月', '1月-6月', '上半年', '半年报', '半年度', '中报', '前6个月', '前6月', '前六个月', '前六月')
    """
    joints = [f"{first}{joint}{last}月" for joint in "-至到—–~"]
    joints += [f"{first}月{joint}{last}月" for joint in "至到-"]
    half = [name for name, months in _HALVES.items() if months == (first, last)]
    if "上半年" in half:
        half += ["半年报", "半年度", "中报"]
    till = (
        [f"前{n}{of}月" for n in (last, "零一二三四五六七八九"[last]) for of in ("个", "")]
        if first == 1 and last < 10
        else []
    )
    return (*joints, *half, *till)


def _blank(in_chinese: Callable[[re.Match[str]], tuple[str, ...]], match: re.Match[str]) -> str:
    return " " if in_chinese(match) else match[0]


def _date_in_chinese(match: re.Match[str]) -> tuple[str, ...]:
    """How articles write the date of `_ENGLISH_DATE`; none for what may be another word (“May”, “March”).

    >>> [_date_in_chinese(_ENGLISH_DATE.search(d)) for d in ("April 15", "5 July 2023", "in October 2023", "May")]
    [('4月15日',), ('2023年7月5日', '7月5日'), ('2023年10月',), ()]
    """
    year, day = match["year"], match["day"] or match["first"]
    month = 1 + _MONTHS.index(match["month"][:3].lower())
    said = f"{month}月" + (f"{int(day)}日" if day else "")
    if not day and not year and match[0] in ("May", "March"):
        return ()
    # An article names the year of its day but once.
    return (f"{year}年{said}", *((said,) if day else ())) if year else (said,)


def _period_in_chinese(match: re.Match[str]) -> tuple[str, ...]:
    """How articles write the quarter, half or fiscal year of `_ENGLISH_PERIOD`.

    >>> [_period_in_chinese(_ENGLISH_PERIOD.search(d))[0] for d in ("Q2", "the third quarter", "first half", "FY2024")]
    ['第二季度', '第三季度', '上半年', '2024财年']
    """
    if match["year"]:
        return (f"{match['year']}财年", f"{match['year']}自然年")
    if match["half"] or match["six"]:
        half = "上半年" if (match["half"] or match["six"]).strip().lower() in ("first", "h1") else "下半年"
        return (half, *_of_months(*_HALVES[half]))
    at = int(match["q"]) if match["q"] else 1 + _ORDINALS.index(match["nth"].lower())
    return (f"第{'一二三四'[at - 1]}季度", f"{'一二三四'[at - 1]}季度", f"q{at}")


def _in_chinese(match: re.Match[str]) -> tuple[str, ...]:
    """How articles write the amount of `_ENGLISH_AMOUNT`.

    >>> _in_chinese(_ENGLISH_AMOUNT.search("$5.5 billion"))
    ('55亿',)
    """
    value = float(match[1].replace(",", "")) * _ENGLISH_SCALE[match[2].lower()]
    sizes = [(1e12, "万亿"), (1e8, "亿"), (1e4, "万")]
    return tuple(f"{value / size:g}{name}" for size, name in sizes if 1 <= value / size < 10_000)


def _joined_numbers(words: Sequence[str]) -> Iterator[str]:
    """Words with the number behind them as one where that is a product's name (天垓 100 -> 天垓100), Latin ones with the
    letter too (model s); dates, and 140 万.
    """
    held = ""
    found = [word for word in words if word.strip()]
    for at, word in enumerate(found):
        if _LATIN.fullmatch(held) and held not in STOP and _numbered(found, at):
            held += " " + word
            continue
        year = at + 1 < len(found) and found[at + 1][:1] in "年月日"
        if word in ("年", "月", "日", "号", "财年") and re.fullmatch(r"\d{1,4}", held):
            held += word
            continue
        known = by_form().get(held)
        if re.fullmatch(r"[\d.]+", held) and word in ("万", "亿", "万亿", "千万", "百万"):
            held += word
            continue
        if held and by_form().get(held + word):
            held += word
            continue
        if re.fullmatch(r"[\d.]+[a-z]*", word) and held and not year and known and known.kind == "product":
            held += word
            continue
        if held:
            yield held
        held = word
    if held:
        yield held


def _numbered(found: Sequence[str], at: int) -> bool:
    """Whether the word at `at` may be the number or the letter of what the one before names, and counts nothing."""
    behind = found[at + 1][:1] if at + 1 < len(found) else ""
    counts = behind in _MEASURES or behind in _SCALES
    return bool(re.fullmatch(r"\d[\d.]*[a-z]?|[b-hj-z]", found[at])) and not (behind and counts)


def _need(phrase: str, forms: Sequence[str], store: Store, known_name: bool, kind: str = "") -> Need:
    forms = tuple(dict.fromkeys(forms))
    is_name = (known_name or bool(_LATIN_NAME.fullmatch(phrase.lower()))) and phrase.lower() not in _WEAK
    written = [f for f in forms if f in store.lexical]
    if is_name and not written:
        written = list(index_terms(Group(forms), store.lexical).alternatives)
    held = [store.lexical.document_frequency(f) for f in written]
    total = len(store.passages)
    weight = log(1 + total / (0.5 + max(held, default=0))) / log(1 + total / 0.5)
    if is_name:
        weight = max(weight, 0.6)
    elif phrase.lower() in _WEAK or _SLIGHT.fullmatch(phrase):
        weight *= 0.25
    elif not held:
        # How much a word that no article uses says is told by how rare it is elsewhere.
        weight = min(weight, rarity(phrase))
    kinds = (by_form()[f].kind for f in forms if f in by_form())
    return Need(forms, weight, is_name, phrase, next((k for k in kinds if k != "term"), kind))


def search_groups(asked: Asked, store: Store) -> list[Group]:
    """What the BM25 leg looks for: every form of every need, and for Chinese the parts of its words."""
    groups = [Group(need.forms, 1.0 if need.phrase not in _WEAK else 0.3) for need in asked.needs]
    known = {need.phrase for need in asked.needs}
    in_chinese = asked.text if asked.language == "zh" else " ".join(_IN_CHINESE.findall(asked.text))
    groups += [Group((t,), 0.5) for t in dict.fromkeys(terms(in_chinese)) if t not in known]
    return groups


@derived
@cache
def names_of_kind(kind: str) -> frozenset[str]:
    """Every form, in lower case, of the glossary's names of `kind`."""
    return frozenset(f.lower() for e in entries() if e.kind == kind for f in (e.name, *e.aliases))
