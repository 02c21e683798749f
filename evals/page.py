"""The results as one HTML page that needs nothing beside it: measures, plots, and every question with its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from math import ceil

from evals.marking import Outcome
from evals.measures import Measure, ratio, shown
from evals.metrics import percentile, risk_coverage
from evals.plots import bars, line
from evals.records import Question

_STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1d2433, #e4e7ee); --soft: light-dark(#667085, #98a2b3);
 --line: light-dark(#e2e5eb, #333a48); --blue: light-dark(#2f6fdb, #7aa8ff); --red: light-dark(#c03a2b, #ff8a7a);
 --green: light-dark(#1c7f4d, #63d296); }
body { font: 15px/1.55 system-ui, "Noto Sans CJK SC", sans-serif; color: var(--ink); max-width: 980px; margin: 2em auto;
 padding: 0 1em; background: light-dark(#fff, #151922); }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em } .soft, small { color: var(--soft) }
table { border-collapse: collapse } td, th { padding: .2em .9em .2em 0; text-align: right; border-bottom: 1px solid var(--line) }
td:first-child, th:first-child { text-align: left } svg { width: 100%; max-width: 680px; display: block }
svg text { font-size: 12px; fill: var(--ink) } .bar { fill: var(--blue); opacity: .75 } .whisker { stroke: var(--ink); fill: none }
.grid { stroke: var(--line) } .curve { fill: none; stroke: var(--blue); stroke-width: 2 }
.floor { fill: none; stroke: var(--soft); stroke-dasharray: 4 4 }
article { border-top: 1px solid var(--line); padding: .6em 0 } article p { margin: .2em 0; white-space: pre-line }
.right b { color: var(--green) } .wrong b { color: var(--red) } blockquote { margin: .3em 0 .3em 1.2em; color: var(--soft) }
#shown:has(option[value=wrong]:checked) ~ article.right, #shown:has(option[value=right]:checked) ~ article.wrong { display: none }
"""


def page(
    questions: Sequence[Question], outcomes: Sequence[Outcome], found: Mapping[str, Mapping[str, Measure]]
) -> str:
    """The page. Questions of `test` are folded away: they are there to be counted, not to be learnt from."""
    asked = {q.id: q for q in questions}
    seen = [o for o in outcomes if o.split != "test"]
    hidden = [o for o in outcomes if o.split == "test"]
    parts = [
        f"<h1>{len(outcomes)} questions, {date.today().isoformat()}</h1>",
        "<h2>Measures</h2>", _table(found["all"]),
        "<h2>Right, by kind of question</h2>",
        '<p class="soft">A question that must be refused is right when it is. Whiskers: 95% bootstrap interval.</p>',
        bars(_kinds(outcomes)),
        "<h2>Risk and coverage</h2>",
        '<p class="soft">The share of wrong answers if only the most confident ones were given. Refused questions come '
        "last and count as wrong. Dashed: the best that could be with as many right.</p>",
        _risk(outcomes),
        "<h2>Latency</h2>",
        _latency(outcomes),
        "<h2>Questions</h2>",
        '<select id="shown"><option value="all">all</option><option value="wrong">only wrong ones</option>'
        '<option value="right">only right ones</option></select>',
        *(_question(o, asked[o.id]) for o in seen),
    ]  # fmt: skip
    if hidden:
        shown = "".join(_question(o, asked[o.id]) for o in hidden)
        parts.append(f"<details><summary>{len(hidden)} of test, to be counted and not to learn from</summary>{shown}</details>")  # fmt: skip
    head = f'<meta charset="utf-8"><title>Xinwen: question set</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _table(found: Mapping[str, Measure]) -> str:
    rows = (
        f"<tr><td>{escape(name)}</td><td>{shown(name, m.value)}</td><td>{shown(name, m.low)} – {shown(name, m.high)}</td><td>{m.n}</td></tr>"
        for name, m in found.items()
    )
    return f"<table><tr><th>measure</th><th>value</th><th>95% interval</th><th>questions</th></tr>{''.join(rows)}</table>"


def _kinds(outcomes: Sequence[Outcome]) -> list[tuple[str, float, float, float, int]]:
    rows = []
    for kind in dict.fromkeys(o.kind for o in outcomes):
        m = ratio([(float(o.right), 1.0) for o in outcomes if o.kind == kind])
        rows += [(kind, m.value, m.low, m.high, m.n)] if m else []
    return sorted(rows, key=lambda row: -row[1])


def _risk(outcomes: Sequence[Outcome]) -> str:
    right = [o.right and not o.refused for o in outcomes]
    curve = risk_coverage([o.confidence for o in outcomes], right)
    best = risk_coverage([float(r) for r in right], right)
    return line(curve, "coverage", "risk", best)


def _latency(outcomes: Sequence[Outcome]) -> str:
    times = sorted(o.milliseconds for o in outcomes)
    top = 10 * ceil(percentile(times, 0.99) / 10)  # one slow question would flatten all others
    return line(times, "share of the questions", "ms at most", top=top)


def _question(o: Outcome, question: Question) -> str:
    before = "".join(f"<p><small>before: {escape(text)}</small></p>" for text in question.history)
    wanted = "、".join(" / ".join(group) for group in question.answers) or "to be refused"
    if question.forbidden:
        wanted += f"; not {' / '.join(question.forbidden)}"
    gold = _quotes("gold", ((g.file, g.start, g.end, g.quote) for g in question.spans))
    cited = _quotes("cited", ((c.file, c.start, c.end, c.quote) for c in o.cited))
    score = "" if o.confidence is None else f" · confidence {o.confidence:.2f}"
    return (
        f'<article class="{"right" if o.right else "wrong"}"><p><b>{"right" if o.right else "wrong"}</b> '
        f"<small>{escape(o.id)} · {escape(o.kind)} · {o.milliseconds:.0f} ms{score}</small></p>{before}"
        f"<p>{escape(o.question)}</p><p>→ {escape(o.answer)}</p>"
        f"<details><summary><small>wanted: {escape(wanted)}</small></summary>{gold}{cited}</details></article>"
    )


def _quotes(what: str, spans: Iterable[tuple[str, int, int, str]]) -> str:
    return "".join(
        f"<blockquote>{what}: “{escape(quote)}” <small>{escape(file)} [{start}:{end}]</small></blockquote>"
        for file, start, end, quote in spans
    )
