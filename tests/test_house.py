"""The shape of the code: imports go one way, heavy libraries have one owner, nothing is pickled."""

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.readme import filled

ROOT = Path(__file__).parent.parent
LAYERS = ["ingest", "index", "bot", "evals"]
MODULES = {f"{p.parent.name}.{p.stem}": p for layer in LAYERS for p in (ROOT / layer).glob("*.py")}
OWNERS = {
    "faiss": {"index.dense"},
    "jieba": {"index.terms"},
    "bm25s": {"index.lexical", "evals.bench_retrieval"},
    "sentence_transformers": {"index.embed"},
    "torch": {"index.train_embedder", "bot.train_fusion", "bot.train_reader", "bot.train_judge"},
    "onnxruntime": {"bot.reader"},
    "pypinyin": {"index.spelling"},
    "langchain_core": {"bot.retriever"},
    "langchain": {"bot.generate"},
    "mcp": {"bot.mcp_tools"},
    "gradio": {"bot.chat"},
    "fastapi": {"bot.web", "bot.openai_door"},
    "uvicorn": {"bot.web"},
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: siblings are imported by full path"
            yield str(node.module)


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_one_way_and_heavy_libraries_have_one_owner(name: str) -> None:
    for imported in imports(MODULES[name]):
        top = imported.split(".")[0]
        if top in LAYERS:
            assert LAYERS.index(top) <= LAYERS.index(name.split(".")[0]), f"{name} imports {imported}"
            assert "." in imported, f"{name} imports through the package root"
        assert top not in ("pickle", "marshal", "shelve", "dill"), f"{name} pickles"
        assert name in OWNERS.get(top, {name}), f"{name} imports {top}"


def test_there_is_no_cycle() -> None:
    graph = {name: {i for i in imports(path) if i in MODULES} for name, path in MODULES.items()}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, f"a cycle: {' -> '.join((*above, name))}"
        if name not in done:
            for inner in graph[name]:
                visit(inner, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_packages_are_listed_by_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["setuptools"]["packages"] == LAYERS
    assert project["project"]["scripts"]["xinwen"] == "bot.cli:main"


def test_the_readmes_tables_are_the_committed_results() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme.count("<!-- table: ") >= 2
    assert filled(readme) == readme, "stale: run `make eval`, or `python -m evals.readme`"


def test_the_readmes_example_is_what_the_command_prints(folder: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    question, _, rest = readme.partition("$ xinwen ask '")[2].partition("'\n")
    command = [sys.executable, "-m", "bot", "ask", question, "--store", str(folder)]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert rest.partition("\n```")[0] == printed.rstrip()


def test_every_file_the_readme_names_is_there() -> None:
    import re

    named = re.findall(
        r"`((?:ingest|index|bot|evals|seeds|tests)/[\w./-]+)`", (ROOT / "README.md").read_text("utf-8")
    )
    assert len(named) >= 20
    assert not [name for name in named if not (ROOT / name).exists()]


def test_eval_works_with_every_socket_blocked(folder: Path, tmp_path: Path) -> None:
    code = (
        "import socket, sys\n"
        "def no(*a, **k): raise AssertionError('a socket was opened')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = no\n"
        "from evals.run import main; sys.exit(main(sys.argv[1:]))"
    )
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join((ROOT / "evals/questions.jsonl").read_text("utf-8").splitlines()[:40]), "utf-8")
    words = ["--store", str(folder), "--questions", str(few), "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    assert "| answer accuracy |" in done.stdout and (tmp_path / "few.html").is_file()
