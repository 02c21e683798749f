"""The events of an answer, in quote mode and with a language model."""

from dataclasses import asdict

import pytest

from bot.ask import ask
from bot.stream import stream
from index.store import Store


@pytest.mark.parametrize(
    "question", ["哪些公司被列入了实体清单?", "燧原科技的CEO是谁?", "怎么做红烧肉?", "?!。"]
)
def test_quote_mode_streams_the_answer_that_ask_gives(store: Store, question: str) -> None:
    events = list(stream(question, store))
    kinds = [kind for kind, _ in events]
    assert kinds[0] == "retrieval" and kinds[-1] == "done" and set(kinds[1:-1]) <= {"citation", "delta"}
    done = events[-1][1]
    same = asdict(ask(question, store))
    assert {n: v for n, v in done.items() if n not in ("trace_id", "timings_ms")} == {
        n: v for n, v in same.items() if n not in ("trace_id", "timings_ms")
    }
    assert "".join(data["text"] for kind, data in events if kind == "delta") == done["answer"]
    assert [data for kind, data in events if kind == "citation"] == list(done["citations"])
