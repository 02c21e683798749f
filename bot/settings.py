"""Settings from the environment (`XINWEN_STORE`, `XINWEN_EMBEDDER`, `XINWEN_MAX_CHARS`), read once."""

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
