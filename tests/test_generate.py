"""Language models through their real clients, from a server that does what it is told."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from model_server import Act, ModelServer, acts

from bot.generate import ATTEMPTS, FAILURES, MAX_CHARS, REST_S, Failure, Guarded, ModelError, load_generator
from bot.settings import Settings

PROMPT = [("system", "rules"), ("user", "question")]
KEY = "sk-very-secret"


def generator(models: ModelServer, provider: str = "", timeout_s: float = 5.0) -> Any:
    url = models.url.removesuffix("/v1") if provider else models.url
    found = load_generator(
        Settings(model=f"{provider}double", base_url=url, api_key=KEY, timeout_s=timeout_s)
    )
    assert found
    return found


@pytest.mark.parametrize("provider", ["", "ollama:"])
def test_a_model_writes_in_pieces_and_gets_the_messages_and_the_key(
    models: ModelServer, provider: str
) -> None:
    models.act = acts("燧原科技成立于2018年3月[1]。它的总部在上海[2]。")
    pieces = list(generator(models, provider).write(PROMPT))
    assert len(pieces) > 2 and "".join(pieces) == "燧原科技成立于2018年3月[1]。它的总部在上海[2]。"
    assert [m["content"] for m in models.requests[0]["messages"]] == ["rules", "question"]
    assert models.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize(
    ("act", "failure", "requests"),
    [
        (Act(status=401), "denied", 1),
        (Act(status=404), "unknown_model", 1),
        (Act(status=429), "rate_limited", ATTEMPTS),
        (Act(status=500), "server_error", ATTEMPTS),
        (Act(garbage=b"<html>not a model</html>"), "nonsense", 1),
        (Act("a long answer that stops", break_after=1, piece=4), "broken_off", 1),
        (Act("slow", delay_s=3.0), "timed_out", 1),
        (Act("很长。" * 5_000, piece=900), "too_long", 1),
    ],
)
def test_each_failure_has_its_name(models: ModelServer, act: Act, failure: Failure, requests: int) -> None:
    models.act = acts(act)
    with pytest.raises(ModelError) as caught:
        list(generator(models, timeout_s=2.0).write(PROMPT))
    assert (caught.value.failure, len(models.requests)) == (failure, requests)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_no_server_is_unreachable() -> None:
    gone = ModelServer()
    gone.shutdown()
    gone.server_close()
    with pytest.raises(ModelError) as caught:
        list(generator(gone).write(PROMPT))
    assert caught.value.failure == "unreachable"


def test_an_attempt_that_fails_at_once_is_made_again(models: ModelServer) -> None:
    models.act = acts(Act(status=500), Act(status=429), "good")
    assert "".join(generator(models).write(PROMPT)) == "good"


def test_ten_megabytes_are_cut_off_early(models: ModelServer) -> None:
    models.act = acts(Act("字" * 10_000_000, piece=100_000))
    started = time.monotonic()
    read = 0
    with pytest.raises(ModelError):
        for piece in generator(models, timeout_s=30.0).write(PROMPT):
            read += len(piece)
    assert read <= MAX_CHARS
    assert models.gone.wait(20) and time.monotonic() - started < 25


def test_closing_the_iterator_ends_the_request(models: ModelServer) -> None:
    models.act = acts(Act("一句话。" * 500, piece=4, delay_s=0.02))
    pieces = generator(models).write(PROMPT)
    assert next(pieces)
    pieces.close()
    assert models.gone.wait(5)


class Fails:
    """A generator that fails as it is told, and counts."""

    name = "fails"

    def __init__(self, failure: Failure | None) -> None:
        self.failure = failure
        self.calls = 0

    def write(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        self.calls += 1
        if self.failure:
            raise ModelError(self.failure)
        yield "good"


def test_a_model_that_keeps_failing_rests_and_comes_back() -> None:
    now = [0.0]
    clock: Callable[[], float] = lambda: now[0]  # noqa: E731
    slept: list[float] = []
    inner = Fails("server_error")
    guarded = Guarded(inner, timeout_s=10.0, clock=clock, sleep=slept.append)
    for _ in range(FAILURES):
        with pytest.raises(ModelError, match="server_error"):
            list(guarded.write(PROMPT))
    assert inner.calls == FAILURES * ATTEMPTS and slept == [0.4, 0.8] * FAILURES
    with pytest.raises(ModelError, match="resting"):
        list(guarded.write(PROMPT))
    assert inner.calls == FAILURES * ATTEMPTS
    now[0], inner.failure = REST_S + 1, None
    assert list(guarded.write(PROMPT)) == ["good"]


def test_no_retry_goes_beyond_the_time_limit() -> None:
    inner = Fails("server_error")
    with pytest.raises(ModelError):
        list(Guarded(inner, timeout_s=0.3, clock=lambda: 0.0, sleep=lambda _: None).write(PROMPT))
    assert inner.calls == 1


def test_settings_that_cannot_work_say_what_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert load_generator(Settings()) is None
    with pytest.raises(ValueError, match="XINWEN_API_KEY"):
        load_generator(Settings(model="openai:gpt-5-mini"))
    with pytest.raises(ValueError, match=r"xinwen\[llm\]"):
        load_generator(Settings(model="groq:llama"))
    assert KEY not in repr(Settings(model="double", api_key=KEY))
