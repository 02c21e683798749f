"""Answers as HTML for the chat page. Whatever articles and askers say is text here, never HTML or markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

from bot.conversations import Turn
from bot.phrases import NEAREST
from bot.records import Answer, Citation
from bot.words import WORDS, Tongue
from index.store import Store
from index.swaps import find_swaps, ordinary
from index.terms import normalize

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+\-.!|~$<>:@/]")
Readings = Callable[[Citation], Sequence[str]]


def as_text(text: str) -> str:
    """`text` as HTML that shows it as it is: neither HTML nor markdown in it is read.

    >>> as_text("<b>*x*")
    '&lt;b&gt;&#42;x&#42;'
    """
    special = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    plain = re.sub(r"[&<>\"']|" + _MARKDOWN.pattern, lambda m: special.get(m[0], f"&#{ord(m[0])};"), text)
    return re.sub(r"[\r\n]+", "<br>", plain)


def no_readings(_: Citation) -> Sequence[str]:
    """How swapped words are read where no store is open to tell: not at all."""
    return ()


def render_turn(turn: Turn, tongue: Tongue, readings: Readings, suggestions: Sequence[str] = ()) -> str:
    """A question and its answer, with what can be done with it and what to ask next."""
    answer = turn.answer
    tools = _tools(answer, WORDS[tongue])
    copied = escape(as_markdown(turn.question, answer))
    return (
        f'<section class="xw-turn" data-trace="{escape(answer.trace_id)}" data-copy="{copied}">{_asked(turn.question)}'
        f"{render_answer(answer, tongue, readings)}{tools}{_next(answer, tongue, suggestions)}</section>"
    )


def render_making(question: str, said: str, citations: Sequence[Citation], tongue: Tongue) -> str:
    """A turn whose answer is still being made: what it says so far."""
    words = WORDS[tongue]
    shown = (
        f'<p class="xw-said">{_linked(said, citations, words)}</p>'
        if said
        else f'<p class="xw-known">{words["thinking"]}</p>'
    )
    return f'<section class="xw-turn xw-making" aria-busy="true">{_asked(question)}{shown}</section>'


def _asked(question: str) -> str:
    return f'<h2 class="xw-question">{as_text(question)}</h2>'


def render_answer(answer: Answer, tongue: Tongue = "zh", readings: Readings = no_readings) -> str:
    """An answer and its citations as one block of HTML; markers link to the cited sentence."""
    words = WORDS[tongue]
    said = _without_quotes(answer)
    cards = {c.marker: _card(c, answer.citations, words, readings(c), said) for c in answer.citations}
    shown = f'<p class="xw-said">{_linked(said, answer.citations, words)}</p>'
    state = "xw-answer"
    if answer.refused:
        state = "xw-refused"
        why = words.get(answer.reason or "", "")
        nearest = f'<p class="xw-known">{words["nearest"]}</p>' if cards else ""
        shown = f'<p class="xw-badge">{words["refused"]} · {why}</p>{shown}{nearest}'
    for conflict in answer.conflicts:
        sides = "".join(
            f'<div class="xw-side"><p><strong>{as_text(s.text)}</strong></p>{cards.pop(s.marker, "")}</div>'
            for s in conflict.statements
        )
        shown += f'<p class="xw-badge">{words["conflict"]}</p><div class="xw-sides">{sides}</div>'
    notes = "".join(f'<p class="xw-known">{as_text(note)}</p>' for note in answer.notes)
    if answer.dropped:
        left_out = "".join(f"<li>{as_text(d.text)} ({as_text(d.why)})</li>" for d in answer.dropped)
        notes += f"<details><summary>{words['dropped']}</summary><ul>{left_out}</ul></details>"
    return f'<div class="{state}">{shown}<div class="xw-cites">{"".join(cards.values())}</div>{notes}</div>'


def _without_quotes(answer: Answer) -> str:
    """What `answer` says without the sentence that its card quotes right below."""
    said = answer.answer
    if answer.refused:
        for nearest in NEAREST.values():
            head, cut, tail = said.partition(nearest.strip())
            said = head.rstrip() + "".join(re.findall(r"\n[（(].*", tail) if cut else [])
    if len(answer.citations) == 1:
        said = re.sub(r"\n“[^\n]*”", "", said)
    return said


def _linked(said: str, citations: Sequence[Citation], words: dict[str, str]) -> str:
    found = {c.marker: c for c in citations}

    def link(match: re.Match[str]) -> str:
        c = found.get(int(match[1]))
        name = f"{words['cited']} {match[1]}"
        return (
            f'<a class="xw-mark" aria-label="{name}" href="{read_link(c, citations)}">&#91;{match[1]}&#93;</a>'
            if c
            else match[0]
        )

    return re.sub(r"&#91;(\d+)&#93;", link, as_text(said))


def _card(
    c: Citation, citations: Sequence[Citation], words: dict[str, str], read_as: Sequence[str], said: str
) -> str:
    known = " · ".join(as_text(x) for x in (c.source, c.author, c.published) if x)
    quote = "" if " ".join(c.quote.split()) in said else f"<q>{as_text(c.quote)}</q>"
    beside = "".join(
        f'<p class="xw-beside"><b>{words[name]}</b> {"；".join(map(as_text, notes))}</p>'
        for name, notes in (("meant", c.glosses), ("read_as", read_as))
        if notes
    )
    return (
        f'<div class="xw-cite"><a class="xw-title" href="{read_link(c, citations)}">&#91;{c.marker}&#93; {as_text(c.title)}</a>'
        f'<p class="xw-known">{known}</p>{quote}{beside}</div>'
    )


def read_link(c: Citation, citations: Sequence[Citation]) -> str:
    """The address of the article at `c`, with all `citations` in that article marked."""
    marks = ",".join(f"{o.marker}-{o.start}-{o.end}" for o in citations if o.article_id == c.article_id)
    return escape(f"/read/{c.source_id}/{c.start}/{c.end}?marks={marks}#cited")


def readings_of(quote: str) -> list[str]:
    """How the swapped words of `quote`, from a spun article, are read.

    >>> readings_of("核算机系的开创人")
    ['核算机系 → 计算机系', '开创人 → 创始人']
    """
    plain = normalize(quote)
    read = ordinary(plain)[0]
    out, at, end = [], 0, 0
    for start, swap in find_swaps(plain):
        at += start - end
        options = [swap.written, *(reading for reading, _ in swap.readings)]
        taken = max((o for o in options if read.startswith(o, at)), key=len, default=swap.written)
        # What ordinary news writes too needs no word beside it.
        if taken != swap.written and swap.telling:
            out.append(f"{swap.written} → {taken}")
        at += len(taken)
        end = start + len(swap.written)
    return list(dict.fromkeys(out))


def readings_in(store: Store) -> Readings:
    """How the swapped words of a citation are read, for the articles of `store` that went through a swapper."""
    return lambda c: readings_of(c.quote)[:8] if c.article_id in store.spun else ()


def _tools(answer: Answer, words: dict[str, str]) -> str:
    mode = as_text(answer.mode)
    if answer.mode == "quote":
        mode = f"<details><summary>{words['quote_mode']}</summary>{words['limits']}</details>"
    # The page's script acts on these by their `data-do`.
    return (
        f'<div class="xw-tools"><button type="button" data-do="copy">{words["copy"]}</button>'
        f'<button type="button" data-do="share">{words["share"]}</button>'
        f'<button type="button" data-do="up" aria-pressed="false">{words["good"]}</button>'
        f'<button type="button" data-do="down" aria-pressed="false">{words["bad"]}</button>'
        f'<div class="xw-mode">{mode}</div><span class="xw-told" role="status"></span>'
        f'<div class="xw-comment" hidden><label>{words["why"]} <input type="text" maxlength="1000"></label>'
        f'<button type="button" data-do="comment">{words["say"]}</button></div></div>'
    )


def _next(answer: Answer, tongue: Tongue, suggestions: Sequence[str]) -> str:
    words = WORDS[tongue]
    return (
        offered(words["instead" if answer.refused else "next"], suggestions, "xw-next") if suggestions else ""
    )


def offered(head: str, questions: Sequence[str], style: str) -> str:
    """Questions as buttons that ask them."""
    buttons = "".join(
        f'<li><button type="button" data-do="ask" data-question="{escape(q)}">{as_text(q)}</button></li>'
        for q in questions
    )
    return f'<div class="{style}"><p class="xw-known">{head}</p><ul>{buttons}</ul></div>'


def as_markdown(question: str, answer: Answer) -> str:
    """The question, the answer and its citations to paste elsewhere."""
    lines = [f"**{_plain(question)}**", "", _plain(answer.answer)]
    for c in answer.citations:
        known = " · ".join(_plain(x) for x in (c.title, c.source, c.author, c.published) if x)
        lines += ["", f"[{c.marker}] “{_plain(c.quote)}” — {known} ({_plain(c.file)} [{c.start}:{c.end}])"]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_<>#|])", r"\\\1", text)
