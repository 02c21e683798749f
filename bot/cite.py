"""Claims to an answer whose markers and citations always match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.english import in_english
from bot.phrases import LIST_MARK, NOT_SURE
from bot.records import Citation, Claim, Finding, Span
from index.store import Store
from index.times import glosses

MAX_SHORT = 24  # characters of a claim that is not a sentence


def cite(claims: tuple[Claim, ...], store: Store) -> tuple[list[Citation], dict[Span, int]]:
    """A citation for each span that `claims` rest on, in their order, and each span's marker."""
    markers: dict[Span, int] = {}
    citations = []
    for claim in claims:
        if claim.span not in markers:
            markers[claim.span] = len(markers) + 1
            citations.append(_citation(claim, markers[claim.span], store))
    return citations, markers


def _citation(claim: Claim, marker: int, store: Store) -> Citation:
    span = claim.span
    source = store.source(span.source_id)
    article = next(
        a for a in store.articles_of(span.source_id) if a.start <= span.start and span.end <= a.end
    )
    return Citation(
        marker=marker,
        quote=source.text[span.start : span.end],
        source_id=source.id,
        file=source.file,
        sha256=source.sha256,
        start=span.start,
        end=span.end,
        article_id=article.id,
        title=article.title,
        source=article.source,
        author=article.author,
        published=article.published,
        published_how=article.published_how,
        url=article.url,
        score=round(claim.score, 4),
        glosses=tuple(
            dict.fromkeys(
                f"{source.text[span.start + g.start : span.start + g.end]} → {g.meant}"
                for g in glosses(source.text[span.start : span.end], article.published)
            )
        ),
    )


def render(
    finding: Finding, markers: Mapping[Span, int], citations: Sequence[Citation], language: str
) -> str:
    """The answer's text: what was asked for with its markers, then the sentence as proof if it is one."""
    published = {(c.source_id, c.start, c.end): c.published for c in citations}
    parts: dict[str, list[int]] = {}
    for claim in finding.claims:
        span = claim.span
        text = _shown(claim.text, published[(span.source_id, span.start, span.end)], language)
        parts.setdefault(text, []).append(markers[span])
    shown = [
        unmarked(text) + " " + "".join(f"[{m}]" for m in dict.fromkeys(found))
        for text, found in parts.items()
    ]
    line = finding.lead + ("\n" if finding.lines else LIST_MARK[language]).join(shown)
    if len({c.span for c in finding.claims}) == 1:
        quote = " ".join(citations[markers[finding.claims[0].span] - 1].quote.split())
        if finding.claims[0].text != quote:
            line += f"\n“{unmarked(quote)}”"
    others = [f"“{unmarked(c.text)}” [{markers[c.span]}]" for c in finding.also]
    return line + NOT_SURE[language] + " ".join(others) if others else line


def _shown(text: str, published: str | None, language: str) -> str:
    """A short claim with what its relative dates mean, and in English where that is asked for."""
    if len(text) > MAX_SHORT:
        return text
    found = [g.meant for g in glosses(text, published) if g.meant not in text]
    if language == "en":
        return in_english(text) if not found else f"{in_english(found[0]).split(' (')[0]} ({text})"
    return f"{text}（{'、'.join(dict.fromkeys(found))}）" if found else text


def unmarked(text: str) -> str:
    """`text` with its own square brackets wide, so that none of them reads as a marker."""
    return text.replace("[", "［").replace("]", "］")
