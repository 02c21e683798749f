"""A follow-up question made to stand alone by a language model, and held against what the rules make of it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ask import MAX_QUESTION
from bot.facts import facts
from bot.figures import without_figures
from bot.generate import Generator, ModelError
from bot.named import latin_words
from bot.names import standalone

_RULES = (
    "Rewrite the last question so that it can be understood without the ones before it. Keep its language, its names and "
    "its numbers; answer nothing. Write only the question, on one line."
)
TURNS = 6


def rewritten(question: str, history: Sequence[str], generator: Generator) -> str | None:
    """`question` as the model makes it stand alone; None where that would drop or add a name or a number.

    Not asked where the question names by itself whom it is about. Failures of the model are no reason to fail here.
    """
    by_rule = standalone(question, history)
    if by_rule == question and facts(question).names:
        return None
    asked = "\n".join([*history[-TURNS:], question])
    try:
        text = "".join(generator.write([("system", _RULES), ("user", asked)])).strip()
    except ModelError:
        return None
    text = text.strip('"“”「」 ')
    fits = text and "\n" not in text and len(text) <= MAX_QUESTION
    return text if fits and entities(text) == entities(by_rule) else None


def entities(text: str) -> frozenset[object]:
    """The names, figures and Latin words of `text`."""
    stated = facts(text)
    named = [stated.plain[n.start : n.end] for n in stated.names]
    words = [w for w in latin_words(without_figures(text)) if not any(w in name for name in named)]
    chinese = words if any("一" <= c <= "鿿" for c in text) else []  # in English most words are Latin
    return frozenset(
        (*(n.said for n in stated.names), *((f.unit, f.parts) for f in stated.figures), *chinese)
    )
