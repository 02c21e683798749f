"""What a sentence states, read without a model: its names, its figures, whom each belongs to, who acts on whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.figures import DATE, PERIODS, Figure, figures
from bot.named import ROLE, Name, names, role, roles_in
from index.swaps import ordinary
from index.terms import normalize

CLAUSE = re.compile(
    r"[,，;；:：。!！?？\n]|\b(?:while|whereas|but)\b|而(?=[一-鿿])(?<!从而)(?<!然而)|(?<=[一-鿿])但是?"
)
_BETWEEN = re.compile(r"\s*(?:、|和|与|及|以及|还有|或|&|/|,|，|and|,\s*and|or)\s*")
_RESPECTIVELY = re.compile(r"分别|各自|依次|respectively")
_COMPARES = re.compile(
    r"高于|低于|大于|小于|超过|多于|少于|不及|不如|优于|落后|领先|相比|[比较](?=[a-z0-9一-鿿])|\b(?:than|over|versus|vs)\b"
)
_NOT_SUBJECT = re.compile(
    r"(?:[从在自由向对被跟为给]|曾任|就职于|任职于|来自|离开|加入|\b(?:from|at|in|for|by|to|of|with|against|than))\s*$"
)
_TURNED = re.compile(
    r"[被由遭受][^,，]*$|获[^,，]{0,3}$|(?:从|来自)$|(?:低于|少于|小于|不及|不如|落后|逊于|弱于)[^,，]*$"
    r"|\b(?:less|lower|smaller|fewer|worse|slower|behind|below)\b[^,，]*$|\b(?:by|from)\s(?:the\s)?$"
)
_FOUNDS = re.compile(r"创办|创立|创建|\b(?:co-)?founded\b")
_FOUNDER = role("创始人")
_CONNECTIVES = re.compile(
    r"[\s“\"而但则且]|此外|另外|同时|目前|据悉|其中|截至|\b(?:and|the|while|but|in|by|as of|also)\b"
)
_COPULA = re.compile(r"(?:是|系|为|成为|\b(?:is|are|was|were|became)(?: the)?)\s*$")
_OWNED_BY = re.compile(r"\s*(?:的|旗下|'s\b)")
_OF = re.compile(r"\bof (?:the )?$")
_APPOSED = re.compile(
    r"\s*(?:旗下[^,，]{0,6}|的(?:(?:子|母|分)?公司|供应商|客户|股东|对手|竞争对手|合作伙伴|投资方))$"
)
_BESIDE = re.compile(r"(?:相比(?:于|之下)?|较之|\b(?:compared (?:to|with)|unlike|than)\s)\s*$")
_BEHIND = re.compile(r"\s*(?:相?比|相较)")
_MUTUAL = re.compile(
    r"[与和跟同]|合作|协作|竞争|携手|联合|共同|一起|\b(?:with|both|together|partner\w*|compet\w*)\b"
)


@dataclass(frozen=True)
class Facts:
    """What a text states; positions are in `plain`, its normal form with a swapper's words put right."""

    plain: str

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The names, in order; none within a figure (US dollars)."""
        said = figures(self.plain)
        found: list[Name] = []
        for name in names(self.plain):
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
        return (
            frozenset(n.said for n in self.of(kind, *self.clause(after[0].start))) if after else frozenset()
        )

    def clause(self, at: int) -> tuple[int, int]:
        """The span of the clause at `at`."""
        return next(((a, b) for a, b in self.clauses if a <= at < b), (0, len(self.plain)))

    def scope(self, f: Figure) -> tuple[int, int]:
        """What a figure speaks of: its clause, and for a date all up to the clause of the next one."""
        start, end = self.clause(f.start)
        if f.unit not in PERIODS:
            return start, end
        later = [g.start for g in self.figures if g.unit in PERIODS and g.start >= end]
        return start, self.clause(min(later))[0] if later else len(self.plain)

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
        founds = not others and bool(_FOUNDS.search(self.plain[start:end]))
        return roles_in(self.plain[low : name.start]) | roles_in(behind) | ({_FOUNDER} if founds else set())

    def office(self, wanted: str) -> Iterator[int]:
        """Where the text names the office `wanted`, in any form."""
        yield from (m.start() for m in ROLE.finditer(self.plain) if role(m[0]) == wanted)

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

    def before(self, a: Name, b: Name) -> bool:
        """Whether `a` acts on `b`, or comes first, as far as word order, passives and comparisons tell."""
        first, second = sorted((a, b), key=lambda n: n.start)
        front, between = self.plain[: first.start], self.plain[first.end : second.start]
        turned = bool(_TURNED.search(between))
        owned = bool(_OWNED_BY.match(between) or _OF.search(front))
        turned ^= owned and bool(_COPULA.search(between) or _APPOSED.match(between))
        turned ^= bool(
            _BESIDE.search(front) or (front[-1:] in tuple("与和同跟较") and _BEHIND.match(between))
        )
        return (first is a) != turned

    def makes(self, name: Name) -> bool:
        """Whether a product's name stands right behind `name`."""
        return any(
            n.kind == "product" and not self.plain[name.end : n.start].strip(" 的")
            for n in self.names
            if n.start >= name.end
        )

    def mutual(self) -> bool:
        """Whether the text speaks of something that holds either way round."""
        return bool(_MUTUAL.search(self.plain))


@lru_cache(maxsize=4096)
def facts(text: str, spun: bool = False) -> Facts:
    """What `text` states; with `spun` read as an article that went through a synonym swapper."""
    plain = normalize(text)
    return Facts(ordinary(plain)[0] if spun else plain)
