"""Questions that nobody would ask are answered or refused, and held to the same law."""

import random
from dataclasses import replace
from itertools import islice

from bot.ask import MAX_QUESTION, ask
from evals.fuzz import faults, generated
from index.store import Store


def test_noise_gives_no_error_and_no_fault(store: Store) -> None:
    asked = [
        "哪些公司被列入了实体清单?",
        "When was Enflame founded?",
        "H20的顯存帶寬是多少?",
        "比较天垓100和BR100",
    ]
    for question in islice(generated(random.Random(7), asked), 150):
        assert faults(question, ask(question[:MAX_QUESTION], store), store) == [], question


def test_faults_are_found(store: Store) -> None:
    question = "燧原科技的CEO是谁?"
    answer = ask(question, store)
    citation = answer.citations[0]
    shifted = replace(answer, citations=(replace(citation, start=citation.start + 1),))
    assert faults(question, answer, store) == []
    assert faults(question, shifted, store) == ["a citation breaks the span law"]
    assert faults(question, replace(answer, citations=()), store)[0] == "markers and citations differ"
    invented = replace(answer, answer="这家公司的首席执行官现在是一位没有人写到过的人 [1]")
    assert faults(question, invented, store) == ["it says what is neither in a quote nor in the question"]
