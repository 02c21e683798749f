"""Marks in ``swaps.tsv`` the words that ordinary news hardly writes, by counting them in news.

python -m index.mark_swaps --news ../shared/data/news_crud.jsonl.xz
python -m index.mark_swaps --news … --density FILE     how thick they stand in news, and in FILE
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from index.corpora import read_lines
from index.glossary import DATA
from index.swaps import find_swaps, swaps

RARER = 8  # times rarer than the word it stands for
MAX_SHARE = 0.004  # of the articles


def counts(texts: list[str]) -> Counter[str]:
    """How often each word of the table stands in `texts`."""
    by_start: dict[str, set[str]] = {}
    for swap in swaps().values():
        for word in (swap.written, *(reading for reading, _ in swap.readings)):
            by_start.setdefault(word[:2], set()).add(word)
    found: Counter[str] = Counter()
    for text in texts:
        for at in range(len(text) - 1):
            found.update(w for w in by_start.get(text[at : at + 2], ()) if text.startswith(w, at))
    return found


def density(text: str) -> float:
    """Telling words in a thousand characters of `text`."""
    return 1000 * sum(swap.telling for _, swap in find_swaps(text)) / len(text)


def main() -> None:
    """Marks, or measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--news", type=Path, required=True)
    parser.add_argument("--density", type=Path)
    options = parser.parse_args()
    texts = [record["text"] for record in read_lines(options.news)]
    if options.density:
        news = sorted(density(t) for t in texts[7:20_000:40] if len(t) > 300)
        other = options.density.read_text("utf-8")
        stretches = sorted(density(other[at : at + 500]) for at in range(0, len(other) - 500, 500))
        print(
            f"{len(news)} news articles, at most {news[-1]:.1f}; {options.density.name}, at least {stretches[0]:.1f}"
        )
        return
    texts = texts[::5]
    found = counts(texts)
    lines_out = []
    for line in (DATA / "swaps.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            written, _, ordinary, *rest = line.split("\t")
            usual = max(found[word] for word in ordinary.split("|"))
            rare = RARER * found[written] < usual + 2 and found[written] < MAX_SHARE * len(texts)
            line = "\t".join([written, "*" if rare else "", ordinary, *rest])
        lines_out.append(line)
    (DATA / "swaps.tsv").write_text("\n".join(lines_out) + "\n", "utf-8")


if __name__ == "__main__":
    main()
