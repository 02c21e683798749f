"""The names that a question means: wrong characters put right, and what a follow-up leaves unsaid."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, dropwhile, pairwise

from index.glossary import by_form, derived, mentions
from index.spelling import is_spelled, sounds
from index.store import Store
from index.terms import STOP, is_word, normalize, rarity, tagged, word_spans, words

NAMES = ("company", "person", "product", "institution", "media")
_KINDS = {
    "她": ("person",), "他": ("person",), "he": ("person",), "she": ("person",), "his": ("person",), "her": ("person",),
    "该公司": ("company",), "这家公司": ("company",), "这家企业": ("company",), "该企业": ("company",), "the company": ("company",),
    "that company": ("company",), "该芯片": ("product",), "这款芯片": ("product",), "该产品": ("product",), "这款产品": ("product",),
}  # fmt: skip
_PRONOUN = re.compile(
    r"该公司|这家公司|这家企业|该企业|该芯片|这款芯片|该产品|这款产品|[它他她]们?|"
    r"\b(?:it|they|he|she|its|their|his|her|them|him|the company|that company)\b",
    re.I,
)
_WHAT_ABOUT = re.compile(
    r"^(?:那么?|还有|那|and|what about|how about|and what about)?\s*(.+?)\s*(?:呢|怎么样)?\s*[?？。]*$", re.I
)
# “俄罗斯那边呢,9月少出口多少?” asks it of 俄罗斯.
_FIRST_OF = re.compile(
    r"^(?:那么?|还有|至于)?[,，\s]*([^,，?？呢]{2,12}?)(?:[那这]边|方面)?呢[,，?？\s]+(?=[^呢]{4,}$)"
)
_WHEN = re.compile(
    r"(?:\d{4}|[今去明前])年(?:\d{1,2}月(?:\d{1,2}[日号])?|[上下]半年|第?[一二三四]季度)?|\d{1,2}月(?:\d{1,2}[日号]|份)?"
    r"|[上下]半年|第?[一二三四]季度|[上这本下]个?[月周]"
)
_BARE = re.compile(r"^(?:那么?|还有|然后|另外|and |then )", re.I)
_BEGINS_BARE = re.compile(
    r"是?(?:什么时候|何时|在?哪[年里]|哪一年|谁|为什么|怎么|多少)|总部|成立|创始人|ceo|cto|首款|第一款|员工|融资|有多少|有什么|最大股东",
    re.I,
)
_NOUNS = "nxljbig"  # jieba's tags of nouns and set phrases, and of words that were added
_GENERIC = frozenset("公司 企业 文章 产品 芯片 市场 国内 中国 我国 全球 全国".split())
_LATIN_CALLED = re.compile(r"[A-Z][\w&.-]*\w(?:\s+[A-Z\d][\w&.-]*)*")
_ASKED = re.compile(
    r"(?:是|在|有|了)?(?:多少|多[大高长久快重宽远深厚粗]|什么时候|[何为]时|何处|哪[一年天里儿些家个位种款]{0,2}|谁|为什么|为何|怎[么样]样?|如何|什么|几[一-鿿])"
    r"|是否|有没有|能否|可否|([一-鿿])[不没](?=\1)|[吗呢]|[?？]"
)
_OPENERS = STOP | frozenset(
    "tell list name give describe explain please according since after before during".split()
)
_FUNCTION = "ucpdfry"  # jieba's tags of words that no name is made of: particles, adverbs, “中”
OF = re.compile(r"\s*(?:的|'s|’s)?\s*")
_IT = ("它", "it", "its")
# What products have, and what companies and products do.
_OF_PRODUCTS = re.compile(
    r"(?:它的|its\s+)\W*(?:\w+\s+)?(?:价|售价|性能|算力|尺寸|重量|参数|配置|续航|功耗|制程|工艺|速度|电池|屏幕|特点|功能|优势|用途|"
    r"price|performance|size|weight|specs?|range|speed|battery|screen|features?)",
    re.I,
)
_OF_COMPANIES = re.compile(
    r"总部|成立|创始人|董事长|ceo|cto|融资|员工|股东|营收|上市|founded|founder|headquarter|employ|shareholder|revenue",
    re.I,
)
_OWNED = ("its", "their", "his", "her")


SURNAMES = "赵钱孙李周吴郑王冯陈卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹窦章苏潘葛范彭郎鲁韦马苗方俞任袁柳鲍史唐费薛雷贺倪汤滕罗毕郝安常乐于傅齐康伍余顾孟黄穆萧尹姚邵汪毛戴宋庞熊纪项祝董梁杜阮蓝闵季贾江童颜郭梅林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫丁邓洪包左石崔龚程陆段侯武刘龙叶白赖乔翁谭申冉易曾沙关游肖"
# jieba's tags of names.
_NAMED = {"ns": "place", "nr": "person", "nrt": "person", "nrfg": "person", "nt": "company"}
_UNITS = frozenset(
    "纳米 微米 加仑 盎司 克拉 公顷 比特 安培 伏特 瓦特 赫兹".split()
)  # words of other tongues too
_COMMON_WORD = 0.6  # rarity under which a word that is also a name is rather the word (“明白”)


def proper_nouns(text: str) -> dict[str, str]:
    """The words of `text` that read like the name of a place, a person or a body, each with which of them.

    >>> proper_nouns("子牙河的水位是多少")
    {'子牙河': 'place'}
    """
    kinds = ((word, _named(word, flag)) for word, flag in tagged(text))
    return {word: kind for word, kind in kinds if kind}


def _named(word: str, flag: str) -> str:
    """What `word`, of jieba's tag `flag`, names; "" if nothing."""
    kind = _NAMED.get(flag, "") if len(word) > 1 and word not in _UNITS else ""
    if kind != "person":
        return kind
    whole_name = word[0] in SURNAMES and len(word) == 3
    called = whole_name or rarity(word) >= _COMMON_WORD if is_word(word) else _may_call(word)
    return kind if called else ""


def _may_call(word: str) -> bool:
    """Whether `word`, which no dictionary has, may be a person's name: a surname first, or long as those of other
    countries are."""
    return word[0] in SURNAMES or len(word) > 2


def names_in(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of the names in `text`, in order: the glossary's, and what reads like a person or a body."""
    plain = normalize(text)
    if len(plain) != len(text):
        plain = text.lower()
    taken: list[tuple[int, int, str]] = []
    found: list[tuple[int, int, str]] = []
    seen: set[str] = set()
    for kind in NAMES:
        for a, b in mentions(plain, kind):
            if plain[a:b] not in seen:
                seen.add(plain[a:b])
                found.append((a, b, kind))
    at = 0
    for word, flag in tagged(text):
        kind = _named(word, flag)
        if kind and kind != "place":
            found.append((at, at + len(word), kind))
        at += len(word)
    for a, b, kind in sorted(found, key=lambda m: (m[0] - m[1], m[0])):
        if not any(a < y and x < b for x, y, _ in taken):
            taken.append((a, b, kind))
    yield from sorted(taken)


def without_owners(text: str, found: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The names `found` in `text` without the maker in front of its product, or the employer of a person.

    >>> text = "壁仞的BR100"
    >>> [text[a:b] for a, b, _ in without_owners(text, list(names_in(text)))]
    ['BR100']
    """
    owners = [
        m
        for m, n in pairwise(found)
        if m[2] == "company" and n[2] in ("product", "person") and OF.fullmatch(text[m[1] : n[0]])
    ]
    return [m for m in found if m not in owners]


Answers = Callable[[str, str], str]


def standalone(question: str, history: Sequence[str], who: Answers = lambda _, kind: "") -> str:
    """`question` with what it leaves to the asker's `history`, oldest first, filled in; unchanged if it stands alone.

    `who` answers a question of `history` that asks for a name of a kind (person, product), with the name or "": “he” may be
    that person, “it” that product.

    >>> standalone("它的CEO是谁?", ["燧原科技是什么时候成立的?"])
    '燧原科技的CEO是谁?'
    >>> standalone("那摩尔线程呢?", ["燧原科技是什么时候成立的?"])
    '摩尔线程是什么时候成立的?'
    """
    alone: list[str] = []
    for earlier in history:
        alone.append(_filled(earlier, alone, who))
    return _filled(question, alone, who)


def _filled(question: str, history: Sequence[str], who: Answers) -> str:
    question = _FIRST_OF.sub(r"\1", question)
    if not history:
        return question
    mine = list(names_in(question))
    swapped = _what_about(question, mine, history)
    if swapped:
        return swapped
    pronoun = _PRONOUN.search(question)
    if pronoun and not [n for n in mine if n[1] <= pronoun.start()]:
        kinds = _KINDS.get(pronoun[0].lower(), ())
        thing = kinds == ("product",) or (
            pronoun[0].lower() in _IT and _of_thing(question[pronoun.start() :])
        )
        name = (who(history[-1], "product") if thing else "") or _last_name(history, kinds)
        if not name and kinds == ("person",):
            name = next((found for earlier in reversed(history) if (found := who(earlier, "person"))), None)
        if name:
            owned = pronoun[0].lower() in _OWNED and bool(
                re.match(r"\s+[a-z]", question[pronoun.end() :], re.I)
            )
            return question[: pronoun.start()] + name + ("'s" if owned else "") + question[pronoun.end() :]
    if not mine and (_BARE.match(question) or _lacks_subject(question)):
        name = _last_name(history, ())
        if name:
            bare = _BARE.sub("", question)
            # “那收入呢?” is asked of the same time, too.
            when = _WHEN.search(history[-1]) if "呢" in question and not _WHEN.search(question) else None
            return asked_of(name, f"{when[0]}{bare}" if when else bare)
    return question


def _of_thing(rest: str) -> bool:
    """Whether what a question says of “it” is said of products."""
    owned = re.match(r"它的|its\b", rest, re.I)
    return not _OF_COMPANIES.search(rest) and (not owned or bool(_OF_PRODUCTS.match(rest)))


def asked_of(name: str, question: str) -> str:
    """`question`, which leaves out whom it is about, with `name`.

    >>> asked_of("燧原科技", "总部在哪里?"), asked_of("Enflame", "who is the CEO?")
    ('燧原科技总部在哪里?', 'who is the CEO (Enflame)?')
    """
    return f"{name}{question}" if re.search(r"[一-鿿]", question) else f"{question.rstrip('?')} ({name})?"


def _what_about(question: str, mine: list[tuple[int, int, str]], history: Sequence[str]) -> str | None:
    """The last question with the new name in place of its own, for “那摩尔线程呢?”."""
    match = _WHAT_ABOUT.match(question)
    if match and not mine and "呢" in question and history:
        return _in_place(re.sub(r"(?:[那这]边|方面|的)$", "", match[1]), history[-1])
    if not (match and len(mine) == 1 and (mine[0][1] - mine[0][0]) >= len(match[1].strip("的 ")) - 1):
        return None
    if not (_BARE.match(question) or "呢" in question or re.match(r"(?:what|how) about", question, re.I)):
        return None
    for earlier in reversed(history):
        theirs = list(names_in(earlier))
        same = [n for n in theirs if n[2] == mine[0][2]] or theirs
        if same:
            a, b, _ = same[0]
            return earlier[:a] + question[mine[0][0] : mine[0][1]] + earlier[b:]
    return None


def _in_place(thing: str, earlier: str) -> str | None:
    """`earlier` with `thing` in place of what it says of the same kind: a time, a place, or what ends in the same word.

    >>> _in_place("新订单指数", "7月制造业的生产指数是多少?"), _in_place("广东", "浙江上半年出口多少?"), _in_place("8月", "7月卖了多少?")
    ('7月制造业的新订单指数是多少?', '广东上半年出口多少?', '8月卖了多少?')
    """
    when = _WHEN.search(earlier)
    if when and _WHEN.fullmatch(thing):
        return earlier[: when.start()] + thing + earlier[when.end() :]
    theirs = tagged(earlier)
    edges = [0, *accumulate(len(word) for word, _ in theirs)]
    if all(flag == "ns" for _, flag in tagged(thing)):
        at = next((i for i, (_, flag) in enumerate(theirs) if flag == "ns"), None)
        return None if at is None else earlier[: edges[at]] + thing + earlier[edges[at + 1] :]
    at = next((i for i, (word, _) in enumerate(theirs) if word.endswith(thing[-2:])), None)
    if at is None or len(thing) < 2:
        return None
    first = at
    while first and theirs[first - 1][1][0] in _NOUNS + "va" and not _WHEN.search(theirs[first - 1][0]):
        first -= 1
    return earlier[: edges[first]] + thing + earlier[edges[at + 1] :]


def _lacks_subject(question: str) -> bool:
    """Whether a short question begins with what it asks, so that whom it asks about is left out."""
    if len(question) > 18 or re.search(r"哪些|哪几|[“\"《]", question):
        return False
    return bool(_BEGINS_BARE.match(question))


def _last_name(history: Sequence[str], kinds: Sequence[str]) -> str | None:
    for earlier in reversed(history):
        named = list(names_in(earlier))
        found = [n for n in named if not kinds or n[2] in kinds]
        if found:
            return earlier[found[0][0] : found[0][1]]
        # “He” is no thing.
        called = "" if named or kinds == ("person",) else _called(earlier)
        if called:
            return called
    return None


def _called(question: str) -> str:
    """What calls the subject of `question`, where no name in it is known: its first nouns, in English its first words
    in capitals; "" if it has none.

    >>> _called("五菱缤果7月份卖了多少台?"), _called("Did VinFast list in the US?"), _called("哪些城市降价?")
    ('五菱缤果', 'VinFast', '')
    """
    if not re.search(r"[一-鿿]", question):
        capitals = [m[0].split() for m in _LATIN_CALLED.finditer(question)]
        named = (" ".join(dropwhile(lambda w: w.lower() in _OPENERS, words)) for words in capitals)
        return next((name for name in named if re.search("[A-Za-z]", name)), "")
    found = ""
    for word, flag in tagged(question):
        if not found and _ASKED.match(word):
            return ""  # what is asked for is not whom it is about
        noun = word.isalnum() and (flag[0] in _NOUNS or flag == "eng" or (found and word.isascii()))
        if found and (not noun or word.isdigit()):
            break
        if noun:
            found += word
        elif flag[0] not in "vrpdutm" or len(word) > 2:
            break
    return found if len(found) > 1 and found not in _GENERIC else ""


def in_context(question: str, earlier: str) -> str:
    """`question`, which names nobody, behind what `earlier` asks about.

    >>> in_context("换来的股权占比是多少?", "大众要给小鹏汽车增资多少?")
    '大众要给小鹏汽车增资,换来的股权占比是多少?'
    >>> in_context("How much did it raise?", "When did VinFast list?")
    'How much did it raise (VinFast)?'
    """
    if re.search(r"[一-鿿]", earlier) and re.search(r"[一-鿿]", question):
        said = _ASKED.sub("", earlier).strip(" ,，。")
        return f"{said},{question}" if said else question
    called = next((earlier[a:b] for a, b, _ in names_in(earlier)), "") or _called(earlier)
    return asked_of(called, question) if called else question


@derived
@lru_cache(maxsize=4)
def _held(store: Store) -> dict[int, dict[tuple[str, ...], list[str]]]:
    """By length: the names that the store's articles hold, by how they sound and by all but one of their characters."""
    table: dict[int, dict[tuple[str, ...], list[str]]] = {}
    for form, entry in by_form().items():
        if entry.kind in NAMES and re.fullmatch(r"[一-鿿]{2,8}", form) and form in store.lexical:
            for key in (sounds(form), *_without_one(form)):
                table.setdefault(len(form), {}).setdefault(key, []).append(form)
    return table


def _without_one(form: str) -> list[tuple[str, ...]]:
    return [(form[:at], form[at + 1 :]) for at in range(len(form))]


def mend_names(question: str, store: Store) -> tuple[str, tuple[tuple[str, str], ...]]:
    """`question` with names that the articles do not hold read as those that they do, and what was read as what.

    A name is read as another that sounds alike, or that differs in one character of four or more.
    """
    mended, changes = question, []
    plain = normalize(question)
    if len(plain) != len(question):
        return question, ()
    edges = _edges(plain)
    at = 0
    while at < len(plain) - 1:
        found = _mended_at(plain, at, store, edges) if at in edges else None
        if found:
            wrong, right = found
            changes.append((question[at : at + len(wrong)], right))
            mended = mended.replace(question[at : at + len(wrong)], right)
            at += len(wrong)
        else:
            at += 1
    for word in re.findall(r"[A-Za-z]{5,}", question):
        name = _mended_latin(word.lower(), store)
        if name:
            changes.append((word, name))
            mended = mended.replace(word, name)
    return mended, tuple(changes)


def _edges(plain: str) -> set[int]:
    """Where words begin and end: a name does not begin within one."""
    return {0, *(end for _, end in word_spans(plain))}


def _mended_at(plain: str, at: int, store: Store, edges: set[int]) -> tuple[str, str] | None:
    for size, names in sorted(_held(store).items(), reverse=True):
        window = plain[at : at + size]
        if (
            at + size not in edges
            or not re.fullmatch(r"[一-鿿]+", window)
            or window in by_form()
            or window in store.lexical
        ):
            continue
        heard = sounds(window)
        alike = dict.fromkeys(form for key in (heard, *_without_one(window)) for form in names.get(key, ()))
        if not alike:
            continue
        if any(
            f in by_form() and by_form()[f].kind in NAMES
            for f in (window[: size - 1], window[1:])
            if len(f) > 2
        ):
            continue
        if any(len(w) == 1 and flag[0] in _FUNCTION for w, flag in tagged(window)):
            continue
        ordinary = all(len(w) > 1 and is_word(w) for w in words(window))
        for form in alike:
            wrong = sum(a != b for a, b in zip(window, form, strict=True))
            close = sounds(form) == heard and (size > 2 or not is_word(window))
            # “中国公司” is made of ordinary words: only what sounds the same is another way to write a name.
            near = (close and wrong <= max(1, size - 1)) or (size >= 4 and wrong == 1 and not ordinary)
            if near and not store.says(window):
                return window, form
    return None


@derived
@lru_cache(maxsize=4)
def _latin_names(store: Store) -> tuple[str, ...]:
    return tuple(
        form
        for form, entry in by_form().items()
        if entry.kind in NAMES and form.isascii() and form.isalpha() and len(form) >= 5
        and any(f.lower() in store.lexical for f in (entry.name, *entry.aliases))
    )  # fmt: skip


def _mended_latin(word: str, store: Store) -> str | None:
    known = word in by_form() or word in store.lexical or store.lexicon.translate(word)
    if known or is_spelled(word):  # it may be anyone's name (Hengshan is not Hongshan)
        return None
    near = [name for name in _latin_names(store) if abs(len(name) - len(word)) <= 1 and _one_edit(word, name)]
    return near[0].capitalize() if len(near) == 1 else None


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter inserted, dropped, exchanged or swapped with its neighbour makes `a` of `b`."""
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            return a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
        return len(wrong) == 1
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
