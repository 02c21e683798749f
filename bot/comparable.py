"""Figures of the articles that can be compared: of the same thing, in the same unit, for at least two names.

A figure is taken only where the sentence leaves little doubt: its unit is written, what it measures stands right
before or behind it, and the name it belongs to stands in its clause or at the head of its sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.candidates import candidates
from bot.records import Span
from bot.values import Value, value_of
from index.glossary import by_form, mentions
from index.store import Store
from index.swaps import ordinary
from index.terms import normalize, tagged
from ingest.records import Article
from ingest.sentences import sentence_spans

ARTICLES = 200  # that are looked at
MOST = 12  # figures a group
# Units that say by themselves what they measure, and whether a product or a company has it.
_SAYS_ALL = {"NM": "制程", "纳米": "制程", "个晶体管": "晶体管", "参数": "参数"}
_OF_COMPANIES = re.compile(r"元$|美金|人$|轮$|%")
_UNITS = re.compile(
    r"FLOPS|TOPS|[KMGT]B/S|BPS|[KMGT]B$|元$|NM|纳米|轮$|晶体管|参数|人$|瓦$|W$|MM2|平方|公里|GHZ|毫安时|MAH",
    re.I,
)
# What joins a thing to its figure: 算力为, 金额近, 带宽达到.
_JOIN = re.compile(r"(?:已|也|则|仅|约|共|为|是|达到|到达|高达|达|近|逾|超过?|[:：\s])*$")
_THING = re.compile(r"(?:[A-Za-z]+\d*[A-Za-z]*\s?)?(?:[一-鿿]+)$")
# A change, a share of something unsaid, a plan or another one's figure cannot be compared.
_UNSURE = re.compile(r"较|比(?!例)|同比|环比|从|至$|每|第$|未来|预计|估计|计划|拟|或|[增涨跌降升减缩扩]\S?$")
_SAME = re.compile(r"^(?:但|而|据悉,)?(?:该|这款|其|它)")
_MODEL = re.compile(
    r"((?<=[“《])[^”》]{0,10}[A-Za-z\d][^”》]{0,8}(?=[”》])"
    r"|(?<![A-Za-z\d])(?!(?:FP|TF|BF|INT|PCI|DDR|HBM|RISC)[A-Za-z]*\d)[A-Z]{1,4}\d{2,4}[A-Z]?(?![A-Za-z\d]))"
)
_MARKS = re.compile(r"[,，;；:：。()（）]")


@dataclass(frozen=True, slots=True)
class Figure:
    """What a sentence says of `name`: a value as it is written, and where."""

    name: str
    said: str
    value: Value
    span: Span
    article: Article


@dataclass(frozen=True, slots=True)
class Group:
    """Comparable figures, largest first: what they measure, in which unit."""

    measure: str
    unit: str
    figures: tuple[Figure, ...]


@lru_cache(maxsize=1)
def comparable(store: Store) -> list[Group]:
    """The groups of figures in the first `ARTICLES` articles that at least two names have; most names first."""
    found: dict[tuple[str, str], dict[str, Figure]] = {}
    for article in store.articles[:ARTICLES]:
        for measure, figure in _figures(article, store):
            # The first article that says it of a name is the one that is shown.
            found.setdefault((measure, figure.value.unit), {}).setdefault(_canonical(figure.name), figure)
    groups = [
        Group(measure, unit, tuple(sorted(of.values(), key=lambda f: -f.value.parts[0])[:MOST]))
        for (measure, unit), of in found.items()
        if len(of) >= 2
    ]
    return sorted(groups, key=lambda g: -len(g.figures))


def _figures(article: Article, store: Store) -> Iterator[tuple[str, Figure]]:
    """(what is measured, figure) of each sentence of `article` that says both and of whom."""
    text = store.source(article.source_id).text
    spun = article.id in store.spun
    for paragraph in article.paragraphs:
        before = ""
        for a, b in sentence_spans(text, paragraph.start, paragraph.end):
            sentence = text[a:b]
            for x, y in candidates(sentence, "amount"):
                value = value_of(sentence[x:y])
                if not value or not _UNITS.search(value.unit):
                    continue
                measure = measured(
                    ordinary(normalize(sentence[:x]))[0] if spun else sentence[:x], sentence[y:], value.unit
                )
                name = _owner(sentence, x, value.unit, before)
                if measure and name:
                    yield measure, Figure(name, sentence[x:y], value, Span(article.source_id, a, b), article)
            before = sentence


def _canonical(name: str) -> str:
    entry = by_form().get(name.lower())
    return entry.name if entry else name


def measured(before: str, behind: str, unit: str) -> str | None:
    """What an amount in `unit` between `before` and `behind` measures; None if that is not clear.

    >>> measured("单精度FP32算力为", ",单精度张量", "TFLOPS"), measured("公司已完成", "融资", "轮")
    ('FP32算力', '融资')
    >>> measured("股价下降", "", "元")
    """
    clause = _MARKS.split(before)[-1]
    if _UNSURE.search(clause):
        return None
    if unit in _SAYS_ALL:
        return _SAYS_ALL[unit]
    if unit == "轮":
        return "融资" if behind.startswith("融资") else None
    if unit == "人":
        return "人数" if re.search(r"共有?$|员工|团队", clause) and not re.match("[一-鿿]", behind) else None
    thing = _THING.search(_JOIN.sub("", clause))
    if not thing:
        return None
    tokens = list(tagged(thing[0]))
    kept: list[str] = []
    for word, flag in reversed(tokens):
        if (
            not (flag[0] in "nx" or flag in ("vn", "eng", "b") or (flag == "m" and kept))
            or len("".join(kept)) >= 6
        ):
            break
        kept.insert(0, word)
    said = "".join(kept).strip()
    return said.upper() if len(said) >= 2 and tokens[-1][1][0] in "nxv" else None


def _owner(sentence: str, at: int, unit: str, before: str) -> str | None:
    """Whose the amount at `at` is: the name in its clause, else the sentence's first, else that of the one before."""
    kind = "company" if _OF_COMPANIES.search(unit) else "product"
    names = _names(sentence, kind)
    start = max((m.end() for m in _MARKS.finditer(sentence, 0, at)), default=0)
    end = next((m.start() for m in _MARKS.finditer(sentence, at)), len(sentence))
    near = [name for a, name in names if start <= a < at]
    first = [name for a, name in names if a < at]
    if not near and _SAME.match(sentence):
        first = [name for _, name in _names(before, kind)]
    behind = [name for a, name in names if at < a < end]
    return next(iter([*near[-1:], *first[:1], *behind[:1]]), None)


def _names(sentence: str, kind: str) -> list[tuple[int, str]]:
    """Where products or companies are named in `sentence`."""
    if kind == "company":
        spans = candidates(sentence, "company")
    else:
        # A name that only quotation marks tell from other words must look like a model's: “邃思2.0”.
        spans = [*mentions(sentence.lower(), "product")]
        spans += [m.span(1) for m in _MODEL.finditer(sentence)]
        amounts = candidates(sentence, "amount")
        spans = [(a, b) for a, b in spans if not any(a < y and x < b for x, y in amounts)]
    out: list[tuple[int, str]] = []
    for a, b in sorted(spans, key=lambda span: (span[0], -span[1])):
        entry = by_form().get(sentence[a:b].lower())
        if not (out and a < out[-1][0] + len(out[-1][1])) and (not entry or entry.kind == kind):
            out.append((a, sentence[a:b]))
    return out
