"""Claims to an answer whose markers and citations always match."""

from __future__ import annotations

from bot.records import Citation, Claim, Finding, Span
from index.store import Store

LIST_MARK = {"zh": "、", "en": ", "}


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
    )


def render(finding: Finding, markers: dict[Span, int], citations: list[Citation], language: str) -> str:
    """The answer's text: what was asked for with its markers, then for a single fact the sentence as proof."""
    parts: dict[str, list[int]] = {}
    for claim in finding.claims:
        parts.setdefault(claim.text, []).append(markers[claim.span])
    shown = [
        _unmarked(text) + " " + "".join(f"[{m}]" for m in dict.fromkeys(found))
        for text, found in parts.items()
    ]
    line = finding.lead + LIST_MARK[language].join(shown)
    if len(citations) == 1 and len(parts) == 1:
        quote = " ".join(citations[0].quote.split())
        if finding.claims[0].text != quote:
            line += f"\n“{_unmarked(quote)}”"
    return line


def _unmarked(text: str) -> str:
    """`text` with its own square brackets wide, so that none of them reads as a marker."""
    return text.replace("[", "［").replace("]", "］")
