"""The words of a sentence that answer: typed candidates where the type is known, else what the reader marks."""

from __future__ import annotations

import re
from functools import lru_cache
from math import exp

from bot.candidates import candidates, clause_at
from bot.evidence import Evidence, marked, read_span
from bot.records import Asked, Claim, Need
from bot.respective import respective
from index.glossary import by_form, derived, everyday, mentions
from index.swaps import ordinary
from index.terms import normalize, terms, word_spans

MAX_POST_GAP = 12
COARSE = 3.0  # log-odds
TOLD_APART = 0.1  # of weight
MAX_NAME = 20  # characters
# How a candidate's closeness to the question's words and the reader's marks on it are weighed against each other: the
# first set on evals/questions.jsonl, `dev`, the second on 300 questions that the reader was not trained on.
CLOSENESS = 3.0
READING = 1.0
# The reader's log-odds from which its own span is shown, and where no span of the type asked for is there; set on the same.
SURE = -5.0
VERY_SURE = 1.0
_CLAUSE_END = re.compile(r"[,，;；。]")
_POST = re.compile(
    r"ceo|cto|coo|cfo|创始人|董事长|总裁|总经理|首席\S{2,4}|校长|院长|主席|部长|主任|局长|书记|行长", re.I
)
_FOUNDS = re.compile(r"创[办建立]|成立|\bfounded\b|\bset up\b", re.I)  # what companies do, too
_HUMAN = re.compile(r"哪一?位|什么人|何人")  # asks for no company
# Asks for a value of each.
EACH = re.compile(r"分别|各(?:自|[是为有]|(?=[一-鿿]{1,4}(?:几|多少|哪|什么)))|\brespectively\b", re.I)
# “一张卡卖多少钱”, “单卡价格”
OF_ONE = re.compile(
    r"[一每单](?:张|台|颗|块|片|部|辆|卡|枚|只|件|瓶|股|套|盒|支|条|个)[^,，。]{0,10}?(?:多少钱|什么价|价|卖|贵)|单价|\b(?:price of (?:a|one)|unit price)\b"
)
_CARDS = frozenset("张块片颗枚卡")
_OF_ALL = re.compile(r"订单|累计|总额|总价|营收|收入|规模|市值|合同|估值")
_FORMER = re.compile(r"曾|历任|[原前]任|来自|离开|出身")
_PLACE_END = re.compile(
    r"[省市县区镇乡村路街道州国港湾岛山河湖江海洋桥校院馆楼厦厂店站场园寺城里内外边部学谷宫厅地洲头狱原漠峰]$|[A-Za-z]$"
)
_BRACKETED = re.compile(r"[(（][^()（）]*[)）]")
_EDGE = " \n\t,，。;；:：、“”\"'《》「」()（）"


def short_claim(asked: Asked, e: Evidence) -> tuple[Claim, float] | None:
    """The words of `e` that answer and how well they fit; None if no words of it stand out."""
    # In ordinary words, which are as long: a swapped hedge or post is read as one.
    plain = in_ordinary_words(e)
    typed = [s for s in candidates(plain, asked.wanted, asked.cues) if _may_answer(asked, e, s)]
    open_to_companies = not posts_asked(asked) or _FOUNDS.search(asked.text)
    if asked.kind == "who" and not typed and open_to_companies and not _HUMAN.search(asked.text):
        # Who founded, bought or joined something may be a company.
        typed = [s for s in candidates(plain, "company") if not _names_asked(asked, e, s)]
        if len(typed) > 1:  # which of them, only the sentence says
            return None
    owed = respective(asked, plain.lower(), typed) if len(typed) > 1 else None
    if len(typed) > 1 and not owed and EACH.search(asked.text):
        return None  # each of them is asked for
    typed = _of_its_clause(asked, plain.lower(), typed)
    offers = [(fit(asked, e, span), span) for span in ([owed] if owed else typed)]
    a, b, score = read_span(e)
    measured = asked.wanted in ("date", "amount")
    untyped = asked.kind == "who" and not typed and not posts_asked(asked)
    open_type = asked.wanted in ("", "product") or untyped
    named = asked.wanted == "person" and typed
    if b > a and not measured and not named and score > (SURE if open_type else VERY_SURE):
        a, b = _whole_words(e.text, a, b)
        found_there = any(x < b and a < y for x, y in typed)
        fits = _reads_like(asked.wanted, e.text[a:b]) and not _of_asked(asked, e.text[a:b])
        if not found_there and fits and _may_answer(asked, e, (a, b)):
            offers.append((fit(asked, e, (a, b)), (a, b)))
    if not offers:
        return None
    best, (a, b) = max(offers, key=lambda offer: offer[0])
    text = bare(e.text[a:b])
    return (Claim(text, e.span, e.score), best) if text and not is_asked(asked, text) else None


def _of_its_clause(asked: Asked, plain: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of `spans` in `plain` whose own clauses say the most of what is asked, where that tells them apart.

    “FP32算力为40TFLOPS,INT8算力为320TOPS”
    """
    if len(spans) < 2 or asked.wanted == "date":
        return spans
    says = [_says_at(asked, plain, start) for start, _ in spans]
    most = max(says)
    return [span for span, said in zip(spans, says, strict=True) if said > most - TOLD_APART]


def _says_at(asked: Asked, plain: str, at: int) -> float:
    """The weight of what the clause at `at` says of the question beside names; if nothing, of what the one before does."""
    start, end = clause_at(plain, at)
    # What stands last is what is asked of the subject.
    last = [n for n in asked.needs if not n.is_name][-2:]
    said = sum(n.weight for n in last if any(len(f) > 1 and f in plain[start:end] for f in n.forms))
    return said or (_says_at(asked, plain, start - 2) if start > 1 else 0.0)


def _reads_like(wanted: str, text: str) -> bool:
    """Whether the reader's `text` may be of the type `wanted`: names are short, hold no such words, and are not of another type."""
    if wanted not in ("company", "person", "place", "school"):
        return True
    if wanted == "place" and not (candidates(text, "place") or _PLACE_END.search(text)):
        return False
    known = by_form().get(text.lower())
    another = known is not None and known.kind != wanted
    if (
        wanted in ("company", "place", "school")
        and candidates(text, "person")
        and not candidates(text, wanted)
    ):
        return False
    return len(text) <= MAX_NAME and not another and not re.search("[了的,，]", text)


def _of_asked(asked: Asked, text: str) -> bool:
    """Whether a name is wanted, and `text` only says more of one that the question itself names (“龙头特斯拉”)."""
    if asked.wanted not in ("company", "person"):
        return False
    return any(text.lower().endswith(form) for n in asked.needs if n.is_name for form in n.forms)


def fit(asked: Asked, e: Evidence, span: tuple[int, int]) -> float:
    """How well `span` answers: the closeness of the question's words, and the reader's marks at its edges."""
    total = sum(n.weight for n in asked.needs) or 1.0
    fits = CLOSENESS * closeness(asked, in_ordinary_words(e), span) / total + READING * marked(e, span)
    one = OF_ONE.search(asked.text)
    if one and (told := OF_ONE.search(_led_up_to(e, span))) and _measure(one[0]) == _measure(told[0]):
        fits += COARSE
    # “几号” is hardly answered by a month.
    coarse = asked.wanted == "date" and asked.cues and not re.search(asked.cues[0], e.text[slice(*span)])
    return fits - COARSE if coarse else fits


def _led_up_to(e: Evidence, span: tuple[int, int]) -> str:
    """What stands before `span` in its clause, in ordinary words."""
    return in_ordinary_words(e)[clause_at(e.text, span[0])[0] : span[0]]


def _measure(one: str) -> str:
    """What the “one” of `OF_ONE` is counted by; cards and chips are by several."""
    return "卡" if one[1] in _CARDS else one[1]


def _may_answer(asked: Asked, e: Evidence, span: tuple[int, int]) -> bool:
    if _names_asked(asked, e, span):
        return False
    if OF_ONE.search(asked.text) and _OF_ALL.search(_led_up_to(e, span)):
        return False  # what one costs, the worth of all orders does not tell
    if asked.wanted == "person":
        return _holds_post(asked, e, span)
    return not _of_another(asked, e, span)


def _names_asked(asked: Asked, e: Evidence, span: tuple[int, int]) -> bool:
    """Whether the question itself says what stands at `span`."""
    text = e.text[span[0] : span[1]]
    return normalize(text) in normalize(asked.text) or is_asked(asked, text)


def _of_another(asked: Asked, e: Evidence, span: tuple[int, int]) -> bool:
    """Whether the clause of `span` says it of another company, and the one that is asked for comes only later.

    Or of another product, and the one that is asked for stands in another clause.
    """
    plain = e.text.lower()
    start = max((m.end() for m in _CLAUSE_END.finditer(plain, 0, span[0])), default=0)
    end = next((m.start() for m in _CLAUSE_END.finditer(plain, span[1])), len(plain))
    products = [f for n in asked.needs for f in n.forms if (k := by_form().get(f)) and k.kind == "product"]
    if any(f in plain for f in products) and not any(f in plain[start:end] for f in products):
        others = candidates(e.text[start : span[0]], "product")
        return any(e.text[start + a : start + b].lower() not in products for a, b in others)
    asked_for = [f for n in asked.needs for f in n.forms if (k := by_form().get(f)) and k.kind == "company"]
    places = [at for form in asked_for if (at := plain.find(form)) >= 0]
    if not places or min(places) < span[0]:
        return False
    return any(
        plain[start + a : start + b] not in asked_for for a, b in mentions(plain[start : span[0]], "company")
    )


def in_ordinary_words(e: Evidence) -> str:
    """The sentence with swapped words as ordinary ones of the same length, so that every character keeps its place."""
    if not e.spun or len(normalize(e.text)) != len(e.text):
        return e.text
    said = ordinary(normalize(e.text), True)[0]
    return "".join(a if a.lower() == b else b for a, b in zip(e.text, said, strict=True))


def is_asked(asked: Asked, text: str) -> bool:
    """Whether `text` is one of the names or words that the question itself says."""
    return any(text.lower() in need.forms for need in asked.needs)


def posts_asked(asked: Asked) -> list[Need]:
    """The posts whose holder is asked for; “哪位老板” just asks for a person."""
    loose = everyday() if re.search(r"哪[位个一]", asked.text) else {}
    return [n for n in asked.needs if n.phrase not in loose and any(map(_POST.fullmatch, n.forms))]


def _holds_post(asked: Asked, e: Evidence, span: tuple[int, int]) -> bool:
    """Whether the person at `span` holds the post asked for, at the company asked for; True if no post is asked for."""
    sentence = e.text
    plain = in_ordinary_words(e).lower()
    for need in posts_asked(asked):
        ends = [m.span() for form in need.forms for m in re.finditer(re.escape(form), plain)]
        if not any(
            0 <= span[0] - b <= MAX_POST_GAP
            or (0 <= a - span[1] <= 2 * MAX_POST_GAP and "、" not in plain[span[1] : a])
            for a, b in ends
        ):
            return False
        if any(by_form()[f].kind == "company" for n in asked.needs for f in n.forms[:1] if f in by_form()):
            companies = candidates(sentence, "company")
            before = [c for c in companies if c[1] <= span[0]]
            if before and not is_asked(asked, sentence[before[-1][0] : before[-1][1]]):
                return False
            after = next((c for c in companies if c[0] >= span[1]), None)
            if not before and after and _FORMER.search(sentence, span[1], after[0]):
                return not is_asked(asked, sentence[after[0] : after[1]])
    return True


def closeness(asked: Asked, sentence: str, span: tuple[int, int]) -> float:
    """How close the needs' words stand to `span`, those of its own clause counting double."""
    plain = sentence.lower()
    clause = clause_at(sentence, span[0])
    total = 0.0
    for need in asked.needs:
        best = 0.0
        said = [f for f in need.forms if f in plain]
        # Of “硕士学位” a sentence may say but 硕士.
        for form in said or _parts(need.phrase):
            at = plain.find(form)
            while at >= 0:
                left, right = (at + len(form), span[0]) if at < span[0] else (span[1], at)
                gap = _gap(plain, left, right)
                # A date stands before its event, an amount and a name behind the word they belong to.
                backward = (at < span[0]) == (asked.wanted == "date")
                inside = clause[0] <= at < clause[1]
                best = max(best, exp(-gap / 12) * (1.0 if inside else 0.5) * (0.85 if backward else 1.0))
                at = plain.find(form, at + 1)
        total += need.weight * best
    return total


@derived
@lru_cache(maxsize=1_000)
def _parts(phrase: str) -> tuple[str, ...]:
    return tuple(t for t in terms(phrase) if len(t) > 1)


def _gap(text: str, a: int, b: int) -> int:
    """The characters of `text` from `a` to `b`, without what brackets hold between; 0 if `b` is not behind `a`."""
    return max(0, b - a - sum(len(m[0]) for m in _BRACKETED.finditer(text, a, max(a, b))))


def _whole_words(text: str, a: int, b: int) -> tuple[int, int]:
    """The span grown to the edges of the words it cuts."""
    cut = [(x, y) for x, y in word_spans(text) if x < a < y or x < b < y]
    return min([a, *(x for x, y in cut if x < a < y)]), max([b, *(y for x, y in cut if x < b < y)])


def bare(text: str) -> str:
    """`text` on one line, without the marks at its edges that belong to the sentence."""
    text = " ".join(text.split()).strip(_EDGE)
    for left, right in ("（）", "()", "“”", "《》"):
        if left in text and right not in text:
            text += right
        elif right in text and left not in text:
            text = left + text
    return text


def whole(e: Evidence) -> Claim:
    """All of the sentence as the claim."""
    return Claim(" ".join(e.text.split()), e.span, e.score)
