"""What a sentence states, read without a model: its names, its figures, whom each belongs to, what it denies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.figures import DATE, Figure, figures
from index.glossary import by_form, mentions
from index.swaps import ordinary
from index.terms import is_word, normalize, tagged

OWNERS = ("company", "product", "person")  # kinds whose things, figures and people are told apart
# Of which kinds a name may be whose name of another kind.
OWNED: dict[str, tuple[str, ...]] = {
    "product": ("company",), "person": ("company",), "institution": ("company", "person"), "media": (), "company": (),
    "place": OWNERS,
}  # fmt: skip
KINDS = tuple(OWNED)
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻苏潘葛范彭鲁韦马方任袁柳鲍史唐费薛雷贺汤罗郝安于傅齐康"
    "伍余顾孟黄穆萧尹姚邵汪毛戴宋庞熊纪舒屈项董梁杜阮蓝席麻贾江颜郭梅林徐邱骆高夏蔡田樊胡凌霍万柯卢莫房解应丁邓洪包石崔吉龚程邢裴陆"
    "翁焦巴牧车侯班秋宁仇甘厉戎祖武符刘景詹龙叶黎白蒲赖乔温庄柴阎连习艾容向古易廖耿匡文欧沃关游权盖桂牛尚聂曾"
)
CLAUSE = re.compile(r"[,，;；:：。!！?？\n]|\b(?:while|whereas|but)\b|而(?=[一-鿿])(?<!从而)(?<!然而)|(?<=[一-鿿])但是?")
_BETWEEN = re.compile(r"\s*(?:、|和|与|及|以及|还有|或|&|/|,|，|and|,\s*and|or)\s*")
_RESPECTIVELY = re.compile(r"分别|各自|依次|respectively")
_COMPARES = re.compile(r"高于|低于|大于|小于|超过|多于|少于|不及|不如|优于|落后|领先|相比|[比较](?=[a-z0-9一-鿿])|\b(?:than|over|versus|vs)\b")
_NOT_SUBJECT = re.compile(r"(?:[从在自由向对被跟为给]|曾任|就职于|任职于|来自|离开|加入|\b(?:from|at|in|for|by|to|of|with|against|than))\s*$")
_NEGATED = re.compile(
    r"(?<![一-鿿])未(?=[一-鿿])(?!来|经)|[尚并从还仍]未|未(?:能|曾|被|有|必|获|见|实|完|披|公|对|在|发|收|开|达|受|透|列|上|推|宣|成|采|使)|"
    r"没有?(?!收)|并非|否认|无[法需力意缘]|尚无|毫无|拒绝|放弃|"
    r"不(?![仅只单断过同少久止但论管及如足到乏错禁妨菲等]|得不|可避免|一样)(?<!得不)|"
    r"\b(?:not|never|no|none|neither|nor|without|cannot|denie[sd]|deny|den(?:y)ing|fail(?:s|ed)? to|refuse[sd]?)\b|n't\b"
)
_HEDGED = re.compile(
    r"计划|拟|预计|估计|预期|有望|或将|或许|或(?=[会可达有为])|也许|可能|恐|打算|将(?:会|于|在|要|继续|进一步|推出|发布|达|有|成|是|以|为|不|因|从|被|面|超|减|增|失|受|采|购|开|投|建|重|大|更|能|可|对|向|迎|进|支付|停|禁|限|收|提|出|使|让|导致|引)|准备|据传|据称|传闻|有消息|目标|希望|力争|考虑|旨在|若|如果|假如|一旦|"
    r"\b(?:will|would|plan(?:s|ned|ning)?|expect(?:s|ed)?|may|might|could|intend(?:s|ed)?|aim(?:s|ed)?|reported(?:ly)?|likely|estimate[sd]?|forecasts?|"
    r"should|going to|target(?:s|ed)?|if|to be|hopes?|possibly|perhaps|is set to|are set to|set to)\b|'ll\b"
)
_MORE = re.compile(r"(?:超过?|逾|高于|多于|大于|至少|突破|打破|超出|\b(?:more than|over|above|at least|exceed\w*))了?\s*$")
_LESS = re.compile(r"(?:不到|不足|低于|少于|小于|[接将]?近|至多|\b(?:less than|under|below|nearly|almost|fewer than|at most))\s*$")
# Words that say opposite things: a text that says one side is not supported by one that says only the other.
_OPPOSITES = [
    (r"增长|增加|增添|增多|追加|加大|上升|上涨|提高|提升|攀升|飙升|扩大|涨|\b(?:increas\w+|ris(?:e|es|ing|en)|rose|gr[eo]w\w*|climb\w*|up)\b",
     r"下降|下跌|下滑|减少|削减|降低|缩小|缩减|萎缩|跌|\b(?:decreas\w+|f[ae]ll\w*|drop\w*|declin\w+|reduc\w+|cut|shr[aiu]nk\w*|down)\b"),
    (r"高于|超过|多于|大于|优于|领先|逾|突破|打破|强于|高出|以上|\d[万亿]?[多余]|比.{1,20}?(?:[高多快强]|大(?!约))|\b(?:more|higher|larger|greater|better|faster|exceed\w*|over|above|beat\w*|outperform\w*)\b",
     r"低于|不到|少于|小于|不及|不如|逊于|弱于|落后|不足|[仅只][有为是要]?|[比较].{1,20}?[低少小慢弱]|only|just|\b(?:less|lower|smaller|fewer|worse|slower|under|below|behind)\b"),
    (r"盈利|赢利|获利|\bprofit\w*\b", r"亏损|亏钱|\bloss(?:es)?\b"),
    (r"列入|纳入|加入|进入|添加|\b(?:added|listed|joined)\b", r"移出|移除|退出|剔除|除名|\b(?:removed|delisted|left)\b"),
    (r"允许|批准|放开|解除|取消(?=.{0,6}(?:管制|限制|禁))|\b(?:allow\w*|approv\w+|lift\w*)\b", r"禁止|限制|封禁|\b(?:bann?\w*|prohibit\w*|restrict\w*|forb\w+)\b"),
    (r"收购|买入|购买|采购|\b(?:bought|buys?|acquir\w+|purchas\w+)\b", r"出售|卖出|抛售|售予|\b(?:sold|sells?)\b"),
    (r"开始|启动|开幕|揭幕|\b(?:start\w*|began|begin\w*|launch\w*)\b", r"停止|终止|暂停|中止|关停|\b(?:stop\w*|halt\w*|ceas\w+|suspend\w*|end(?:s|ed)?)\b"),
    (r"成功|\bsucce\w+\b", r"失败|\bfail\w*\b"),
    (r"支持|支撑|\bsupport\w*\b", r"反对|\boppos\w+\b"),
    (r"兼容|\bcompatib\w+\b", r"不兼容|\bincompatib\w+\b"),
    (r"最[大高多强快早]|第[一二三四五六七八九十\d]+大|\b(?:largest|biggest|highest|most|fastest)\b", r"最[小低少弱慢晚]|\b(?:smallest|lowest|least|slowest)\b"),
    (r"最新|\b(?:latest|newest)\b", r"最[旧老早]|\b(?:oldest|earliest)\b"),
    (r"训练|\btrain\w*\b", r"推理|\binference\b"),
    (r"硬件|\bhardware\b", r"软件|\bsoftware\b"),
    (r"入职|加盟|出任|担任|\b(?:joined|serves?|appointed)\b", r"离职|离任|辞职|卸任|\b(?:left|resign\w*|quit)\b"),
    (r"国产|国内|本土|\bdomestic\w*\b", r"国外|海外|外国|\b(?:foreign|overseas)\b"),
]  # fmt: skip
OPPOSITES = [(re.compile(a), re.compile(b)) for a, b in _OPPOSITES]


_TURNED = re.compile(
    r"[被由遭受][^,，]*$|获[^,，]{0,3}$|(?:从|来自)$|(?:低于|少于|小于|不及|不如|落后|逊于|弱于)[^,，]*$"
    r"|\b(?:less|lower|smaller|fewer|worse|slower|behind|below)\b[^,，]*$|\b(?:by|from)\s(?:the\s)?$"
)
_CONNECTIVES = re.compile(r"[\s“\"而但则且]|此外|另外|同时|目前|据悉|其中|截至|\b(?:and|the|while|but|in|by|as of|also)\b")
_COPULA = re.compile(r"(?:是|系|为|成为|\b(?:is|are|was|were|became)(?: the)?)\s*$")
_OWNED_BY = re.compile(r"\s*(?:的|旗下|'s\b)")
_OF = re.compile(r"\bof (?:the )?$")
_APPOSED = re.compile(r"\s*(?:旗下[^,，]{0,6}|的(?:(?:子|母|分)?公司|供应商|客户|股东|对手|竞争对手|合作伙伴|投资方))$")
_BESIDE = re.compile(r"(?:相比(?:于|之下)?|较之|\b(?:compared (?:to|with)|unlike|than)\s)\s*$")
_BEHIND = re.compile(r"\s*(?:相?比|相较)")
_MUTUAL = re.compile(r"[与和跟同]|合作|协作|竞争|携手|联合|共同|一起|\b(?:with|both|together|partner\w*|compet\w*)\b")


_ROLE = re.compile(
    r"首席[一-鿿]{1,5}?[官师家](?!网)|联合创始人|创始人|开创人|联席ceo|副?董事长|副?总裁|总监|总工程师|副?总经理|总司理|合伙人|董事|教授|院士|秘书长|主席|部长"
    r"|\b(?:ceo|cto|coo|cfo|cmo|co-founder|founder|chairman|vice president|president|director|professor|chief \w+ officer)\b"
    r"|(?<![a-z])(?:ceo|cto|coo|cfo|cmo)(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name where it stands in the normal form of a text; `said` is the glossary's name, or the text itself."""

    start: int
    end: int
    kind: str
    said: str


@dataclass(frozen=True)
class Facts:
    """What a text states; positions are in `plain`, its normal form with a swapper's words put right."""

    plain: str

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The names, in order; none within a figure (US dollars)."""
        said = figures(self.plain)
        found: list[Name] = []
        for name in _names(self.plain):
            if any(f.start <= name.start and name.end < f.end for f in said):
                continue
            last = found[-1] if found else None
            if last and last.kind == name.kind == "product" and not self.plain[last.end : name.start].strip():
                found[-1] = Name(last.start, name.end, name.kind, name.said)  # Xiyun C500
            else:
                found.append(name)
        return tuple(found)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The figures that are no part of a name."""
        return tuple(
            f for f in figures(self.plain) if not any(n.start < f.end and f.start < n.end for n in self.names)
        )

    @cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """The spans of the clauses."""
        ends = [(m.start(), m.end()) for m in CLAUSE.finditer(self.plain)]
        starts = [0, *(end for _, end in ends)]
        stops = [*(start for start, _ in ends), len(self.plain)]
        return tuple((a, b) for a, b in zip(starts, stops, strict=True) if self.plain[a:b].strip())

    def of(self, kind: str, start: int = 0, end: int | None = None) -> list[Name]:
        """The names of `kind` in a part of the text, in order."""
        stop = len(self.plain) if end is None else end
        return [n for n in self.names if n.kind == kind and start <= n.start and n.end <= stop]

    def subject(self, kind: str, start: int = 0, end: int | None = None) -> Name | None:
        """Whom of `kind` a part of the text is about: its first name that no preposition makes another's."""
        found = self.of(kind, start, end)
        return next((n for n in found if not _NOT_SUBJECT.search(self.plain[: n.start])), None)

    def owners(self, at: int, kind: str) -> frozenset[str]:
        """Whose of `kind` the thing at `at` is, empty if no name of the kind is in the text.

        Those named in its clause: all of them where nothing else in the clause could be theirs instead, else the
        nearest before it; without any, the one that the nearest clause before begins with, else another before, else
        those of the next clause that names one.
        """
        here = self.clause(at)
        named = self.of(kind, *here)
        if named:
            return self._shared(at, named, here)
        before = [n for n in self.of(kind, 0, here[0]) if not _NOT_SUBJECT.search(self.plain[: n.start])]
        if before:
            leading = [n for n in before if self.leads(n)]
            return frozenset(n.said for n in self.run((leading or before)[-1]))
        after = self.of(kind, here[1])
        return frozenset(n.said for n in self.of(kind, *self.clause(after[0].start))) if after else frozenset()

    def clause(self, at: int) -> tuple[int, int]:
        """The span of the clause at `at`."""
        return next(((a, b) for a, b in self.clauses if a <= at < b), (0, len(self.plain)))

    def topic(self, kind: str, end: int) -> Name | None:
        """Whom of `kind` the text before `end` is about: the last name that a clause begins with."""
        return next((n for n in reversed(self.of(kind)) if n.start < end and self.leads(n)), None)

    def roles(self, name: Name) -> frozenset[str]:
        """The offices that the clause of a person's name gives to that person, each by its name in the glossary."""
        start, end = self.clause(name.start)
        others = [n for n in self.of("person", start, end) if n != name]
        low = max((n.end for n in others if n.end <= name.start), default=start)
        high = min((n.start for n in others if n.start >= name.end), default=end)
        behind = self.plain[name.end : high]
        if high < end:
            behind = re.split(r"[、和与及]|\band\b", behind)[0]
        return roles_in(self.plain[low : name.start]) | roles_in(behind)

    def office(self, role: str) -> Iterator[int]:
        """Where the text names `role`, in any form."""
        yield from (m.start() for m in _ROLE.finditer(self.plain) if _role(m[0]) == role)

    def leads(self, name: Name) -> bool:
        """Whether a clause begins with `name`, but for a date or a connective."""
        start = self.clause(name.start)[0]
        dates = [f for f in self.figures if f.unit == DATE and start <= f.start and f.end <= name.start]
        lead = self.plain[dates[-1].end if dates else start : name.start]
        return len(_CONNECTIVES.sub("", lead)) <= 1

    def _shared(self, at: int, named: list[Name], clause: tuple[int, int]) -> frozenset[str]:
        part = self.plain[clause[0] : clause[1]]
        rivals = [f for f in self.figures if clause[0] <= f.start and f.end <= clause[1]]
        alike = [f for f in rivals if any(f.start == at and f.unit == g.unit for g in rivals)] or [
            f for f in rivals if f.start <= at < f.end
        ]
        same = [f for f in rivals if alike and f.unit == alike[0].unit]
        if len({n.said for n in named}) == 1:
            return frozenset((named[0].said,))
        if _RESPECTIVELY.search(self.plain) and len(same) == len(named):
            return frozenset((named[[f.start for f in same].index(alike[0].start)].said,))
        before = [n for n in named if n.start < at]
        if before and (len(same) > 1 or (len(rivals) and _COMPARES.search(part))):
            return frozenset(n.said for n in self.run(before[-1]))
        return frozenset(n.said for n in named)

    def run(self, name: Name) -> list[Name]:
        """The names of the kind that are listed together with `name`, it among them, in order."""
        found = self.of(name.kind)
        at = found.index(name)
        first = last = at
        while first and self._joined(found[first - 1], found[first]):
            first -= 1
        while last + 1 < len(found) and self._joined(found[last], found[last + 1]):
            last += 1
        return found[first : last + 1]

    def listed(self, said: frozenset[str], kind: str) -> bool:
        """Whether the text lists these names together, so that what it says holds for each."""
        return any(said <= {n.said for n in self.run(name)} for name in self.of(kind))

    def _joined(self, a: Name, b: Name) -> bool:
        return bool(_BETWEEN.fullmatch(self.plain[a.end : b.start]))

    def denies(self, start: int, end: int) -> bool:
        """Whether a part of the text says that something is not so."""
        return len(_NEGATED.findall(self.plain[start:end])) % 2 == 1

    def hedges(self, start: int = 0, end: int | None = None) -> bool:
        """Whether a part of the text speaks of what is planned, expected or only possible."""
        return bool(_HEDGED.search(self.plain[start:end]))

    def before(self, a: Name, b: Name) -> bool:
        """Whether `a` acts on `b`, or comes first, as far as word order, passives and comparisons tell."""
        first, second = sorted((a, b), key=lambda n: n.start)
        front, between = self.plain[: first.start], self.plain[first.end : second.start]
        turned = bool(_TURNED.search(between))
        owned = bool(_OWNED_BY.match(between) or _OF.search(front))
        turned ^= owned and bool(_COPULA.search(between) or _APPOSED.match(between))
        turned ^= bool(_BESIDE.search(front) or (front[-1:] in tuple("与和同跟较") and _BEHIND.match(between)))
        return (first is a) != turned

    def makes(self, name: Name) -> bool:
        """Whether a product's name stands right behind `name`."""
        return any(n.kind == "product" and not self.plain[name.end : n.start].strip(" 的") for n in self.names if n.start >= name.end)

    def mutual(self) -> bool:
        """Whether the text speaks of something that holds either way round."""
        return bool(_MUTUAL.search(self.plain))

    def bound(self, f: Figure) -> int:
        """1 if the text says more than the figure, -1 if less, 0 if just it."""
        before, after = self.plain[max(0, f.start - 12) : f.start], self.plain[f.end : f.end + 2]
        if _MORE.search(before) or after == "以上" or re.search(r"[多余+]", self.plain[f.start : f.end]):
            return 1
        return -1 if _LESS.search(before) or after in ("以下", "以内") else 0

    def opposes(self, other: Facts) -> bool:
        """Whether this text says one of two opposites and `other` only the other."""
        return any(
            (mine.search(self.plain) and not mine.search(other.plain) and theirs.search(other.plain))
            for pair in OPPOSITES
            for mine, theirs in (pair, pair[::-1])
        )


@lru_cache(maxsize=4096)
def facts(text: str, spun: bool = False) -> Facts:
    """What `text` states; with `spun` read as an article that went through a synonym swapper."""
    plain = normalize(text)
    return Facts(ordinary(plain)[0] if spun else plain)


def _names(plain: str) -> Iterator[Name]:
    found = [
        Name(a, b, kind, by_form()[plain[a:b]].name)
        for kind in KINDS
        for a, b in mentions(plain, kind)
        if plain[a:b] in by_form()
    ]
    at = 0
    for word, flag in tagged(plain):
        kind = {"nr": "person", "nrt": "person", "ns": "place", "nt": "institution"}.get(flag, "")
        person = kind == "person" and not (2 <= len(word) <= 4 and word[0] in _SURNAMES)
        if kind and len(word) > 1 and not person and re.fullmatch(r"[一-鿿]+", word):
            found.append(Name(at, at + len(word), kind, word))
        at += len(word)
    end = 0
    for name in sorted(found, key=lambda n: (n.start, -n.end)):
        if name.start >= end:
            code = re.match(r"\d+[a-z]*(?![a-z0-9.])", plain[name.end :]) if name.kind == "product" else None
            if code:
                name = Name(name.start, name.end + code.end(), name.kind, name.said + code[0])
            yield name
            end = name.end


def roles_in(plain: str) -> frozenset[str]:
    """The offices named in `plain`, each by its name in the glossary.

    >>> sorted(roles_in("cto兼首席软件架构师")) == sorted(roles_in("首席技术官、首席软件架构师"))
    True
    """
    return frozenset(_role(m[0]) for m in _ROLE.finditer(plain))


def _role(said: str) -> str:
    said = {"开创人": "创始人", "founders": "founder", "总司理": "总经理"}.get(said, said)
    return by_form()[said].name if said in by_form() else said


@lru_cache(maxsize=4096)
def strange_words(plain: str) -> tuple[str, ...]:
    """The Chinese words of `plain` that no dictionary holds: names, mostly."""
    return tuple(
        w for w, _ in tagged(plain) if len(w) > 1 and re.fullmatch(r"[一-鿿]+", w) and not is_word(w)
    )


def latin_words(plain: str) -> Sequence[str]:
    """The Latin words and codes of `plain`, without plain numbers."""
    return re.findall(r"(?<![a-z0-9])(?=[a-z0-9.+-]*[a-z])[a-z0-9][a-z0-9.+-]*[a-z0-9+]", plain)
