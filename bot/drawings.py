"""The time line and the figures as plain pages; each event and each bar links to its sentence."""

from __future__ import annotations

from html import escape
from itertools import groupby

from bot.comparable import Figure, Group, comparable
from bot.library_page import search_form
from bot.pages import page
from bot.records import Span
from bot.timeline import ARTICLES, Event, events
from bot.words import WORDS, Tongue
from index.store import Store


def timeline_page(store: Store, tongue: Tongue, name: str = "") -> str:
    """The dated events, by year; only those that mention `name` where one is given."""
    words = WORDS[tongue]
    found = events(store, name)
    years = "".join(
        f'<h2 class="xw-year">{year}</h2><ol class="xw-line">{"".join(_event(e, store) for e in of_year)}</ol>'
        for year, of_year in groupby(found, key=lambda e: e.date[0])
    )
    count = words["events"].format(count=len(found)) if found else words["no_events"]
    if not name.strip() and len(store.articles) > ARTICLES:
        count += " " + words["first_only"].format(count=ARTICLES)
    form = search_form("/timeline", words["about"], name, words)
    body = f'<h1>{words["timeline"]}</h1>{form}<p class="xw-known">{count}</p>{years}'
    return page(words["timeline"], body, tongue, "timeline")


def _event(event: Event, store: Store) -> str:
    said = store.source(event.span.source_id).text[event.span.start : event.span.end]
    when = "-".join(f"{part:02d}" for part in event.date if part)
    # How the sentence says it, where that is not the date itself: 本年7月.
    meant = "" if str(event.date[0]) in event.said else f" ({escape(event.said)})"
    known = " · ".join(escape(x) for x in (event.article.source, event.article.title[:40]) if x)
    return (
        f'<li><b>{when}</b><a class="xw-event" href="{_link(event.span)}">{escape(said)}</a>'
        f'<p class="xw-known">{known}{meant}</p></li>'
    )


def figures_page(store: Store, tongue: Tongue) -> str:
    """The figures that can be compared, as bars; nothing is drawn where there is nothing to compare."""
    words = WORDS[tongue]
    groups = comparable(store)
    said = words["figures_hello" if groups else "no_figures"]
    if len(store.articles) > ARTICLES:
        said += " " + words["first_only"].format(count=ARTICLES)
    body = f'<h1>{words["figures"]}</h1><p class="xw-known">{said}</p>{"".join(_bars(g) for g in groups)}'
    return page(words["figures"], body, tongue, "figures")


def _bars(group: Group) -> str:
    most = max(f.value.parts[0] for f in group.figures) or 1.0
    rows = "".join(_bar(f, 100 * f.value.parts[0] / most) for f in group.figures)
    return f'<table class="xw-bars"><caption>{escape(group.measure)}</caption><tbody>{rows}</tbody></table>'


def _bar(figure: Figure, percent: float) -> str:
    # The number stands beside the bar, so the drawing itself says nothing more to a screen reader.
    bar = f'<svg aria-hidden="true"><rect width="{percent:.1f}%" height="100%" rx="3"/></svg>'
    return (
        f'<tr><th scope="row">{escape(figure.name)}</th><td><a href="{_link(figure.span)}">{bar}'
        f"<span>{escape(figure.said)}</span></a></td></tr>"
    )


def _link(span: Span) -> str:
    return escape(f"/read/{span.source_id}/{span.start}/{span.end}#cited")
