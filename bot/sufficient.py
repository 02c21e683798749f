"""Whether a sentence is enough to answer from: likely to, of those and of the time asked about, and on what is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.candidates import candidates
from bot.evidence import Evidence, read_span
from bot.matching import entry_of, said
from bot.polarity import CONTRARY, opposed
from bot.records import Asked, Need
from bot.short import posts_asked
from index.glossary import mentions
from index.search import Language
from index.terms import normalize

# The probability from which a sentence answers: of .1 and .07 the one that refuses more of what has no answer (95 % and
# 92 %) and as few others (3 %), by evals/questions.jsonl, `dev`. What is said of an English question is less likely all over, as
# its words are guessed at.
ENOUGH: dict[Language, float] = {"zh": 0.1, "en": 0.05}
# Below it an answer is not sure.
UNSURE = 0.42
LIKELY, VERY_LIKELY = 0.3, 0.7
MEASURED = 0.2
SAYS_ALL, MUCH = 0.95, 3  # of coverage, needs
READER_SURE = 4.0  # log-odds
TYPED = ("date", "amount", "person", "place", "school")  # what stands in a sentence or does not
_DATED = re.compile(r"\d{1,4}([年月日号])")
_OTHER = {"年": r"\d{4}\s*年", "月": r"\d\s*月", "日": r"\d\s*[日号]", "号": r"\d\s*[日号]"}
_SPOKEN_YEAR = re.compile(r"[今去明前本上次]年")
_PERIODS = {
    "first quarter": r"一季|首季|\bq1|1[-至到—]3月",
    "second quarter": r"二季|\bq2|4[-至到—]6月",
    "third quarter": r"(?<!前)三季|\bq3|7[-至到—]9月",
    "fourth quarter": r"四季|末季|\bq4|10[-至到—]12月",
    "first half": r"上半年|半年[度报]|中报|1[-至到—]6月|前[6六]个?月",
    "second half": r"下半年",
}
_FIGURE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z%]+|(?![万亿千百])[一-鿿]{1,3})")
ABOUT = 0.05  # of a figure
_WHEN = re.compile(r"[^,，。]{2,24}?(?:以后|之后|之前|以来|期间|[后前时])[,，]")


def sufficient(asked: Asked, e: Evidence) -> bool:
    """Whether `e` answers: it is likely to, and says whom the question names and something of what it asks of them."""
    return (
        _likely_enough(asked, e)
        and not any(_of_another_time(n, e) for n in e.missing)
        and (e.score >= VERY_LIKELY or all(_told_then(n, e) for n in e.missing))
        and _says_whom(asked, e)
        and _says_what(asked, e)
    )


def _likely_enough(asked: Asked, e: Evidence) -> bool:
    """What says itself all that the question says, and that is much, needs no likelihood; what leaves nothing out, less."""
    enough = ENOUGH[asked.language] * (1.0 if e.missing else 0.5)
    return e.score >= enough or (e.own >= SAYS_ALL and len(asked.needs) >= MUCH)


def _of_another_time(need: Need, e: Evidence) -> bool:
    """Whether `need` is a date or a part of a year, and the sentence tells of another one."""
    if _DATED.fullmatch(need.phrase):
        return not _undated(need, e)
    asked, told = _periods(need.phrase), _periods(normalize(e.text))
    return bool(asked and told) and not asked & told


def _undated(need: Need, e: Evidence) -> bool:
    """Whether `need` is a date, and neither the sentence nor its article's date tells of another year, month or day."""
    date = _DATED.fullmatch(need.phrase)
    if re.fullmatch(r"\d{4}年", need.phrase) and e.published and e.published[:4] != need.phrase[:4]:
        return False
    # The year of a bare day is the article's, whose date may have been read wrong.
    text = e.read_as if date and (date[1] != "年" or _SPOKEN_YEAR.search(e.text)) else e.text
    return date is not None and not re.search(_OTHER[date[1]], text)


def _told_then(need: Need, e: Evidence) -> bool:
    """Whether `need` is no month or day, or the one in which the article came out."""
    date = _DATED.fullmatch(need.phrase)
    if not date or date[1] == "年":
        return True
    part = slice(5, 7) if date[1] == "月" else slice(8, 10)
    return e.published is not None and e.published[part] == f"{int(need.phrase[:-1]):02}"


def _periods(plain: str) -> set[str]:
    return {name for name, written in _PERIODS.items() if re.search(written, plain)}


def _says_whom(asked: Asked, e: Evidence) -> bool:
    """Whether `e` says the names and numbers asked about; what is likely may leave out one, but not whom the question is about."""
    names = [n for n in asked.needs if n.is_name]
    unnamed = [n for n in names if n in e.missing and not _undated(n, e)]
    if e.score >= VERY_LIKELY:
        unnamed = [n for n in unnamed if not _untranslated(asked, n)]
    subject = _subject(asked, names) if names else None
    unnamed = [n for n in unnamed if n not in names[: names.index(subject)]] if subject else unnamed
    if any(_is_of_another(n, e) for n in unnamed if n is subject or e.score < VERY_LIKELY):
        return False
    # “Stocktrek的负责人Ryan”: one of the two may be enough, but for a date.
    surely = e.score >= VERY_LIKELY and read_span(e)[2] >= READER_SURE and len(unnamed) < len(names)
    surely = surely and not any(re.search(r"\d", n.phrase) for n in unnamed)
    if unnamed and not surely and (subject in unnamed or e.score < UNSURE):
        return False
    # What tells of no such figure (“12nm”) may tell of another.
    if e.score < UNSURE and any(re.search(r"\d", n.phrase) and not n.is_name for n in e.missing):
        return False
    if any(_tells_another_figure(n, e) for n in e.missing):
        return False
    # Who holds another post says nothing of this one.
    return asked.wanted != "person" or all(said(n, e.text, e.spun) for n in posts_asked(asked))


def _subject(asked: Asked, names: Sequence[Need]) -> Need:
    """The first of `names` that does not only say when (“H20被管制以后,…”)."""
    when = _WHEN.match(asked.text)
    rest = normalize(asked.text[when.end() :]) if when else ""
    return next((n for n in names if n.phrase in rest), names[0])


def _is_of_another(need: Need, e: Evidence) -> bool:
    """Whether `e` does not say the name `need`, but another of its kind that the glossary knows."""
    entry = entry_of(need)
    plain = e.text.lower()
    return entry is not None and any(plain[a:b] not in need.forms for a, b in mentions(plain, entry.kind))


def _tells_another_figure(need: Need, e: Evidence) -> bool:
    """Whether `need` is a figure, and `e` holds another of its unit, and none about as large (“7nm” of 5nm)."""
    figure = _FIGURE.fullmatch(need.phrase)
    if not figure or _DATED.fullmatch(need.phrase):
        return False
    alike = rf"(?<![a-z\d.])(\d+(?:\.\d+)?)\s*{re.escape(figure[2])}(?![a-z])"
    told = [float(number) for number in re.findall(alike, normalize(e.text))]
    return bool(told) and all(abs(t - float(figure[1])) > ABOUT * t for t in told)


def _untranslated(asked: Asked, need: Need) -> bool:
    """Whether `need` is a name in an English question of which no Chinese form is known."""
    return asked.language == "en" and all(form.isascii() for form in need.forms) and not need.phrase.isdigit()


def _says_what(asked: Asked, e: Evidence) -> bool:
    """Whether `e` says something of what is asked, or is likely to answer in other words."""
    relation = asked.relation
    said_last = not relation or relation[-1] not in e.missing or len(relation[-1].phrase) == 1
    if asked.kind == "yes_no" and not said_last and e.score < LIKELY:
        return False  # whether something else is so says nothing
    if e.score >= VERY_LIKELY or not relation or any(n not in e.missing for n in relation):
        return True
    # What is counted (“多少开发者”) weighs little, as its unit may tell it.
    if any(
        n not in e.missing and re.search(rf"(?:多少|几)[一-鿿]?{re.escape(n.phrase)}", asked.text)
        for n in asked.needs
    ):
        return True
    # It is so, or it is the opposite.
    if asked.kind == "yes_no" and opposed(normalize(asked.text), normalize(e.text), CONTRARY):
        return True
    # What is measured (“投资多少”) may be told by the amount alone.
    measured = asked.wanted == "amount" and asked.cues and e.score >= MEASURED
    if measured and candidates(e.text, "amount", asked.cues):
        return True
    fits = asked.wanted not in TYPED or bool(candidates(e.text, asked.wanted, asked.cues))
    return fits and read_span(e)[2] >= READER_SURE
