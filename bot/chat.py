"""The chat page, in Gradio. It only renders answers; the browser's part is in ``page/chat.js``.

Importing this module loads Gradio, so only what serves the page does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr

from bot.ask import MAX_QUESTION
from bot.conversations import Conversations, Turn, answer_of, new_id
from bot.library import Library
from bot.pages import ASSETS, asset, top
from bot.records import Citation
from bot.stream import stream
from bot.suggest import Suggestions
from bot.transcript import as_text, no_readings, offered, readings_in, render_making, render_turn
from bot.words import WORDS, Tongue, tongue
from index.store import StoreError

HISTORY = 20
DRAW_S = 0.1  # at least, between two states of an answer that comes bit by bit
AT_ONCE = 16  # questions that are answered side by side
_FONTS = ["system-ui", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"]


def chat_page(library: Library, suggestions: Suggestions) -> Any:
    """The page as Gradio blocks. Its outputs: greeting, the turns so far, the turn being made."""
    saved = Conversations(library.folder)

    def turns(id_: str | None, language: Tongue) -> str:
        """A saved conversation as HTML, with what to ask next below its last turn."""
        found = saved.turns(id_)
        try:
            readings = readings_in(library.store())
        except StoreError:
            readings = no_readings
        before = [turn.question for turn in found]
        shown = [
            render_turn(
                turn,
                language,
                readings,
                suggestions.after(turn.question, before, language) if turn is found[-1] else (),
            )
            for turn in found
        ]
        return f'<div data-conversation="{escape(id_ or "")}">{"".join(shown)}</div>' if found else ""

    def load(mine: str | None, request: gr.Request) -> dict[Any, Any]:
        language = tongue(request.headers.get("accept-language"))
        words = WORDS[language]
        id_ = request.query_params.get("c") or mine
        talk = turns(id_, language)
        return {
            greeting: _greeting(library, suggestions, language, bool(talk)),
            past: talk,
            shown: id_ if talk else None,
            box: gr.update(placeholder=words["placeholder"], label=words["question"]),
            send: gr.update(value=words["send"]),
            stop: gr.update(value=words["stop"]),
            fresh: gr.update(value=words["new"], visible=bool(talk)),
            soon: gr.Timer(active=not talk and not suggestions.ready(language)),
        }

    def more(shown_id: str | None, request: gr.Request) -> dict[Any, Any]:
        """The greeting again, with the examples that were tried out meanwhile."""
        language = tongue(request.headers.get("accept-language"))
        waits = gr.Timer(active=not shown_id and not suggestions.ready(language))
        head = {} if shown_id else {greeting: _greeting(library, suggestions, language, False)}
        return {soon: waits, **head}

    def reply(
        question: str, mine_id: str | None, shown_id: str | None, request: gr.Request
    ) -> Iterator[dict[Any, Any]]:
        """The question at once, its answer as it comes, and then the conversation with both in it."""
        language = tongue(request.headers.get("accept-language"))
        question = question.strip()
        if len(question) > MAX_QUESTION:
            yield {now: _told(WORDS[language]["too_long"].format(most=MAX_QUESTION, is_now=len(question)))}
        if not 0 < len(question) <= MAX_QUESTION:
            return
        yield {box: "", now: render_making(question, "", (), language)}
        try:
            store = library.store()
        except StoreError as error:
            yield {now: _told(str(error))}
            return
        said, citations, drawn = "", [], time.monotonic()
        before = [turn.question for turn in saved.turns(shown_id or mine_id)][-HISTORY:]
        for kind, data in stream(question, store, before, generator=library.generator):
            if kind == "citation":
                citations.append(Citation(**data))
            elif kind == "delta":
                said += data["text"]
                if time.monotonic() - drawn > DRAW_S:
                    drawn = time.monotonic()
                    yield {now: render_making(question, said, citations, language)}
            elif kind == "error":
                yield {now: _told(data["detail"])}
            elif kind == "done":
                # Whoever asks on in a conversation that was shared with them goes on in a copy of it.
                id_ = saved.copy(shown_id) if shown_id and shown_id != mine_id else mine_id
                id_ = saved.add(id_, Turn(question, answer_of(data), store.generation))
                head = _greeting(library, suggestions, language, True)
                told = {greeting: head, past: turns(id_, language), now: "", mine: id_, shown: id_}
                yield {**told, fresh: gr.update(visible=True)}

    def new(request: gr.Request) -> dict[Any, Any]:
        # The browser forgets a conversation only for another one: Gradio does not store an empty value.
        head = _greeting(library, suggestions, tongue(request.headers.get("accept-language")), False)
        return {
            greeting: head,
            past: "",
            now: "",
            mine: new_id(),
            shown: None,
            fresh: gr.update(visible=False),
        }

    with gr.Blocks(title="芯闻 Xinwen", analytics_enabled=False) as page:
        plain: dict[str, Any] = {"apply_default_css": False}
        greeting = gr.HTML(elem_id="greeting", **plain)
        fresh = gr.Button("新对话", size="sm", visible=False, elem_id="new")
        past = gr.HTML(elem_id="chat", **plain)
        now = gr.HTML(elem_id="now", **plain)
        mine = gr.BrowserState("", storage_key="xinwen-conversation", secret="not a secret")
        shown = gr.State(None)
        soon = gr.Timer(1.0, active=False)
        with gr.Row(elem_id="compose"):
            box = gr.Textbox(
                show_label=False, container=False, scale=8, max_lines=6, elem_id="question", autofocus=True
            )
            send = gr.Button("提问", variant="primary", scale=0, min_width=88, elem_id="send")
            stop = gr.Button("停止", scale=0, min_width=88, elem_id="stop")
        private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking = gr.on(
            [box.submit, send.click],
            reply,
            [box, mine, shown],
            [box, greeting, past, now, mine, shown, fresh],
            trigger_mode="once",
            concurrency_limit=AT_ONCE,
            **private,
        )
        stop.click(None, cancels=asking, **private)
        fresh.click(new, None, [greeting, past, now, mine, shown, fresh], cancels=asking, **private)
        page.load(load, mine, [greeting, past, shown, box, send, stop, fresh, soon], **private)
        soon.tick(more, shown, [greeting, soon], concurrency_limit=AT_ONCE, **private)
    return page


def _told(text: str) -> str:
    return f'<section class="xw-turn"><p class="xw-refused">{as_text(text)}</p></section>'


def _greeting(library: Library, suggestions: Suggestions, language: Tongue, talking: bool) -> str:
    """The head of the page, and while nothing was asked yet what this is and what can be asked."""
    words = WORDS[language]
    names = ("reader", "close", "copied", "thanks", "failed", "stopped")
    data = " ".join(f'data-{name}="{escape(words[name])}"' for name in names)
    head = f'<div id="xw-words" data-language="{language}" {data} hidden></div>{top(language, "ask")}'
    if talking:
        return head
    try:
        holds = words["holds"].format(**library.store().manifest["counts"])
    except StoreError as error:
        holds = str(error)
    limits = as_text(library.generator.name) if library.generator else words["limits"]
    examples = suggestions.examples(language)
    return (
        f'{head}<div class="xw-hello"><h1>{words["hello"]}</h1><p>{words["promise"]}</p>'
        f'<p class="xw-known">{as_text(holds)}</p><p class="xw-known">{limits}</p>'
        f"{offered(words['try'], examples, 'xw-try') if examples else ''}</div>"
    )


def mount(app: Any, library: Library) -> Any:
    """`app` with the chat at ``/``; nothing on the page comes from another host."""
    suggestions = Suggestions(library)
    suggestions.prepare()
    return gr.mount_gradio_app(
        app,
        chat_page(library, suggestions),
        path="/",
        ssr_mode=False,
        footer_links=[],
        favicon_path=ASSETS / "icon.svg",
        theme=gr.themes.Default(font=_FONTS, font_mono=["ui-monospace", "monospace"]),
        # In the head, because Gradio takes the media queries out of the style that it is given.
        head=f"<style>{asset('style.css')}</style><script>{asset('chat.js')}</script>",
        show_error=True,
    )
