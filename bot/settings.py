"""Settings from the environment (`XINWEN_STORE`, `XINWEN_EMBEDDER`, `XINWEN_MAX_CHARS`, `XINWEN_TOKEN`), read once."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the store is and how it is built."""

    model_config = SettingsConfigDict(env_prefix="XINWEN_", frozen=True)

    store: Path = Field(default=Path("var/store"), description="folder of the store")
    embedder: str = Field(
        default="", description="a sentence-transformers model, by name or folder; empty: the shipped one"
    )
    max_chars: int = Field(default=240, ge=40, le=2000, description="longest passage, in characters")
    token: str = Field(
        default="",
        repr=False,
        description="what lets people in: one token, or one a user with commas between",
    )

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that let people in; none: no token is asked for."""
        return tuple(token.strip() for token in self.token.split(",") if token.strip())
