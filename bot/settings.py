"""Settings from the environment (`XINWEN_STORE`, `XINWEN_MODEL`, `XINWEN_TOKEN`, …), read once."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the store is, how it is built, and which language model writes, if any."""

    model_config = SettingsConfigDict(env_prefix="XINWEN_", frozen=True)

    store: Path = Field(default=Path("var/store"), description="folder of the store")
    embedder: str = Field(
        default="", description="a sentence-transformers model, by name or folder; empty: the shipped one"
    )
    max_chars: int = Field(default=240, ge=40, le=2000, description="longest passage, in characters")
    model: str = Field(
        default="",
        description="a language model, as `ollama:qwen3`, `openai:gpt-5-mini` or a name at XINWEN_BASE_URL",
    )
    base_url: str = Field(default="", description="address of the model's endpoint")
    api_key: SecretStr = Field(default=SecretStr(""), description="its key; never printed")
    timeout_s: float = Field(
        default=60.0, gt=0, le=600, description="longest time for a model's answer, in seconds"
    )
    token: str = Field(
        default="",
        repr=False,
        description="what lets people in: one token, or one a user with commas between",
    )

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that let people in; none: no token is asked for."""
        return tuple(token.strip() for token in self.token.split(",") if token.strip())
