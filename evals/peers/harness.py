"""What runs inside a peer's own environment: an index made and asked, timed and weighed the same way for all.

Times are those of the processor (``time.process_time``, all threads), which other work on the machine does not
stretch.

An adapter is a module with ``make(job, folder)``, which indexes ``job.texts``, saves what it can under `folder`, and
answers a search for each method that it offers. Only the standard library is imported here.

    PEER_PYTHON -m evals.peers.harness ADAPTER JOB.json OUT.json
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

K = 30  # passages asked for, so that ten articles are among them
ARTICLES = 10
LONGEST_S = 45  # of asking by one method: the slow ones are asked fewer questions
MODEL = str(Path(__file__).parent.parent.parent / "index/model")
Search = Callable[[str], list[int]]  # a question to the rows of `Job.texts`, best first


@dataclass(frozen=True, slots=True)
class Job:
    """Passages with the number of the article each is from, the whole articles, and questions with theirs."""

    texts: list[str]
    article_of: list[int]
    articles: list[str]
    questions: list[tuple[str, int]]


def measure(adapter: Any, job: Job) -> dict[str, Any]:
    """Seconds to index, bytes on disk, peak memory, and by method the rank of each question's article and the times."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        searches: dict[str, Search] = adapter.make(job, Path(folder))
        index_s = time.process_time() - started
        disk = sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file())
        methods = {name: _asked(search, job) for name, search in searches.items()}
    return {
        "versions": adapter.versions(),
        "index_s": index_s,
        "disk_mb": disk / 2**20,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "methods": methods,
    }


def _asked(search: Search, job: Job) -> dict[str, list[Any]]:
    ranks: list[int | None] = []
    times: list[float] = []
    search(job.questions[0][0])  # what is loaded at the first question is not counted
    for question, gold in job.questions:
        if sum(times) > 1000 * LONGEST_S:
            break
        started = time.process_time()
        rows = search(question)
        times.append(1000 * (time.process_time() - started))
        found = list(dict.fromkeys(job.article_of[row] for row in rows))[:ARTICLES]
        ranks.append(found.index(gold) + 1 if gold in found else None)
    return {"ranks": ranks, "ms": times}


def versions_of(*names: str) -> str:
    """The versions of the packages `names`, as one line."""
    from importlib.metadata import version

    return ", ".join(f"{name} {version(name)}" for name in names)


def main() -> None:
    """Measures one adapter over one job."""
    name, job, out = sys.argv[1:]
    # Imported before the clock starts: how long an import takes is not how long indexing takes.
    adapter = importlib.import_module(f"evals.peers.{name}")
    found = measure(adapter, Job(**json.loads(Path(job).read_text("utf-8"))))
    Path(out).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main()
