"""Complete lists: every member that the articles name, each once, with the sentence that says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from bot.candidates import AND_SO_ON, CLAUSE, PRODUCT_NOUN, Found, candidates, enumeration
from bot.evidence import Evidence, read_span
from bot.matching import said
from bot.question import LEFT_OUT
from bot.records import TELLING, Asked, Claim, Span
from bot.short import bare, in_ordinary_words, is_asked
from index.glossary import by_form, mentions
from index.store import Store
from index.terms import tagged, word_spans
from ingest.sentences import sentence_spans

MAX_MEMBERS = 20
ABOUT_AS_GOOD, SAYS_ALL = 0.1, 0.95  # of coverage
FEW, LOOKED_AT = 3, 12  # members, sentences
MIN_OWN = 0.15  # of coverage, by a marked line
ABOUT_AS_LIKELY = 0.3  # of the likeliest sentence's probability
# Of the reader's marks, in log-odds: below what it marks nothing, how much less an enumeration may be marked than what it
# marks best, and where its members end; what each further member is worth, and being as many as the question counts.
UNLIKELY, MUCH_LESS, ABOUT_AS_HIGH = -3.0, 3.0, 0.5
COMPLETE, COUNTED = 0.3, 3.0
UNLIKE = 0.15  # a character that the first or last member is longer or shorter than the others
_AND = re.compile("和|与|及|以及|或|跟|暨")
_ASKED_COUNT = re.compile(
    r"哪([二三四五六七八九十]|\d+)|(?<![第\d])([二三四五六七八九十]|\d+)大?[个家款条位种项类样点座颗名][^,，。?？]{0,12}(?:哪|分别|各是|都是|是谁|叫什么|是什么)"
)
_COUNT = re.compile(r"哪([两二三四五六七八九十\d]+[个家款条位种项类])")
_VERB = re.compile(r"推出|发布|完成|采用|支持|实现|提供|打造|推动|获得|签约|能够|可以|成为|已经?|[了的]")
_AGAINST = re.compile(r"对标|对比|相比|比较|媲美|超过|超越|替代|取代|兼容|搭载|不如|落后|仅次于")
_ITEM = re.compile(
    r"[-–]\s*(?!\d)|[•·▪●*]\s*|[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、.．]\s*(?![\d一二三四五六七八九十])"
)
_OPENS = re.compile(r"[“\"]?(?:首先|第一|其一|一是|一方面)[,，、:：]?")
_GOES_ON = re.compile(
    r"[“\"]?(?:其次|再次|再者|其[二三四五]|第[二三四五六]|[二三四五六]是|此外|另外|最后|同时|另一方面)[,，、:：]?"
)
FAR, AROUND = 8, 600  # sentences, characters
RUN_LIKELY = 0.2
_SEVERAL = re.compile(r"(?:[多数几]|若干|一些|部分|不少)[家款种个位项名类条](?!人)")  # names none of them
_DATE = re.compile(r"\d{4}年|\d{1,2}[月日]")
_LABEL = re.compile(r"([^:：,，。]{2,16})[:：](?![\d/])")
_SERIES = re.compile(r"^(.{1,6}?)[一二三四五六七八九十\d][:：、.]\s*(.+)$")


def series(asked: Asked, evidence: Sequence[Evidence], store: Store) -> list[Claim]:
    """The members of a list whose items are headings (路径一, 路径二, …), if the question asks for them, or lines with
    a mark before each, as many as it counts.

    Each rests on its heading or line, which says it.
    """
    groups: dict[str, dict[str, tuple[Evidence, str]]] = {}
    for found in evidence:
        match = _SERIES.match(found.passage.heading)
        if match:
            items = groups.setdefault(match[1], {})
            first = items.get(found.passage.heading)
            if first is None or found.span.start < first[0].span.start:
                items[found.passage.heading] = (found, match[2])
    told = [items for word, items in groups.items() if len(items) > 1 and _asks_for(asked, word, items)]
    ordered = sorted(told[0].values(), key=lambda item: item[0].span.start) if told else []
    headed = [Claim(text, _heading_span(found, store), found.score) for found, text in ordered]
    return headed or _marked_lines(asked, evidence, store) or _numbered(asked, evidence, store)


def _marked_lines(asked: Asked, evidence: Sequence[Evidence], store: Store) -> list[Claim]:
    """The lines with a mark before each (“- 价格更低:…”) that stand one behind the other, as many as are asked for.

    One of them says something of the question.
    """
    count = asked_count(asked)
    for e in evidence[:LOOKED_AT] if count > 1 else ():
        # Dated lines tell what happened when.
        if e.own >= MIN_OWN and _ITEM.match(e.text) and not _DATE.match(_unmarked(e.text)):
            run = _run_of(e, store)
            if len(run) == count:
                text = store.source(e.span.source_id).text
                return [Claim(_label(_unmarked(text[s.start : s.end])), s, e.score) for s in run]
    return []


def _numbered(asked: Asked, evidence: Sequence[Evidence], store: Store) -> list[Claim]:
    """The sentences “首先…”, “其次…”, “此外…” that stand one behind the other, if the likeliest is one of them or leads up to
    them, and no names are asked for."""
    first = evidence[0] if evidence else None
    if not first or asked.wanted or first.score < RUN_LIKELY or first.own < MIN_OWN:
        return []
    article, text = store.article(first.passage.article_id), store.source(first.span.source_id).text
    spans = [s for s in sentence_spans(text, article.start, article.end) if s[1] > first.span.start - AROUND]
    at = next((i for i, (a, _) in enumerate(spans) if a == first.span.start), -1)
    run: list[int] = []
    for i, (a, b) in enumerate(spans[: at + FAR]):
        if _OPENS.match(text, a, b):
            run = [i]
        elif run and _GOES_ON.match(text, a, b):
            run.append(i)
        elif run and i > run[-1] + 1:
            if at <= run[-1]:
                break
            run = []
    if len(run) < 2 or not run[0] - 1 <= at <= run[-1]:
        return []
    said = [(Span(first.span.source_id, *spans[i]), text[slice(*spans[i])]) for i in run]
    return [Claim(" ".join(part.split()), span, first.score) for span, part in said]


def _run_of(e: Evidence, store: Store) -> list[Span]:
    """The lines with a mark before each that stand before and behind `e`, and itself."""
    article, text = store.article(e.passage.article_id), store.source(e.span.source_id).text
    spans = list(sentence_spans(text, article.start, article.end))
    marked = [bool(_ITEM.match(text[a:b])) for a, b in spans]
    at = next((i for i, (a, _) in enumerate(spans) if a == e.span.start), None)
    if at is None:
        return []
    first = last = at
    while first and marked[first - 1]:
        first -= 1
    while last + 1 < len(spans) and marked[last + 1]:
        last += 1
    return [Span(e.span.source_id, a, b) for a, b in spans[first : last + 1]]


def _unmarked(line: str) -> str:
    return _ITEM.sub("", line, count=1).lstrip()  # “- 3月” leaves its space


def _label(item: str) -> str:
    label = _LABEL.match(item)
    return bare(label[1] if label else item)


def _asks_for(asked: Asked, word: str, items: Mapping[str, tuple[Evidence, str]]) -> bool:
    """Whether the question says the `word` of the headings, or calls them otherwise (“哪三条路”) and counts them."""
    spun = any(found.spun for found, _ in items.values())
    return len(items) == asked_count(asked) or any(said(need, word, spun) for need in asked.needs)


def _heading_span(found: Evidence, store: Store) -> Span:
    """Where the heading above the sentence stands; the sentence's own span if it is not found as one line."""
    heading, source_id = found.passage.heading, found.span.source_id
    start = store.article(found.passage.article_id).start
    at = store.source(source_id).text.rfind(heading, start, found.span.start)
    return Span(source_id, at, at + len(heading)) if at >= 0 else found.span


def members(asked: Asked, enough: Sequence[Evidence], covering: Sequence[Evidence]) -> list[Claim]:
    """Each member once, from the likeliest sentence and from those of `covering` that say about as much.

    Where that sentence names as many as the question counts (“哪两款”), or counts them as it does, it names them all.
    """
    first = (enough or covering)[0]
    count = asked_count(asked)
    counting = [e for e in covering or enough if _counted(asked, e.text, enumeration(e.text))]
    if count > 1 and not counting:
        # As many by chance is less likely the more they are.
        near = [e for e in (*enough, *covering) if count > FEW or e.score >= ABOUT_AS_LIKELY * first.score]
        counting = [e for e in near[:LOOKED_AT] if len(_texts(asked, e)) == count]
    telling = counting[:1]
    if not counting:
        best = max((e.coverage for e in covering), default=0.0)
        near = [e for e in covering if e.coverage >= best - ABOUT_AS_GOOD and e is not first]
        telling = [
            first,
            *(e for e in near if e.score >= ABOUT_AS_LIKELY * first.score or _tells_all(asked, e)),
        ]
    claims: dict[str, Claim] = {}
    for e in telling:
        for text in _texts(asked, e):
            claims.setdefault(_canonical(text), Claim(text, e.span, e.score))
    return sorted(list(claims.values())[:MAX_MEMBERS], key=lambda c: (c.span.source_id, c.span.start))


def _tells_all(asked: Asked, e: Evidence) -> bool:
    """Whether the sentence itself says all that the question says, but for words that tell little."""
    telling = [n for n in asked.needs if n.is_name or n.weight >= TELLING]
    return e.own >= SAYS_ALL or (bool(telling) and all(said(n, e.text, e.spun) for n in telling))


def _texts(asked: Asked, e: Evidence) -> list[str]:
    left_out = " ".join(m[1] or m[3] for m in LEFT_OUT.finditer(asked.text)).lower()
    found = [
        text
        for text in _members_of(asked, e)
        if text and not is_asked(asked, text) and not _SEVERAL.search(text)
    ]
    return [text for text in found if not any(form in left_out for form in _forms_of(text))]


def _forms_of(text: str) -> tuple[str, ...]:
    entry = by_form().get(text.lower())
    return tuple(f.lower() for f in (entry.name, *entry.aliases)) if entry else (text.lower(),)


def asked_count(asked: Asked) -> int:
    """How many members the question says there are, 0 if it does not say."""
    match = _ASKED_COUNT.search(asked.text.replace("两", "二"))
    said = next(filter(None, match.groups())) if match else "零"
    return int(said) if said.isdigit() else "零一二三四五六七八九十".find(said)


def _members_of(asked: Asked, found: Evidence) -> list[str]:
    """The members that one sentence names: those of the wanted type, or an enumeration, where the relation is said."""
    sentence = found.text
    clauses = [m.span() for m in CLAUSE.finditer(sentence)]
    if not clauses:
        return []
    groups = enumeration(sentence)
    counted = _counted(asked, sentence, groups)
    if counted:
        return [bare(sentence[a:b]) for a, b in counted]
    read = _enumeration_read(found, asked_count(asked))
    named = _as_named(asked, sentence, read) if len(read) > 1 else []
    if named:
        return [bare(sentence[a:b]) for a, b in named]
    if asked.wanted == "product":
        return [bare(sentence[a:b]) for a, b in _products(asked, found, groups)]
    start, end = _where(asked, found, clauses)
    inside = [g for g in groups if g[0][0] < end and start < g[-1][1]]
    if inside:
        start, end = min(start, inside[0][0][0]), max(end, inside[0][-1][1])
    typed = [s for s in candidates(sentence, asked.wanted) if start <= s[0] < end]
    if asked.wanted in ("company", "person", "place", "school"):
        if inside and asked.wanted == "company" and len(typed) < len(inside[0]) <= 2 * len(typed):
            # A member that holds a known name is that name; the others are what the enumeration says.
            typed = [next((t for t in typed if a <= t[0] and t[1] <= b), (a, b)) for a, b in inside[0]]
        return [bare(sentence[a:b]) for a, b in typed]
    best = max(inside or ([] if typed else groups), key=len, default=typed)
    return [bare(sentence[a:b]) for a, b in _without_lead(asked, sentence, best)]


def _as_named(asked: Asked, sentence: str, listed: list[Found]) -> list[Found]:
    """`listed` with a member that holds one name of the wanted kind as that name (“CEO陈维良”: 陈维良)."""
    if asked.wanted not in ("company", "person"):
        return listed
    typed = candidates(sentence, asked.wanted)
    inside = [[t for t in typed if a <= t[0] and t[1] <= b] for a, b in listed]
    # What is done is nobody (“用于训练和测试…”).
    if not any(inside) and all(tagged(sentence[a:b])[0][1].startswith("v") for a, b in listed):
        return []
    return [held[0] if len(held) == 1 else member for held, member in zip(inside, listed, strict=True)]


def _enumeration_read(e: Evidence, count: int) -> list[Found]:
    """The members of the enumeration that the reader marks in the sentence, empty if it marks none about as surely
    as what it marks best. Where the first begins and the last ends is where the reader finds it likeliest."""
    _, _, sure = read_span(e)
    if e.marks is None or sure <= UNLIKELY:
        return []
    edges = [a for a, _ in word_spans(e.text)]
    runs = [_parts_of(e.text, m.span()) for m in CLAUSE.finditer(e.text)]
    offers = [offer for run in runs if len(run) > 1 for offer in _offers(e, run, edges, count)]
    best, members = max(offers, key=lambda offer: offer[0], default=(-1.0, []))
    return members if best - e.none > sure - MUCH_LESS else []


def _offers(
    e: Evidence, run: list[Found], edges: Sequence[int], count: int
) -> Iterator[tuple[float, list[Found]]]:
    """Each row of members of `run` with how likely the reader finds it to be the answer."""
    assert e.marks is not None
    for i, (a, b) in enumerate(run[:-1]):
        for j in range(i + 1, len(run)):
            # What goes on behind a “、” is not all of it, unless that is as many as the question counts.
            if e.text[run[j][1] : run[j][1] + 1] == "、" and j - i + 1 != count:
                continue
            between = run[i + 1 : j]
            x, y = run[j]
            usual = median(d - c for c, d in between) if between else 0
            starts = [a, *(at for at in edges if a < at < b)]
            ends = [y, *(at for at in edges if x < at < y)]
            start = _likeliest(e.marks[:, 0], [(at, b - at) for at in starts], usual)
            end = _likeliest(e.marks[:, 1], [(at - 1, at - x) for at in ends], usual)
            score = float(e.marks[start, 0] + e.marks[end, 1]) + COMPLETE * (j - i)
            yield score + COUNTED * (j - i + 1 == count), [(start, b), *between, (x, end + 1)]


def _likeliest(marks: Any, places: Sequence[Found], usual: float) -> int:
    """Of (where, how long the member is then), the longest member that is marked about as high as the highest.

    Where others are `usual` long, one is marked down by how much longer or shorter it is.
    """
    worth = {p: float(marks[p[0]]) - (UNLIKE * abs(p[1] - usual) if usual else 0.0) for p in places}
    best = max(worth.values())
    return max((p for p in places if worth[p] >= best - ABOUT_AS_HIGH), key=lambda p: p[1])[0]


def _parts_of(sentence: str, clause: Found) -> list[Found]:
    """The parts of a clause between what joins the members of enumerations, up to “等”."""
    joints = [j for j in _joints(sentence) if clause[0] < j[0] and j[1] < clause[1]]
    ends = [m.start() for m in AND_SO_ON.finditer(sentence, *clause)]
    stop = min([at for at in ends if joints and at > joints[0][1]] or [clause[1]])
    cuts = [clause[0], *(x for j in joints if j[1] < stop for x in j), stop]
    return [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True) if b > a]


def _joints(sentence: str) -> list[Found]:
    """Where the sentence joins the members of enumerations: “、”, and “和” where it is a word."""
    marks = [m.span() for m in re.finditer("、", sentence)]
    return sorted(marks + [(a, b) for a, b in word_spans(sentence) if _AND.fullmatch(sentence[a:b])])


def _without_lead(asked: Asked, sentence: str, group: list[Found]) -> list[Found]:
    """`group` with its first member beginning behind the question's own words (“采取拆除新建、…”: 拆除新建)."""
    if len(group) < 2:
        return group
    (a, b), *others = group
    plain = sentence[a:b].lower()
    ends = [at + len(f) for n in asked.needs for f in n.forms if len(f) > 1 and (at := plain.rfind(f)) >= 0]
    # What is left is about as long as the others.
    least = min(y - x for x, y in others)
    cut = max((end for end in ends if len(plain) - end >= least), default=0)
    return [(a + cut, b), *others]


def _products(asked: Asked, found: Evidence, groups: list[list[Found]]) -> list[Found]:
    """The products that the sentence names: by name, or as members of an enumeration that end in such a word."""
    sentence = in_ordinary_words(found)
    named = [s for s in candidates(sentence, "product") if not _of_others(asked, sentence, s)]
    listed = []
    for group in groups:
        plain = [(a, b) for a, b in group if not any(a <= s[0] < b for s in named)]
        likely = [s for s in plain if re.search(rf"{PRODUCT_NOUN}$", sentence[s[0] : s[1]])]
        # An enumeration whose members mostly are products is one of products.
        if 2 * (len(group) - len(plain) + len(likely)) >= len(group):
            listed += [s for s in plain if not _VERB.search(sentence[s[0] : s[1]])]
    return sorted(named + listed)


def _of_others(asked: Asked, sentence: str, span: Found) -> bool:
    """Whether the product at `span` is another company's, or what the sentence only holds its own against."""
    clause = re.split(r"[,，;；]", sentence[: span[0]])[-1]
    makers = [clause[a:b] for a, b in mentions(clause.lower(), "company")]
    against = _AGAINST.search(clause)
    return bool(against) or bool(makers and not is_asked(asked, makers[-1]))


def _where(asked: Asked, found: Evidence, clauses: list[Found]) -> Found:
    """Where in the sentence the members stand: the clause that says most of the relation, or what the reader marks."""
    a, b, score = read_span(found)
    if score > 0.0 and asked.wanted not in ("company", "person"):
        return a, b
    weights = [sum(n.weight for n in asked.needs if said(n, found.text[x:y], found.spun)) for x, y in clauses]
    return clauses[max(range(len(clauses)), key=weights.__getitem__)]


def _counted(asked: Asked, sentence: str, groups: list[list[Found]]) -> list[Found]:
    """The enumeration that the sentence counts as the question does (“哪两款”: “A和B两款”), empty if none."""
    match = _COUNT.search(asked.text)
    at = sentence.find(match[1]) if match else -1
    return next((g for g in groups if at >= 0 and g[-1][1] <= at < g[-1][1] + 3), [])


def _canonical(text: str) -> str:
    entry = by_form().get(text.lower())
    return entry.name if entry else text
