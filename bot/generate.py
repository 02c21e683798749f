"""The language model: a seam with one method, LangChain behind it, and what keeps a bad day of it from becoming ours."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any, Literal, Protocol

from bot.settings import Settings

Failure = Literal[
    "unreachable", "denied", "unknown_model", "rate_limited", "timed_out", "broken_off", "server_error", "nonsense", "too_long", "resting",
]  # fmt: skip
MAX_CHARS = 12_000  # of one output; what comes after is not read
MAX_TOKENS = 1_500
ATTEMPTS = 3
FIRST_WAIT_S = 0.4  # doubled before each further attempt
FAILURES = 3  # in a row, after which the model rests
REST_S = 30.0
_RETRIED = ("unreachable", "rate_limited", "server_error", "broken_off")
_PROVIDER = re.compile(
    r"(?:openai|azure_openai|ollama|anthropic|deepseek|google_genai|mistralai|groq|xai|together|fireworks):"
)
_BY_STATUS: dict[int, Failure] = {
    401: "denied",
    403: "denied",
    404: "unknown_model",
    429: "rate_limited",
    408: "timed_out",
}


class ModelError(Exception):
    """The model gave no whole answer; `failure` says why, and nothing else is kept: a provider's text may hold a key."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class Generator(Protocol):
    """A language model."""

    name: str

    def write(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """What the model answers to `messages`, (role, text) each, in pieces. Raises `ModelError`.

        Closing the iterator ends the request.
        """
        ...


class ChatModel:
    """A model that LangChain speaks to: an OpenAI-compatible endpoint, Ollama, or another provider that is installed."""

    def __init__(self, settings: Settings) -> None:
        from langchain.chat_models import init_chat_model

        self.name = settings.model
        named = _PROVIDER.match(settings.model)
        options: dict[str, Any] = {"temperature": 0}
        if settings.base_url:
            options["base_url"] = settings.base_url
        key = settings.api_key.get_secret_value()
        if settings.model.startswith("ollama:"):
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            options |= {
                "num_predict": MAX_TOKENS,
                "client_kwargs": {"timeout": settings.timeout_s, "headers": headers},
            }
        else:
            options |= {"max_tokens": MAX_TOKENS, "timeout": settings.timeout_s, "max_retries": 0}
            if key:
                options["api_key"] = key
            elif settings.base_url and not named:
                options["api_key"] = (
                    "none"  # an endpoint of one's own asks for none, the client insists on one
                )
        provider = None if named else "openai"
        self._model = init_chat_model(settings.model, model_provider=provider, **options)

    def write(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """As `Generator.write`."""
        stream = self._model.stream(list(messages))
        begun = False
        try:
            for chunk in stream:
                begun = True
                yield chunk.text
        # Each provider's client raises errors of its own.
        except Exception as error:
            failure = _failure(error)
            raise ModelError("broken_off" if begun and failure == "unreachable" else failure) from None
        finally:
            getattr(stream, "close", lambda: None)()


def _failure(error: Exception) -> Failure:
    """What happened, from an error of any provider's client."""
    status = getattr(error, "status_code", None)
    names = " ".join(kind.__name__ for kind in type(error).__mro__)
    if isinstance(status, int) and status >= 400:
        return _BY_STATUS.get(status, "server_error" if status >= 500 else "nonsense")
    if "Timeout" in names:
        return "timed_out"
    if "ProtocolError" in names or "ReadError" in names:
        return "broken_off"
    if "Connect" in names:
        return "unreachable"
    return "nonsense"


class Guarded:
    """A generator with bounded retries and output, a time limit for all of it, and a rest after failures in a row."""

    def __init__(
        self,
        inner: Generator,
        timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._timeout_s = timeout_s
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._failed = 0
        self._rests_until = 0.0

    def write(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """As `Generator.write`; an attempt that failed before its first piece is made again while there is time."""
        if self._clock() < self._rests_until:
            raise ModelError("resting")
        deadline = self._clock() + self._timeout_s
        for attempt in range(1, ATTEMPTS + 1):
            begun = False
            try:
                for piece in self._bounded(messages, deadline):
                    begun = True
                    yield piece
                self._note(failed=False)
                return
            except ModelError as error:
                wait = FIRST_WAIT_S * 2 ** (attempt - 1)
                again = not begun and attempt < ATTEMPTS and error.failure in _RETRIED
                if not again or self._clock() + wait >= deadline:
                    self._note(failed=True)
                    raise
                self._sleep(wait)

    def _bounded(self, messages: Sequence[tuple[str, str]], deadline: float) -> Iterator[str]:
        written = 0
        pieces = self._inner.write(messages)
        try:
            for piece in pieces:
                if self._clock() >= deadline:
                    raise ModelError("timed_out")
                written += len(piece)
                if written > MAX_CHARS:
                    raise ModelError("too_long")
                if piece:
                    yield piece
        finally:
            getattr(pieces, "close", lambda: None)()

    def _note(self, failed: bool) -> None:
        with self._lock:
            self._failed = self._failed + 1 if failed else 0
            if self._failed >= FAILURES:
                self._rests_until = self._clock() + REST_S
                self._failed = 0


def load_generator(settings: Settings) -> Generator | None:
    """The model of the settings, guarded; None if none is named. Raises `ValueError` saying what to mend."""
    if not settings.model:
        return None
    try:
        return Guarded(ChatModel(settings), settings.timeout_s)
    except ImportError:
        raise ValueError(
            f"XINWEN_MODEL={settings.model} needs a package that is not installed: `pip install 'xinwen[llm]'`"
        ) from None
    # What a provider's client says of a missing key or an unknown name differs, and may hold the key.
    except Exception as error:
        raise ValueError(
            f"XINWEN_MODEL={settings.model} cannot be used ({type(error).__name__}): set XINWEN_API_KEY, or XINWEN_BASE_URL for an endpoint of your own"
        ) from None
