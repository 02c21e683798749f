"""Other libraries measured beside the product: the same articles, passages, questions and embedding model.

    python -m evals.peers.run            makes an environment a peer under var/peers, measures, writes
                                         evals/results/peers.json, peers.md and peers_found.md

What they are compared on: CRUD's news questions over 10,000 news articles, with the time to index these and to
answer, in processor seconds, memory and disk; and, for what is found only, XQuAD (Chinese passages, questions in Chinese and in English)
and CMRC 2018. Every peer runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from itertools import islice, repeat
from pathlib import Path
from typing import Any

from tqdm import tqdm

from evals.bench_retrieval import Bench, benches
from evals.metrics import mrr_at, percentile, recall_at
from evals.peers.harness import Job
from index.corpora import read_lines
from ingest.chunk import chunk
from ingest.records import Source, content_id
from ingest.split import split

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
VENVS = ROOT / "var/peers"
RESULTS = ROOT / "evals/results"
ARTICLES = 10_000
QUESTIONS = 200  # at least, of each set: every n-th
# The adapter, and the requirements file that names its environment; the product runs in this one.
PEERS = {
    "xinwen": "",
    "langchain_default": "langchain",
    "langchain_jieba": "langchain",
    "haystack_memory": "haystack",
    "llamaindex": "llamaindex",
    "txtai_hybrid": "txtai",
}
COSTS = {
    "index_s": "index",
    "p50": "a question, p50",
    "p95": "p95",
    "peak_mb": "peak memory",
    "disk_mb": "disk",
}


def jobs(data: Path) -> Iterator[tuple[str, Job]]:
    """The name and the job of each set in `data`, the one of 10,000 news articles first."""
    found = {bench.name: bench for bench in benches(data)}
    crud = found.pop("CRUD")
    articles = {id_: crud.articles[id_] for _, id_ in crud.questions}
    for row in islice(read_lines(data / "news_crud.jsonl.xz"), ARTICLES):
        if len(articles) < ARTICLES:
            articles[content_id(row["text"])] = row["text"]
    yield "CRUD", _job(Bench("CRUD", "zh", crud.questions, articles))
    for bench in found.values():
        yield bench.name, _job(bench)


def _job(bench: Bench) -> Job:
    """`bench` with the product's passages of its articles."""
    texts, article_of = [], []
    for row, (id_, text) in enumerate(bench.articles.items()):
        for article in split(Source(id_, "texts.jsonl", "", text, {"id": id_})):
            passages = [text[p.start : p.end] for p in chunk(text, article)]
            texts += passages
            article_of += [row] * len(passages)
    row_of = {id_: row for row, id_ in enumerate(bench.articles)}
    questions = bench.questions[:: max(1, len(bench.questions) // QUESTIONS)]
    return Job(
        texts,
        article_of,
        list(bench.articles.values()),
        [(question, row_of[id_]) for question, id_ in questions],
    )


def python_of(peer: str) -> str:
    """The Python of the peer's environment, made first if it is not there."""
    requirements = PEERS[peer]
    if not requirements:
        return sys.executable
    venv = VENVS / requirements
    if not (venv / "installed").is_file():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        file = HERE / f"{requirements}.txt"
        subprocess.run([str(venv / "bin/pip"), "install", "--quiet", "-r", str(file)], check=True)
        (venv / "installed").touch()
    return str(venv / "bin/python")


def measured(peer: str, job: Path) -> dict[str, Any]:
    """What the harness found for `peer`, with its ranks and times summed up. Raises `CalledProcessError` if it failed."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        offline = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true", "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [python_of(peer), "-W", "ignore", "-m", "evals.peers.harness", peer, str(job), str(out)],
            check=True, cwd=ROOT, env=os.environ | offline, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(out.read_text("utf-8"))
    for name, method in found["methods"].items():
        ranks, times = method["ranks"], method["ms"]
        found["methods"][name] = {
            "R@1": recall_at(1, ranks), "R@5": recall_at(5, ranks), "MRR@10": mrr_at(10, ranks),
            "p50": percentile(times, 0.5), "p95": percentile(times, 0.95), "asked": len(ranks),
        }  # fmt: skip
    return found


def costs_table(found: dict[str, Any]) -> str:
    """What it costs to index and ask 10,000 news articles: ours in units, each peer's as a multiple of ours."""
    rows = {(peer, name): run | method for peer, run, name, method in _methods(found["sets"]["CRUD"])}
    ours = rows["xinwen", "ours"]
    head = f"`{found['command']}`, {found['date']}, {found['machine']}"
    lines = [f"| {head} | method | asked | {' | '.join(COSTS.values())} |", "| --- | --- |" + " ---: |" * 6]
    for (_, name), row in rows.items():
        if row is ours:
            shown = [f"{row['index_s']:.1f} s", *(f"{row[p]:.1f} ms" for p in ("p50", "p95"))]
            shown += [f"{row[m]:,.0f} MB" for m in ("peak_mb", "disk_mb")]
        else:
            shown = [f"× {row[cost] / ours[cost]:.2f}" for cost in COSTS]
        lines.append(f"| {row['versions']} | {name} | {row['asked']} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def found_table(found: dict[str, Any]) -> str:
    """R@1, R@5 and MRR@10 of every method on every set, a set a column; and of how many questions if not of all."""
    sets = found["sets"]
    lines = [f"| R@1 / R@5 / MRR@10 | method | {' | '.join(sets)} |", "| --- | --- |" + " ---: |" * len(sets)]
    for peer, _, name, _ in _methods(sets["CRUD"]):
        cells = []
        for runs in sets.values():
            m = runs[peer]["methods"][name]
            few = m["asked"] < runs["xinwen"]["methods"]["ours"]["asked"]
            shown = " / ".join(f"{m[k]:.3f}" for k in ("R@1", "R@5", "MRR@10"))
            cells.append(shown + (f" (first {m['asked']})" if few else ""))
        lines.append(f"| {peer.replace('_', ', ')} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _methods(runs: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str, dict[str, float]]]:
    for peer, run in runs.items():
        for name, method in run["methods"].items():
            yield peer, run, name, method


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("XINWEN_BENCH", "../shared/data")))
    parser.add_argument("--only", default="", help="the one peer to measure, beside the product")
    parser.add_argument("--at-once", type=int, default=1, help="how many peers run side by side")
    options = parser.parse_args()
    found: dict[str, Any] = {
        "command": f"python -m evals.peers.run --at-once {options.at_once}",
        "date": date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "sets": {},
    }
    peers = [p for p in PEERS if p == "xinwen" or p.startswith(options.only)]
    for name, job in jobs(options.data):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "job.json"
            file.write_text(json.dumps(asdict(job), ensure_ascii=False), "utf-8")
            print(f"{name}: {len(job.texts)} passages", file=sys.stderr, flush=True)
            with ThreadPoolExecutor(options.at_once) as pool:
                runs = tqdm(pool.map(measured, peers, repeat(file)), total=len(peers), desc=name)
                found["sets"][name] = dict(zip(peers, runs, strict=True))
        if not options.only:
            RESULTS.joinpath("peers.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
            RESULTS.joinpath("peers.md").write_text(costs_table(found), "utf-8")
            RESULTS.joinpath("peers_found.md").write_text(found_table(found), "utf-8")
    print(costs_table(found), found_table(found), sep="\n")


if __name__ == "__main__":
    main()
