"""The names and offices in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.glossary import by_form, mentions
from index.terms import is_word, tagged

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
ROLE = re.compile(
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


def names(plain: str) -> Iterator[Name]:
    """The names in `plain`, a text in normal form, in order: the glossary's, and those that jieba tags as names."""
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
    return frozenset(role(m[0]) for m in ROLE.finditer(plain))


def role(said: str) -> str:
    """The glossary's name of an office."""
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
