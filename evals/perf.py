"""Measures speed and memory, as a user meets them, and writes them to ``evals/results/perf.json``.

python -m evals.perf                          over the seeds
python -m evals.perf --news news_crud.jsonl   and over a large file, in a folder that is removed afterwards
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from evals.metrics import percentile
from evals.records import read_questions
from evals.run import QUESTIONS
from index.store import current_generation

XINWEN = [sys.executable, "-m", "bot"]
# A process that has the embedder, then opens a store and searches it for lines from stdin: its own memory, after each.
_OPENED = """
import re, sys
from pathlib import Path
from bot.question import language_of
from index.embed import load_embedder
from index.search import search
from index.store import Store
own = lambda: int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
embedder = load_embedder()
embedder.embed(["一"])
before = own()
store = Store(Path(sys.argv[1]), embedder)
opened = own()
for line in sys.stdin:
    search(store, line.strip(), 24, language_of(line))
print(before, opened, own())
"""


def cold_ask_s(store: Path, runs: int = 9) -> float:
    """The median wall time of ``xinwen ask`` as a new process, in seconds."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(
            [*XINWEN, "ask", "哪些公司被列入了实体清单?", "--store", str(store)],
            check=False,
            capture_output=True,
        )
        times.append(time.perf_counter() - started)
    return percentile(times, 0.5)


def opened(store: Path, questions: Sequence[str]) -> dict[str, float]:
    """What `store` adds to a process that has the embedder, mapped files apart, in MB, and the text that it holds."""
    said = subprocess.run(
        [sys.executable, "-c", _OPENED, str(store)],
        input="\n".join(questions), capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    before, after, searched = map(float, said.split())
    return {
        "text (MB)": (store / current_generation(store) / "texts.bin").stat().st_size / 2**20,
        "the store, opened (MB)": after - before,
        "with what searching it keeps (MB)": searched - before,
    }


def served(store: Path, questions: Sequence[str]) -> dict[str, float]:
    """Latency of ``POST /ask`` over loopback after a first round, in ms, and the server's peak memory, in MB."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*XINWEN, "serve", "--port", str(port), "--store", str(store)], stdout=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", server)
        first = [_ask_ms(port, question)[0] for question in questions]
        rounds = [_ask_ms(port, question) for question in questions]
        times, searches = [ms for ms, _ in rounds], [ms for _, ms in rounds]
        status = Path(f"/proc/{server.pid}/status").read_text()
        peak, own = (re.search(rf"{name}:\s+(\d+)", status) for name in ("VmHWM", "RssAnon"))
        return {
            "first round p50 (ms)": percentile(first, 0.5),
            "first round p95 (ms)": percentile(first, 0.95),
            "p50 (ms)": percentile(times, 0.5),
            "p95 (ms)": percentile(times, 0.95),
            "search alone p50 (ms)": percentile(searches, 0.5),
            "peak memory (MB)": int(peak[1]) / 1024 if peak else 0.0,
            "of it not mapped files (MB)": int(own[1]) / 1024 if own else 0.0,
        }
    finally:
        server.terminate()
        server.wait(10)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server ended before it answered")


def _ask_ms(port: int, question: str) -> tuple[float, float]:
    """The milliseconds until the reply was read, and those of the search as the reply says."""
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/ask", body, {"Content-Type": "application/json"}
    )
    started = time.perf_counter()
    reply = urllib.request.urlopen(request, timeout=60).read()
    return 1000 * (time.perf_counter() - started), json.loads(reply)["timings_ms"]["retrieve"]


def large(news: Path, folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """Build time and peak memory over `news`, and the latency of questions over it."""
    started = time.perf_counter()
    process = subprocess.Popen([*XINWEN, "build", str(news), "--store", str(folder)], stdout=subprocess.PIPE)
    assert process.stdout
    said = process.stdout.read().decode().strip()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the build failed: {said}")
    return (
        {
            "said": said,
            "build (s)": time.perf_counter() - started,
            "build peak memory (MB)": usage.ru_maxrss / 1024,
            "bytes on disk (MB)": sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 2**20,
        }
        | opened(folder, questions)
        | served(folder, questions)
    )


def table(found: dict[str, Any]) -> str:
    """The figures as a markdown table, a column a store."""
    stores = {name: part for name, part in found.items() if isinstance(part, dict)}
    rows = dict.fromkeys(name for part in stores.values() for name in part if name != "said")
    head = f"`{found['command']}`, {found['date']}, {found['machine']}"
    lines = [f"| {head} | {' | '.join(stores)} |", "| --- |" + " ---: |" * len(stores)]
    for row in rows:
        values = (part.get(row) for part in stores.values())
        lines.append(f"| {row} | " + " | ".join("" if v is None else f"{v:,.1f}" for v in values) + " |")
    lines += [f"\n{name}: {part['said']}" for name, part in stores.items() if "said" in part]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--store", type=Path, default=Path("var/store"))
    parser.add_argument("--news", type=Path, help="a .jsonl of many articles")
    parser.add_argument("--out", type=Path, default=Path("evals/results/perf.json"))
    options = parser.parse_args()
    questions = [q.question for q in read_questions(QUESTIONS)]
    found: dict[str, Any] = {
        "command": "python -m evals.perf" + (f" --news {options.news.name}" if options.news else ""),
        "date": date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "seeds": {"xinwen ask, cold, median (s)": cold_ask_s(options.store)}
        | opened(options.store, questions)
        | served(options.store, questions),
    }
    if options.news:
        with tempfile.TemporaryDirectory() as folder:
            found[options.news.name] = large(options.news, Path(folder), questions)
    options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    options.out.with_suffix(".md").write_text(table(found), "utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
