"""The reader and what it is given."""

import json

import numpy as np

from bot.reader import MAX_PASSAGE, best_span, shipped_reader
from bot.reading_data import OURS


def test_a_passage_is_read_the_same_alone_and_beside_a_longer_one() -> None:
    reader = shipped_reader()
    short = ("甲公司什么时候成立?", "甲公司在2024年3月成立。")
    long = ("乙公司的创始人是谁?", "乙公司在2023年5月成立,总部在北京。" * 6 + "乙公司的创始人是王小明。")
    alone = reader.logits([short])
    together = reader.logits([short, long])
    n = len(short[1])
    np.testing.assert_allclose(alone[0][0][:n], together[0][0][:n], atol=1e-3)
    np.testing.assert_allclose(alone[2][0], together[2][0], atol=1e-3)


def test_it_marks_the_words_that_answer() -> None:
    passage = "甲公司在2024年3月成立,总部设在上海,创始人是王小明。"
    for question, answer in (("甲公司是什么时候成立的?", "2024年3月"), ("甲公司的创始人是谁?", "王小明")):
        start, end, none = shipped_reader().logits([(question, passage)])
        a, b, score = best_span(start[0], end[0], np.zeros(len(passage), dtype=int))
        assert answer in passage[a:b] and b - a <= len(answer) + 4
        assert score > none[0].sum()


def test_odd_input_is_read_without_an_error() -> None:
    for pair in (("", ""), ("?", "。"), ("\U0001f914" * 100, "字" * 2 * MAX_PASSAGE), ("ﬁ①", "ﬁ①İ")):
        start, end, none = shipped_reader().logits([pair])
        assert np.isfinite(none).all() and start.shape == end.shape


def test_the_best_span_lies_in_one_allowed_sentence() -> None:
    start, end = np.array([0.0, 5.0, 0.0, 4.0]), np.array([0.0, 0.0, 9.0, 3.0])
    assert best_span(start, end, np.array([0, 0, 1, 1])) == (2, 3, 9.0)
    assert best_span(start, end, np.array([0, 0, 0, 1])) == (1, 3, 14.0)


def test_the_questions_on_the_news_name_a_span_or_none() -> None:
    rows = [json.loads(line) for line in OURS.read_text("utf-8").splitlines()]
    assert len({(row["article"], row["question"]) for row in rows}) == len(rows) > 1000
    for row in rows:
        assert row["question"].strip()
        assert row["start"] is row["end"] is None or 0 <= row["start"] < row["end"]
