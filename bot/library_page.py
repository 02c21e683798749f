"""The library as plain pages: all articles, a search, files added with progress and a report, sources removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from urllib.parse import urlencode

import numpy as np

from bot.pages import FOOT, head_of, known_of, page
from bot.question import language_of
from bot.uploads import MAX_UPLOAD_BYTES, Step
from bot.words import WORDS, Tongue
from index.build import Report
from index.search import search
from index.store import Store, StoreError
from index.terms import normalize
from ingest.read import SUFFIXES
from ingest.records import Article

A_PAGE = 50
MOST_SHOWN = 50  # skipped files in a report
MOST_HITS = 100


def library_page(
    store: Store | None, tongue: Tongue, query: str = "", number: int = 1, note: str = ""
) -> str:
    """The articles that `query` finds, all without one; `number` counts pages from 1, `note` says what was just done."""
    words = WORDS[tongue]
    found = _found(store, query) if store else []
    shown = found[A_PAGE * (number - 1) : A_PAGE * number]
    passages: Sequence[int] = np.bincount(store.passages["article"]).tolist() if store else []
    at = {article.id: n for n, article in enumerate(store.articles)} if store else {}
    files = {row["id"]: str(row["file"]) for row in store.source_rows} if store else {}
    rows = "".join(_row(a, files[a.source_id], passages[at[a.id]], words) for a in shown)
    heads = "".join(f'<th scope="col">{words[name]}</th>' for name in ("title", "source", "date"))
    table = (
        f'<table class="xw-table"><thead><tr>{heads}<th scope="col" class="xw-number">{words["count"]}</th>'
        f"<th scope='col'>{words['file']}</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else f"<p>{words['none_found']}</p>"
    )
    count = words["found"].format(count=len(found), sources=len({a.source_id for a in found}))
    return page(
        words["library"],
        f'<h1>{words["library"]}</h1>{f"""<p class="xw-report" role="status">{escape(note)}</p>""" if note else ""}'
        f"{_add_form(words)}{search_form('/library', words['search_library'], query, words)}"
        f'<p class="xw-known">{count}</p>{table}{_pager(query, number, len(found), words)}',
        tongue,
        "library",
    )


def _found(store: Store, query: str) -> list[Article]:
    """The articles that say `query` in what is known of them or in their text; without any, the closest ones."""
    plain = normalize(query.strip())
    if not plain:
        return list(store.articles)
    files = {row["id"]: str(row["file"]) for row in store.source_rows}

    def says(article: Article) -> bool:
        known = (article.title, article.source, article.author, article.published, files[article.source_id])
        return any(plain in normalize(part) for part in known if part)

    known = list(filter(says, store.articles))
    hits = [hit.passage for hit in search(store, query, MOST_HITS, language_of(query), leg="bm25")]
    told = [p for p in hits if plain in normalize(store.text(p))]
    close = told if known or told else hits[:A_PAGE]
    return list({a.id: a for a in (*known, *(store.article(p.article_id) for p in close))}.values())


def _row(article: Article, file: str, passages: int, words: dict[str, str]) -> str:
    sure = words["remove_sure"].format(file=file)
    remove = (
        f'<details><summary>{words["remove"]}</summary><form method="post" action="/library/remove">'
        f'<input type="hidden" name="source_id" value="{escape(article.source_id)}">'
        f"<button>{escape(sure)}</button></form></details>"
    )
    return (
        f'<tr><td><a href="/library/{escape(article.id)}">{escape(article.title)}</a></td>'
        f"<td>{escape(article.source or '')}</td><td>{escape(article.published or words['unknown_date'])}</td>"
        f'<td class="xw-number" data-unit=" {words["passages"]}">{passages}</td>'
        f'<td class="xw-known">{escape(file)}{remove}</td></tr>'
    )


def _add_form(words: dict[str, str]) -> str:
    kinds = words["kinds"].format(kinds=" ".join(SUFFIXES), most=MAX_UPLOAD_BYTES >> 20)
    # The field is its own target to drop files on, so that this needs no script.
    return (
        f'<form method="post" action="/library/add" enctype="multipart/form-data"><label for="files">'
        f'<strong>{words["add"]}</strong> · {words["drop"]}</label><input type="file" id="files" name="files" class="xw-drop" '
        f'multiple required accept="{",".join(SUFFIXES)},.gz"><p class="xw-known">{kinds}</p>'
        f'<p class="xw-row"><button class="xw-main">{words["upload"]}</button></p></form>'
    )


def search_form(action: str, label: str, query: str, words: dict[str, str]) -> str:
    """A field and a button to look something up."""
    return (
        f'<form method="get" action="{action}" class="xw-row" role="search"><input type="search" name="q" '
        f'aria-label="{label}" placeholder="{label}" value="{escape(query)}"><button>{words["search"]}</button></form>'
    )


def _pager(query: str, number: int, found: int, words: dict[str, str]) -> str:
    def link(to: int, name: str) -> str:
        return f'<a href="/library?{escape(urlencode({"q": query, "page": to}))}">{words[name]}</a>'

    links = [link(number - 1, "less")] if number > 1 else []
    links += [link(number + 1, "more")] if found > A_PAGE * number else []
    return f'<p class="xw-row">{" ".join(links)}</p>' if links else ""


def added_page(steps: Iterable[Step | Report], tongue: Tongue) -> Iterator[str]:
    """The page of an upload, part by part as the work goes on; its last part is the report."""
    words = WORDS[tongue]
    yield (
        head_of(words["add"], tongue, "library")
        + f'<h1>{words["add"]}</h1><div class="xw-steps" role="status">'
    )
    try:
        for step in steps:
            if isinstance(step, Report):
                yield f"</div>{_report(step, words)}"
            else:
                name, what = step
                said = words[name].format(file=what, count=what)
                yield f'<p class="xw-step">{escape(said)}</p>'
    except (StoreError, OSError) as error:
        said = f"{words['nothing_added']} {error}"
        yield f'</div><div class="xw-report" role="alert"><p>{escape(said)}</p></div>'
    yield f'<p class="xw-row"><a href="/library">{words["library"]}</a> <a href="/">{words["ask"]}</a></p>{FOOT}'


def _report(report: Report, words: dict[str, str]) -> str:
    counts = {"sources": report.sources, "articles": report.articles, "passages": report.passages}
    said = words["added"].format(**counts) if report.sources else words["nothing_added"]
    skipped = ""
    if report.skipped:
        named = "".join(f"<li>{escape(s.file)}: {escape(s.why)}</li>" for s in report.skipped[:MOST_SHOWN])
        skipped = f"<p>{words['skipped'].format(count=len(report.skipped))}</p><ul>{named}</ul>"
    return f'<div class="xw-report" role="status"><p>{said}</p>{skipped}</div>'


def passages_page(article: Article, store: Store, tongue: Tongue) -> str:
    """An article with its text, passage by passage as it is searched."""
    words = WORDS[tongue]
    number = next(n for n, a in enumerate(store.articles) if a.id == article.id)
    text = store.source(article.source_id).text
    spans = [(int(p["start"]), int(p["end"])) for p in store.passages[store.passages["article"] == number]]
    shown = "".join(_passage(n, text, span, article, words) for n, span in enumerate(spans, 1))
    return page(
        article.title,
        f'<h1>{escape(article.title)}</h1><p class="xw-known">{known_of(article, words)}</p>{shown}',
        tongue,
        "library",
    )


def _passage(n: int, text: str, span: Sequence[int], article: Article, words: dict[str, str]) -> str:
    start, end = span
    link = f"/read/{escape(article.source_id)}/{start}/{end}#cited"
    return (
        f'<section class="xw-passage"><p class="xw-known"><a href="{link}">{words["passage"].format(n=n)}</a> '
        f'[{start}:{end}]</p><div class="xw-text">{escape(text[start:end])}</div></section>'
    )
