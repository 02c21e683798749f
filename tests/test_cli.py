"""The command line, as a process."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def xinwen(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, timeout=120
    )


def test_answered_is_0_and_prints_answer_and_citations(folder: Path) -> None:
    done = xinwen("ask", "燧原科技的CEO是谁?", "--store", str(folder))
    assert done.returncode == 0
    assert done.stdout.startswith("赵立东 [1]") and "钛媒体" not in done.stdout and "创业邦" in done.stdout


def test_json_is_what_ask_returns(folder: Path) -> None:
    reply = json.loads(xinwen("ask", "燧原科技的CEO是谁?", "--json", XINWEN_STORE=str(folder)).stdout)
    assert reply["mode"] == "quote" and reply["citations"][0]["marker"] == 1


def test_refused_is_3(folder: Path) -> None:
    assert xinwen("ask", "怎么做红烧肉?", "--store", str(folder)).returncode == 3


def test_wrong_usage_is_2(folder: Path) -> None:
    for words in ((), ("nonsense",), ("ask",), ("ask", " "), ("ask", "问" * 2001)):
        done = xinwen(*words, XINWEN_STORE=str(folder))
        assert done.returncode == 2, words
        assert "Traceback" not in done.stderr


def test_anything_else_is_1_with_one_line_that_says_what_mends_it(tmp_path: Path, folder: Path) -> None:
    missing = tmp_path / "none"
    for words, mend in (
        (("ask", "好", "--store", str(missing)), "xinwen build"),
        (("build", str(tmp_path / "nothing.txt"), "--store", str(missing)), "name files"),
        (("remove", "../x", "--store", str(folder)), "xinwen sources"),
        (("ask", "好", "--store", str(folder)), "XINWEN"),
    ):
        done = xinwen(*words, **({"XINWEN_MAX_CHARS": "1"} if mend == "XINWEN" else {}))
        assert done.returncode == 1, words
        assert len(done.stderr.strip().splitlines()) == 1 and mend in done.stderr
        assert "Traceback" not in done.stderr


def test_build_add_sources_remove(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲公司在2024年3月成立,总部在上海。", "utf-8")
    (tmp_path / "b.txt").write_text("乙公司在2023年5月成立,总部在北京。", "utf-8")
    store = str(tmp_path / "store")
    assert xinwen("build", str(tmp_path / "a.txt"), "--store", store).returncode == 0
    assert "1 sources" in xinwen("build", str(tmp_path / "a.txt"), "--store", store).stdout
    assert "up to date" in xinwen("build", str(tmp_path / "a.txt"), "--store", store, "--if-needed").stdout
    assert "2 sources" in xinwen("add", str(tmp_path / "b.txt"), "--store", store).stdout
    listed = xinwen("sources", "--store", store).stdout
    first = listed.split()[0]
    assert "a.txt" in listed and "b.txt" in listed
    assert "1 sources" in xinwen("remove", first, "--store", store).stdout
    assert "a.txt" not in xinwen("sources", "--store", store).stdout


def test_eval_of_ones_own_questions_compares_and_holds_to_gates(tmp_path: Path, folder: Path) -> None:
    mine, out, gates = tmp_path / "mine.jsonl", tmp_path / "out", tmp_path / "gates.toml"
    mine.write_text(
        '{"question": "燧原科技的CEO是谁?", "answers": [["赵立东"]]}\n{"question": "怎么做红烧肉?", "refuse": true}\n',
        "utf-8",
    )
    gates.write_text(
        '[[gate]]\npart = "all"\nmeasure = "answer accuracy"\nmost = 0.5\nwhy = "a test"\n', "utf-8"
    )
    words = ("eval", "--questions", str(mine), "--store", str(folder))
    assert xinwen(*words, "--out", str(out)).returncode == 0
    assert {file.name for file in out.iterdir()} == {"mine.json", "mine.md", "mine.html"}
    again = xinwen(*words, "--compare", str(out / "mine.json"), "--gates", str(gates))
    assert again.returncode == 4 and "gate fallen: all: answer accuracy is 1.000" in again.stderr
    assert "2 questions in common, 0 mended, 0 broken" in again.stdout
    assert "0 problems" in xinwen(*words, "--check").stdout


def test_eval_draft_is_for_a_person_to_accept(tmp_path: Path, folder: Path) -> None:
    words = ("--store", str(folder), "--count", "2")
    file = tmp_path / "draft.jsonl"
    assert xinwen("eval", "draft", "--out", str(file), *words).returncode == 0
    assert len(file.read_text("utf-8").splitlines()) == 4
    over = xinwen("eval", "draft", "--out", str(file), *words)
    assert over.returncode == 1 and "name another" in over.stderr
    unread = xinwen("eval", "--questions", str(file), "--store", str(folder))
    assert unread.returncode == 1 and "set `accepted` to true" in unread.stderr


def test_help_helps() -> None:
    shown = xinwen("--help").stdout
    assert all(command in shown for command in ("build", "add", "remove", "sources", "ask", "serve", "eval"))


def test_asking_imports_nothing_heavy(folder: Path) -> None:
    code = (
        "import sys; from bot.cli import main; main(['ask', '燧原科技的CEO是谁?', '--store', sys.argv[1]]);"
        "bad = {'torch', 'sentence_transformers', 'gradio', 'fastapi', 'langchain', 'bm25s'} & set(sys.modules); assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=True, capture_output=True)
