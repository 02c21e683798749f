"""What a question presumes, and sentences that say otherwise."""

from __future__ import annotations

import re

from bot.candidates import clause_at
from bot.evidence import Evidence, read_span
from bot.polarity import TURNS, denies, hedges, opposed
from bot.records import Asked
from bot.short import in_ordinary_words
from index.terms import normalize

# Kinds of questions that take it for granted that what they ask about is so.
PRESUMING = ("when", "where", "why", "how_much")
# “曾计划出售…最终流产”: what was only planned did not happen.
_PLANNED = re.compile(r"[曾原]计划|[曾原]拟|曾打算|曾试图|方案|计划以")
_FELL_THROUGH = re.compile(r"流产|告吹|搁浅|落空|夭折|作罢|未果|泡汤")
_DENIED = re.compile(
    r"(?:不(?![仅断只幸良少同久错动锈法明足当管论单光惜免易料敌])|未(?![来经])|没有?|并非)[一-鿿]?$"
)


def _turned_round(asked: Asked, question: str, e: Evidence, sentence: str) -> bool:
    """Whether `sentence` says the opposite of a word of the question, and so does its clause that tells a value."""
    if asked.kind == "why":
        return opposed(question, sentence)
    # “增速为0.8%,较上季回落” tells of growth.
    return opposed(question, sentence, TURNS) and opposed(question, _clause_read(e, sentence), TURNS)


def _clause_read(e: Evidence, sentence: str) -> str:
    """The clause of `sentence`, which is `e` in ordinary words, that the reader marks; all of it if it marks none."""
    at = read_span(e)[0]
    return sentence[slice(*clause_at(sentence, at))]


def contradicts(asked: Asked, e: Evidence) -> bool:
    """Whether `e` says the opposite of what `asked` takes for granted: its words denied, or turned round."""
    question = normalize(asked.text)
    if asked.kind == "yes_no":
        return False
    sentence = normalize(in_ordinary_words(e))
    numbers = [n for n in e.missing if re.search(r"\d", n.phrase)]
    denying = denies(question)
    if not numbers and not denying and _turned_round(asked, question, e, sentence):
        return True
    if asked.kind not in PRESUMING:
        return False
    if denying and asked.language == "en":
        return False
    if (
        not denying
        and _PLANNED.search(sentence)
        and _FELL_THROUGH.search(sentence)
        and not _FELL_THROUGH.search(question)
    ):
        return not hedges(question)
    return any(
        any(_denied(f, sentence) for f in n.forms) and not any(_denied(f, question) for f in n.forms)
        for n in asked.relation
    )


def _denied(form: str, plain: str) -> bool:
    """Whether `plain` says `form`, and denies it wherever it does."""
    places = [m.start() for m in re.finditer(re.escape(form), plain)] if len(form) > 1 else []
    return bool(places) and all(_DENIED.search(plain[max(0, at - 4) : at]) for at in places)
