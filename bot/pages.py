"""Plain pages that need no script: an article with its cited sentence marked, and the API's description."""

from __future__ import annotations

from html import escape
from typing import Any

from ingest.records import Article

_STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:16px/1.8 system-ui,'Noto Sans CJK SC','PingFang SC',"
    "'Microsoft YaHei',sans-serif;color:#1f2937;background:#fff}h1{font-size:1.4rem;line-height:1.4}"
    ".known{color:#4b5563;font-size:.9rem}pre{white-space:pre-wrap;font:inherit;overflow-wrap:anywhere}"
    "mark{background:#fde68a;padding:.1em 0}code{background:#f3f4f6;padding:.1em .3em}"
    "@media(prefers-color-scheme:dark){body{color:#e5e7eb;background:#111827}.known{color:#9ca3af}"
    "mark{background:#a16207;color:#fff}code{background:#1f2937}}"
)


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )


def article_page(article: Article, text: str, start: int, end: int) -> str:
    """The article as HTML, ``text[start:end]`` marked if it lies in it; article text is only ever text."""
    start, end = max(article.start, start), min(article.end, end)
    known = [escape(x) for x in (article.source, article.author, article.published) if x]
    if article.published and article.published_how:
        known[-1] += f" ({escape(article.published_how)})"
    link = article.url or ""
    if link.startswith(("https://", "http://")):
        known.append(f'<a href="{escape(link)}" rel="noreferrer">{escape(link)}</a>')
    if start < end:
        inner = (
            f'{escape(text[article.start : start])}<mark id="cited">{escape(text[start:end])}</mark>'
            f"{escape(text[end : article.end])}"
        )
    else:
        inner = escape(text[article.start : article.end])
    return _page(
        article.title,
        f'<h1>{escape(article.title)}</h1><p class="known">{" · ".join(known)}</p><pre>{inner}</pre>',
    )


def docs_page(schema: dict[str, Any]) -> str:
    """The API's routes as HTML, from its OpenAPI `schema`."""
    rows = "".join(
        f"<li><code>{escape(method.upper())} {escape(path)}</code> {escape(str(what.get('description', '')))}</li>"
        for path, methods in schema["paths"].items()
        for method, what in methods.items()
    )
    return _page(
        "芯闻 API", f'<h1>芯闻 API</h1><ul>{rows}</ul><p><a href="/openapi.json">openapi.json</a></p>'
    )
