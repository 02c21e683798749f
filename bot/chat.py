"""The chat page, in Gradio. It only renders an `Answer`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from bot.ask import MAX_QUESTION
from bot.library import Library
from bot.records import Answer, Citation
from bot.stream import stream
from index.store import StoreError

EXAMPLES = [
    "哪些公司被列入了实体清单?",
    "燧原科技是什么时候成立的?",
    "H20的显存带宽是多少?",
    "国内企业不爱用国产芯片的原因是什么?",
    "Which companies are on the entity list?",
    "寒武纪的创始人是谁?",
]
_FONTS = ["system-ui", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"]
CSS = """
.xw-refused{border-left:4px solid #d97706;padding-left:.75rem}
.xw-refused::before{content:"未回答 · no answer";display:block;font-size:.8em;color:#b45309}
.xw-cite{margin:.5rem 0 0;padding:.5rem .75rem;border-left:3px solid #2563eb;font-size:.92em}
.xw-cite .known{opacity:.8;font-size:.92em}.xw-cite q{display:block;quotes:"“" "”"}
"""
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+\-.!|~$<>:@/]")


def as_text(text: str) -> str:
    """`text` as HTML that shows it as it is: neither HTML nor markdown in it is read.

    >>> as_text("<b>*x*")
    '&lt;b&gt;&#42;x&#42;'
    """
    special = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    plain = re.sub(r"[&<>\"']|" + _MARKDOWN.pattern, lambda m: special.get(m[0], f"&#{ord(m[0])};"), text)
    return re.sub(r"[\r\n]+", "<br>", plain)


def render_answer(answer: Answer) -> str:
    """An answer and its citations as one block of HTML; markers link to the cited sentence."""
    links = {c.marker: _link(c) for c in answer.citations}
    shown = as_text(answer.answer)
    shown = re.sub(
        r"&#91;(\d+)&#93;",
        lambda m: (
            f'<a href="{links[int(m[1])]}" target="_blank">&#91;{m[1]}&#93;</a>'
            if int(m[1]) in links
            else m[0]
        ),
        shown,
    )
    state = "xw-refused" if answer.refused else "xw-answer"
    notes = "".join(f'<div class="xw-note">{as_text(note)}</div>' for note in answer.notes)
    return f'<div class="{state}">{shown}{notes}{"".join(map(_citation, answer.citations))}</div>'


def rendered(events: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """What to show of an answer while its events come, and last the whole of it."""
    text = ""
    for kind, data in events:
        if kind == "delta" and data["text"]:
            text += data["text"]
            yield f'<div class="xw-writing">{as_text(text)}</div>'
        elif kind == "done":
            yield render_answer(
                Answer(**data | {"citations": tuple(Citation(**c) for c in data["citations"])})
            )
        elif kind == "error":
            yield f'<div class="xw-refused">{as_text(data["detail"])}</div>'


def _citation(c: Citation) -> str:
    known = " · ".join(as_text(x) for x in (c.source, c.author, c.published) if x)
    meant = f'<div class="known">{as_text("; ".join(c.glosses))}</div>' if c.glosses else ""
    return (
        f'<div class="xw-cite"><a href="{_link(c)}" target="_blank">&#91;{c.marker}&#93; {as_text(c.title)}</a>'
        f'<div class="known">{known}</div><q>{as_text(c.quote)}</q>{meant}</div>'
    )


def _link(c: Citation) -> str:
    return escape(f"/read/{c.source_id}/{c.start}/{c.end}#cited")


def chat_page(library: Library) -> Any:
    """The page as Gradio blocks."""
    import gradio as gr

    def reply(question: str, shown: list[dict[str, Any]], asked: list[str]) -> Iterator[tuple[str, Any, Any]]:
        question = question.strip()
        if not question:
            yield "", shown, asked
            return
        mine = {"role": "user", "content": f"<div>{as_text(question)}</div>"}
        for text in texts(question, asked):
            yield "", [*shown, mine, {"role": "assistant", "content": text}], [*asked, question]

    def texts(question: str, asked: list[str]) -> Iterator[str]:
        if len(question) > MAX_QUESTION:
            yield as_text(f"问题最多 {MAX_QUESTION} 个字符，这个有 {len(question)} 个。")
            return
        try:
            store = library.store()
        except StoreError as error:
            yield f'<div class="xw-refused">{as_text(str(error))}</div>'
            return
        yield from rendered(stream(question, store, asked[-20:], generator=library.generator))

    with gr.Blocks(title="芯闻 Xinwen", analytics_enabled=False, fill_height=True) as page:
        gr.Markdown(
            "# 芯闻\n问这些文章里写了什么；每个回答都引出原句，点编号就能在原文里核对。Ask in Chinese or English."
        )
        chatbot = gr.Chatbot(
            label="芯闻",
            height="60vh",
            latex_delimiters=[],
            buttons=["copy"],
            feedback_options=None,
            elem_id="chat",
        )
        asked = gr.State([])
        with gr.Row():
            box = gr.Textbox(
                placeholder="例如：哪些公司被列入了实体清单?",
                show_label=False,
                scale=8,
                elem_id="question",
                max_length=MAX_QUESTION,
            )
            send = gr.Button("提问 Ask", variant="primary", scale=1, elem_id="send")
        gr.Examples(EXAMPLES, box, label="例子 Examples")
        for event in (box.submit, send.click):
            event(
                reply,
                [box, chatbot, asked],
                [box, chatbot, asked],
                show_progress="hidden",
                api_visibility="private",
            )
        chatbot.clear(list, None, asked, api_visibility="private")
    return page


def mount(app: Any, library: Library) -> Any:
    """`app` with the chat at ``/``; nothing on the page comes from another host."""
    import gradio as gr

    theme = gr.themes.Default(font=_FONTS, font_mono=["ui-monospace", "monospace"])
    return gr.mount_gradio_app(
        app,
        chat_page(library),
        path="/",
        ssr_mode=False,
        footer_links=[],
        theme=theme,
        css=CSS,
        show_error=True,
    )
