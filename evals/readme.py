"""Puts the committed result tables into the README, between their marks. ``make eval`` runs it.

python -m evals.readme            writes
python -m evals.readme --check    exits with 1 if the README is stale
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "evals/results"
_PART = re.compile(r"(<!-- table: ([\w.-]+) -->\n).*?(<!-- end -->)", re.S)


def filled(readme: str) -> str:
    """`readme` with every marked part as its result file says now.

    Raises `FileNotFoundError` for a part whose result file is missing.
    """
    return _PART.sub(lambda m: m[1] + (RESULTS / m[2]).read_text("utf-8").strip() + "\n" + m[3], readme)


def main() -> int:
    """Writes or checks; 1 if it was to check and the README is stale."""
    path = ROOT / "README.md"
    readme = path.read_text("utf-8")
    if "--check" in sys.argv[1:]:
        return int(filled(readme) != readme)
    path.write_text(filled(readme), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
