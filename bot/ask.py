"""One question in, one cited answer out. The hops before search are made once, at build time:
read (ingest.read) · split (ingest.split) · chunk (ingest.chunk) · build (index.build)."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

from bot.answer import answer
from bot.cite import cite, render, unmarked
from bot.compare import Find, compare, counted_names, to_compare
from bot.conflicts import disagreeing, undoubted
from bot.evidence import Evidence, gather
from bot.names import mend_names, standalone
from bot.phrases import DISAGREE, NEAREST, READ_AS, REFUSALS
from bot.question import read_question, search_groups
from bot.reader import Reader, shipped_reader
from bot.records import Answer, Asked, Claim, Conflict, Finding, Statement
from bot.summary import introduce, to_introduce
from index.search import Language, search
from index.store import Store

DEFAULT_K = 24
MAX_QUESTION = 2000  # characters


def ask(
    question: str,
    store: Store,
    history: Sequence[str] = (),
    language: Language | None = None,
    k: int = DEFAULT_K,
    reader: Reader | None = None,
) -> Answer:
    """The answer to `question` from the articles of `store`, in quote mode: nothing in it but their words.

    `history` is what the asker said before, oldest first; `language` the answer's, None for the question's own;
    `k` how many passages are looked at; `reader` another reader than the shipped one.
    """
    started = time.perf_counter()
    reader = reader or shipped_reader()
    alone = standalone(question, history)
    mended, read_as = mend_names(alone, store)
    searching = 0.0

    def find(text: str) -> tuple[Asked, list[Evidence]]:
        nonlocal searching
        asked = read_question(text, store, language)
        begun = time.perf_counter()
        hits = (
            search(store, text, k, asked.language, groups=search_groups(asked, store)) if asked.needs else []
        )
        searching += time.perf_counter() - begun
        return asked, gather(asked, hits, store, reader)

    plain, doubted = undoubted(mended)
    asked, evidence = find(plain)
    finding = _finding(asked, evidence, store, find)
    conflicts = _conflicts(asked, finding, evidence, doubted)
    if conflicts:
        lead = DISAGREE[asked.answer_language] + finding.lead
        finding = Finding((finding.claims[0], *conflicts), None, lead, finding.lines)
    citations, markers = cite((*finding.claims, *finding.also), store)
    text = render(finding, markers, citations, asked.answer_language)
    if finding.reason:
        said = REFUSALS[asked.answer_language][finding.reason]
        text = f"{said}{NEAREST[asked.answer_language]}{text}" if finding.claims else said
    for wrong, right in read_as:
        text += READ_AS[asked.answer_language].format(wrong=unmarked(wrong), right=right)
    statements = [Statement(c.text, markers[c.span]) for c in finding.claims] if conflicts else []
    total = time.perf_counter() - started
    timings = {"retrieve": searching, "answer": total - searching, "total": total}
    return Answer(
        answer=text,
        refused=finding.reason is not None,
        reason=finding.reason,
        citations=tuple(citations),
        conflicts=(Conflict(mended, tuple(statements)),) if statements else (),
        standalone_question=mended,
        mode="quote",
        trace_id=uuid.uuid4().hex,
        timings_ms={name: round(1000 * seconds, 2) for name, seconds in timings.items()},
    )


def _finding(asked: Asked, evidence: list[Evidence], store: Store, find: Find) -> Finding:
    """What answers: a comparison or an introduction where one is asked for, else the sentences that say it."""
    names = to_compare(asked.text) or counted_names(asked, evidence)
    if names:
        compared = compare(asked, names, evidence, find, lambda sub, found: answer(sub, found, store))
        if compared:
            return compared
    name = to_introduce(asked.text)
    if name:
        introduced = introduce(*find(name), name)
        if introduced:
            return introduced
    return answer(asked, evidence, store)


def _conflicts(asked: Asked, finding: Finding, evidence: Sequence[Evidence], doubted: bool) -> list[Claim]:
    """The claims that disagree with a single one found, for questions that one value answers."""
    single = (
        finding.reason is None
        and len(finding.claims) == 1
        and asked.kind in ("when", "how_much", "which", "what", "yes_no")
    )
    return disagreeing(asked, finding.claims[0], evidence, doubted) if single else []
