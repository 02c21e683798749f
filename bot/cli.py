"""The command `xinwen`. Exit codes: 0 done or answered, 3 refused, 2 wrong usage, 1 anything else."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.library import Library
from bot.records import Answer
from bot.settings import Settings
from index.embed import EmbedderError
from index.glossary import Entry
from index.store import NoStoreError, Store, StoreError
from ingest.records import Skipped, Source

REFUSED = 3
SEEDS = Path("seeds")


def main(argv: list[str] | None = None) -> int:
    """Runs one command; answers its exit code."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except (StoreError, EmbedderError) as error:
        print(f"xinwen: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("xinwen: stopped; what was there before is unchanged", file=sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()
    except (OSError, ValueError) as error:
        print(f"xinwen: {_one_line(error)}: see `xinwen {options.command} --help`", file=sys.stderr)
    return 1


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "xinwen", description="Short, cited answers from a pile of Chinese news articles."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    store = argparse.ArgumentParser(add_help=False)
    store.add_argument(
        "--store", type=Path, metavar="DIR", help="the store's folder (default: XINWEN_STORE or var/store)"
    )

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, parents=[store], help=text, description=text)
        made.set_defaults(run=run)
        return made

    build = command("build", _build, "Read files and folders and write the store anew.")
    build.add_argument(
        "sources", nargs="*", type=Path, metavar="SOURCE", help="a file or folder (default: seeds/)"
    )
    build.add_argument(
        "--if-needed",
        action="store_true",
        help="do nothing if the store is whole and fits the settings and sources",
    )
    add = command("add", _add, "Add files and folders to the store.")
    add.add_argument("sources", nargs="+", type=Path, metavar="SOURCE", help="a file or folder")
    remove = command("remove", _remove, "Remove sources from the store.")
    remove.add_argument("ids", nargs="+", metavar="SOURCE_ID", help="an id that `xinwen sources` lists")
    command("sources", _sources, "List the sources in the store and their articles.")
    ask = command("ask", _ask, "Answer one question. Exits with 3 if the articles do not hold the answer.")
    ask.add_argument("question", help="in Chinese or English, at most 2,000 characters")
    ask.add_argument("--json", action="store_true", help="print what POST /ask returns")
    serve = command("serve", _serve, "Serve the chat at / and the API beside it.")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=int, default=7860, help="port to listen on (default: %(default)s)")
    command("mcp", _mcp, "Serve the tools of the Model Context Protocol on standard input and output.")
    evaluate = command(
        "eval",
        _eval,
        "Run the question set and print the table; or draft questions from the store's sentences.",
    )
    evaluate.add_argument("action", nargs="?", choices=["run", "draft"], default="run")
    evaluate.add_argument("--questions", type=Path, help="a questions.jsonl (default: the project's)")
    evaluate.add_argument(
        "--out",
        type=Path,
        help="folder for the results as JSON, tables and a page; for draft, the file to write",
    )
    evaluate.add_argument(
        "--compare", type=Path, metavar="RUN.json", help="the results of the run to compare with"
    )
    evaluate.add_argument(
        "--gates",
        nargs="?",
        const="",
        metavar="FILE",
        help="exit with 4 if a gate has fallen (default file: the project's)",
    )
    evaluate.add_argument(
        "--check", action="store_true", help="only look for what is wrong with the set itself"
    )
    evaluate.add_argument("--count", type=int, help="for draft: how many questions")
    evaluate.add_argument(
        "--from-feedback",
        type=Path,
        metavar="FILE",
        help="only write what was rated on the page as questions to FILE",
    )
    return parser


def _library(options: argparse.Namespace) -> Library:
    try:
        return Library(Settings(), options.store)
    except ValidationError as error:
        wrong = error.errors()[0]
        name = f"XINWEN_{wrong['loc'][0]}".upper()
        raise StoreError(
            f"{name}={wrong['input']}: {wrong['msg']}: set it otherwise, or `unset {name}`"
        ) from None


def _read(paths: list[Path]) -> Iterator[Source | Skipped]:
    """The sources under `paths`, with a progress bar on a terminal."""
    from tqdm import tqdm

    from ingest.read import read

    yield from tqdm(read(paths), desc="reading and indexing", unit=" sources", mininterval=0.5, disable=None)


def _report(report: Any) -> int:
    for skipped in report.skipped[:20]:
        print(f"skipped {skipped.file}: {skipped.why}", file=sys.stderr)
    if len(report.skipped) > 20:
        print(f"… and {len(report.skipped) - 20} more", file=sys.stderr)
    print(
        f"{report.sources} sources, {report.articles} articles, {report.passages} passages; "
        f"{len(report.skipped)} skipped; {report.seconds:.1f} s"
    )
    return 0


def _build(options: argparse.Namespace) -> int:
    from index.build import build

    library = _library(options)
    paths = options.sources or [SEEDS]
    if options.if_needed and _is_current(library, paths):
        print(f"the store in {library.folder} is up to date")
        return 0
    glossary = _glossary(paths) or ()
    return _report(build(_read(paths), library.folder, library.embedder, library.chunking, glossary=glossary))


def _glossary(paths: list[Path]) -> tuple[Entry, ...] | None:
    """The user's entries that lie beside the articles, None if there is no such file."""
    from index.glossary import read_entries
    from ingest.read import find_glossary

    path = find_glossary(paths)
    return read_entries(path) if path else None


def _is_current(library: Library, paths: list[Path]) -> bool:
    """Whether the store opens and holds what the sources say now, or more."""
    from ingest.read import find_files

    try:
        store = library.store()
    except StoreError:
        return False
    held = {row["sha256"] for row in store.source_rows}
    from index.store import file_digest

    return store.glossary == (_glossary(paths) or ()) and all(
        file_digest(found) in held for found in find_files(paths) if isinstance(found, Path)
    )


def _add(options: argparse.Namespace) -> int:
    from index.build import build

    library = _library(options)
    try:
        keep: Store | None = library.store()
    except NoStoreError:
        keep = None
    return _report(
        build(
            _read(options.sources), library.folder, library.embedder, library.chunking, keep,
            glossary=_glossary(options.sources),
        )
    )  # fmt: skip


def _remove(options: argparse.Namespace) -> int:
    from index.build import build

    library = _library(options)
    store = library.store()
    unknown = sorted(set(options.ids) - {row["id"] for row in store.source_rows})
    if unknown:
        raise StoreError(f"no source {unknown[0]!r} in {library.folder}: `xinwen sources` lists them")
    return _report(build([], library.folder, library.embedder, library.chunking, store, options.ids))


def _sources(options: argparse.Namespace) -> int:
    store = _library(options).store()
    for row in store.source_rows:
        print(f"{row['id']}  {row['file']}")
        for article in store.articles_of(row["id"]):
            known = " · ".join(filter(None, (article.source, article.author, article.published)))
            print(f"    {article.id}  {article.title}" + (f"  ({known})" if known else ""))
    return 0


def _ask(options: argparse.Namespace) -> int:
    from bot.ask import MAX_QUESTION
    from bot.stream import reply

    question = options.question.encode("utf-8", "replace").decode("utf-8").strip()
    if not question or len(question) > MAX_QUESTION:
        print(
            f"xinwen: a question has 1 to {MAX_QUESTION} characters, this one {len(question)}: try `xinwen ask '燧原科技的CEO是谁?'`",
            file=sys.stderr,
        )
        return 2
    library = _library(options)
    answer = reply(question, library.store(), generator=library.generator)
    print(
        json.dumps(asdict(answer), ensure_ascii=False, indent=2)
        if options.json
        else "\n".join(_shown(answer))
    )
    return REFUSED if answer.refused else 0


def _shown(answer: Answer) -> Iterable[str]:
    yield answer.answer
    for c in answer.citations:
        known = " · ".join(filter(None, (c.title, c.source, c.author, c.published)))
        yield f"\n[{c.marker}] {known}\n    “{' '.join(c.quote.split())}”\n    {c.file} [{c.start}:{c.end}]"
        if c.glosses:
            yield f"    {'; '.join(c.glosses)}"
    yield from (f"\n{note}" for note in answer.notes)


def _serve(options: argparse.Namespace) -> int:
    from bot.web import serve

    if not 0 <= options.port <= 65535:
        raise ValueError(f"there is no port {options.port}")
    library = _library(options)
    library.store()
    _ = library.generator  # said now if it cannot be used, not at the first question
    serve(library, options.host, options.port)
    return 0


def _mcp(options: argparse.Namespace) -> int:
    from bot.mcp_tools import mcp_server

    library = _library(options)
    library.store()
    mcp_server(library).run("stdio")
    return 0


def _eval(options: argparse.Namespace) -> int:
    import subprocess

    # The evaluation stands above the bot, so the bot starts it rather than importing it.
    library = _library(options)
    library.store()
    if options.from_feedback:
        words = ["--store", str(library.folder), "--out", str(options.from_feedback)]
        return subprocess.run([sys.executable, "-m", "evals.feedback", *words], check=False).returncode
    module = "evals.draft" if options.action == "draft" else "evals.run"
    command = [sys.executable, "-m", module, "--store", str(library.folder)]
    for name in ("questions", "out", "compare", "gates", "count"):
        if getattr(options, name) is not None:
            command += [f"--{name}", *filter(None, [str(getattr(options, name))])]
    command += ["--check"] if options.check else []
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
