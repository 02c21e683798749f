"""Chinese words as they are spelled in Latin letters (Hanyu Pinyin without tones). The only module that uses pypinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from index.terms import rarity

_NAME = re.compile(r"[一-鿿]{2,4}")
_SYLLABLES = (
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])"
    r"(?:[iu]?ang?|[iu]?ao|uai|ian|uan|iong|[aeo]ng?|ing?|un|a[io]|ei|i[aeu]|u[aeio]|ou|[aeiouv])|[aeo]|ai|ei|ao|ou|[ae]ng?|er)"
)
_SYLLABLE = re.compile(_SYLLABLES)
LONGEST = 6  # letters of a syllable
MAX_FOUND = 6


@lru_cache(maxsize=50_000)
def _readings(character: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(found[0])) if found else (character,)


def sounds(text: str) -> tuple[str, ...]:
    """The syllables of `text`, character by character, without tones.

    >>> sounds("壁仞"), sounds("必仞")
    (('bi', 'ren'), ('bi', 'ren'))
    """
    return tuple(_readings(c)[0] for c in text)


def is_spelled(word: str) -> bool:
    """Whether `word`, in lower case, may be Chinese in Latin letters.

    >>> is_spelled("hengshan"), is_spelled("nvidia")
    (True, False)
    """
    ends = {0}  # where a syllable may end; a pattern would try every way to cut the word
    for at in range(len(word)):
        if at in ends:
            ends |= {at + n for n in range(1, LONGEST + 1) if _SYLLABLE.fullmatch(word, at, at + n)}
    return bool(word) and len(word) in ends


def _spellings(word: str) -> set[str]:
    """How `word` is spelled; a surname may be read in more ways than one (曾: Zeng, Ceng)."""
    from pypinyin import Style, lazy_pinyin

    rest = "".join(lazy_pinyin(word, style=Style.NORMAL)[1:])
    spelled = {first + rest for first in _readings(word[0])}
    return spelled | {s.replace("v", "u") for s in spelled}  # 吕: Lv, Lu


def _key(letters: str) -> int:
    return int.from_bytes(blake2b(letters.encode(), digest_size=8).digest(), "little")


def build_spellings(vocabulary: Sequence[str], folder: Path) -> None:
    """Writes how the words of two to four characters of `vocabulary` are spelled, as sorted hashes and their places."""
    found = [
        (_key(letters), at)
        for at, word in enumerate(vocabulary)
        if _NAME.fullmatch(word)
        for letters in _spellings(word)
    ]
    found.sort()
    np.save(folder / "spellings.npy", np.array([k for k, _ in found], dtype=np.uint64), allow_pickle=False)
    np.save(folder / "spelled.npy", np.array([at for _, at in found], dtype=np.int32), allow_pickle=False)


class Spellings:
    """Finds the words of a store's vocabulary that are spelled as a name in an English question is.

    `vocabulary` is in the order in which `build_spellings` was given it.
    """

    def __init__(self, folder: Path, vocabulary: Iterable[str]) -> None:
        self._keys = np.load(folder / "spellings.npy", mmap_mode="r", allow_pickle=False)
        self._places = np.load(folder / "spelled.npy", mmap_mode="r", allow_pickle=False)
        self._words = list(vocabulary)

    def find(self, name: str) -> tuple[str, ...]:
        """The words that `name` ("Qu Cheng", "Yi'an") spells, the rarest in ordinary Chinese first; at most `MAX_FOUND`."""
        letters = re.sub(r"['’]s\b|[^a-z]", "", name.lower())
        if not is_spelled(letters):
            return ()
        key = np.uint64(_key(letters))
        a, b = np.searchsorted(self._keys, key), np.searchsorted(self._keys, key, side="right")
        found = [self._words[at] for at in self._places[a:b]]
        return tuple(sorted(found, key=lambda w: (-rarity(w), w))[:MAX_FOUND])
