"""Measures the page as a person meets it: from pressing enter to the whole answer drawn, in headless Chromium.

python -m evals.perf_page          over the store in var/store; needs Chromium and `pip install -e '.[dev]'`
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from evals.metrics import percentile
from evals.perf import XINWEN
from evals.records import read_questions
from evals.run import QUESTIONS

OUT = Path("evals/results/perf_page.md")
WARM_S = 8  # for the questions that the page tries out at its start
# Resolves when a frame with one more turn is drawn, with the milliseconds since enter was pressed.
WATCH = """
() => { const turns = () => document.querySelectorAll('#chat .xw-turn').length, before = turns();
  window.drawn = new Promise(done => document.querySelector('#question textarea').addEventListener('keydown', () => {
    const pressed = performance.now();
    const seen = new MutationObserver(() => { if (turns() > before) { seen.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - pressed))); } });
    seen.observe(document.body, {childList: true, subtree: true}) }, {once: true, capture: true})) }
"""


def asked(page: Any, questions: Sequence[str], a_conversation: int = 10) -> list[float]:
    """Milliseconds from enter to the whole answer, for each question; a new conversation begins now and then."""
    times = []
    for number, question in enumerate(questions):
        if number % a_conversation == 0 and number:
            page.click("#new")
            page.wait_for_selector("#chat .xw-turn", state="detached")
        page.fill("#question textarea", question)
        page.evaluate(WATCH)
        page.press("#question textarea", "Enter")
        times.append(float(page.evaluate("window.drawn")))
    return times


def measure(store: Path, questions: Sequence[str]) -> list[float]:
    """The times over a server of its own."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([*XINWEN, "serve", "--port", str(port), "--store", str(store)])
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.2)
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}")
            page.wait_for_selector(".xw-hello")
            time.sleep(WARM_S)
            times = asked(page, questions)
            browser.close()
        return times
    finally:
        server.terminate()
        server.wait(10)


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--store", type=Path, default=Path("var/store"))
    parser.add_argument("--limit", type=int, default=100, help="questions (default: %(default)s)")
    options = parser.parse_args()
    questions = [q.question for q in read_questions(QUESTIONS) if not q.history][: options.limit]
    times = measure(options.store, questions)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    said = (
        f"| `python -m evals.perf_page`, {date.today().isoformat()}, {machine} | {len(times)} questions |\n| --- | ---: |\n"
        f"| enter to whole answer, median (ms) | {percentile(times, 0.5):.0f} |\n"
        f"| enter to whole answer, p95 (ms) | {percentile(times, 0.95):.0f} |\n"
    )
    OUT.write_text(said, "utf-8")
    print(said)


if __name__ == "__main__":
    main()
