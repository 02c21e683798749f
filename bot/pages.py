"""Plain pages that need no script: the frame they share, an article with its citations marked, the API's routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from bot.transcript import readings_of
from bot.words import WORDS, Tongue
from index.store import Store
from index.times import glosses
from ingest.records import Article

ASSETS = Path(__file__).parent / "page"
MAX_MARKS = 50
# What the plain pages may load: nothing but their own style. Only this site's pages may frame them.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
PLACES = {"ask": "/", "library": "/library", "timeline": "/timeline", "figures": "/figures"}
Mark = tuple[int, int, int]  # marker, start, end


@cache
def asset(name: str) -> str:
    """The text of a file of the page."""
    return (ASSETS / name).read_text("utf-8")


def top(tongue: Tongue, here: str = "") -> str:
    """The head of every page: where one is and can go."""
    links = "".join(
        f'<a href="{path}"{" aria-current=page" if name == here else ""}>{WORDS[tongue][name]}</a>'
        for name, path in PLACES.items()
    )
    return f'<header class="xw-top"><a class="xw-brand" href="/" lang="zh">芯闻</a><nav aria-label="芯闻">{links}</nav></header>'


def head_of(title: str, tongue: Tongue, here: str = "", bare: bool = False) -> str:
    """A page up to its content, for what is sent as it is made."""
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{escape(title)} · 芯闻</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="/favicon.ico">'
        f'<style>{asset("style.css")}</style></head><body class="xw-page">{"" if bare else top(tongue, here)}<main>'
    )


FOOT = "</main></body></html>"


def page(title: str, body: str, tongue: Tongue, here: str = "", bare: bool = False) -> str:
    """A whole page."""
    return f"{head_of(title, tongue, here, bare)}{body}{FOOT}"


def known_of(article: Article, words: dict[str, str]) -> str:
    """Source, author, date and address of an article, as HTML."""
    published = article.published and (
        article.published + (f" ({article.published_how})" if article.published_how else "")
    )
    known = [escape(x) for x in (article.source, article.author, published or words["unknown_date"]) if x]
    link = article.url or ""
    if link.startswith(("https://", "http://")):
        known.append(f'<a href="{escape(link)}" rel="noreferrer" target="_top">{escape(link)}</a>')
    return " · ".join(known)


def read_marks(text: str) -> list[Mark]:
    """The citations that an address asks to mark, ``1-260-306,2-520-590``; what is not one is left out."""
    found = re.findall(r"(?:^|,)(\d{1,4})-(\d{1,9})-(\d{1,9})(?=,|$)", text)
    return [(int(n), int(a), int(b)) for n, a, b in found[:MAX_MARKS]]


def article_page(
    article: Article,
    store: Store,
    cited: tuple[int, int],
    marks: Sequence[Mark] = (),
    tongue: Tongue = "zh",
    bare: bool = False,
) -> str:
    """The article as HTML, the sentence at `cited` and those of `marks` marked; article text is only ever text."""
    words = WORDS[tongue]
    text = store.source(article.source_id).text
    numbers = {(a, b): n for n, a, b in marks}
    spans = [cited, *(span for span in numbers if span != cited)]
    spans = [(max(article.start, a), min(article.end, b)) for a, b in spans]
    body, at = "", article.start
    for a, b in _disjoint(spans):
        number = f' data-n="{numbers[a, b]}"' if (a, b) in numbers else ""
        name = "cited" if (a, b) == spans[0] else f"c{a}"
        body += f'{escape(text[at:a])}<mark id="{name}"{number}>{escape(text[a:b])}</mark>'
        at = b
    body += escape(text[at : article.end])
    notes = "".join(_beside(article, store, span, numbers.get(span), words) for span in _disjoint(spans))
    return page(
        article.title,
        f'<h1>{escape(article.title)}</h1><p class="xw-known">{known_of(article, words)}</p>'
        f'{f"""<div class="xw-notes">{notes}</div>""" if notes else ""}<div class="xw-text">{body}</div>',
        tongue,
        bare=bare,
    )


def _disjoint(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans that are not empty and do not overlap an earlier one, in the text's order."""
    kept: list[tuple[int, int]] = []
    for a, b in spans:
        if a < b and not any(a < y and x < b for x, y in kept):
            kept.append((a, b))
    return sorted(kept)


def _beside(
    article: Article, store: Store, span: tuple[int, int], number: int | None, words: dict[str, str]
) -> str:
    """What the relative dates and swapped words of a cited sentence mean: beside the text, never in it."""
    said = store.source(article.source_id).text[slice(*span)]
    dates = dict.fromkeys(f"{said[g.start : g.end]} → {g.meant}" for g in glosses(said, article.published))
    read = readings_of(said) if article.id in store.spun else []
    notes = [
        f"<b>{words[name]}</b> {escape('；'.join(found))}"
        for name, found in (("meant", dates), ("read_as", read))
        if found
    ]
    return f"<p>{f'[{number}] ' if number else ''}{' · '.join(notes)}</p>" if notes else ""


def message_page(title: str, tongue: Tongue) -> str:
    """A page that says one thing."""
    return page(title, f"<h1>{escape(title)}</h1>", tongue)


def docs_page(schema: dict[str, Any], tongue: Tongue) -> str:
    """The API's routes as HTML, from its OpenAPI `schema`."""
    rows = "".join(
        f"<li><code>{escape(method.upper())} {escape(path)}</code> {escape(str(what.get('description', '')))}</li>"
        for path, methods in schema["paths"].items()
        for method, what in methods.items()
    )
    body = f'<h1>API</h1><ul>{rows}</ul><p><a href="/openapi.json">openapi.json</a></p>'
    return page("API", body, tongue)
