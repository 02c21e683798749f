"""The HTTP API, over a real server."""

import json
from typing import Any

import httpx
import pytest

from bot.ask import MAX_QUESTION
from bot.web import MAX_BODY_BYTES

CITATION = {
    "marker", "quote", "source_id", "file", "sha256", "start", "end", "article_id", "title", "source", "author", "published", "url", "score",
}  # fmt: skip


def ask(server: str, **body: Any) -> httpx.Response:
    return httpx.post(f"{server}/ask", json=body, timeout=30)


def test_an_answer_has_the_contracts_form(server: str) -> None:
    reply = ask(server, question="哪些公司被列入了实体清单?").json()
    assert set(reply) == {
        "answer", "refused", "reason", "citations", "conflicts", "standalone_question", "mode", "trace_id", "timings_ms", "dropped", "notes",
    }  # fmt: skip
    assert (reply["refused"], reply["reason"], reply["mode"]) == (False, None, "quote")
    assert set(reply["timings_ms"]) == {"retrieve", "answer", "total"}
    for citation in reply["citations"]:
        assert set(citation) >= CITATION
        source = httpx.get(f"{server}/sources/{citation['source_id']}").json()
        assert source["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert source["sha256"] == citation["sha256"]


def test_articles_and_sources(server: str) -> None:
    listed = httpx.get(f"{server}/articles").json()
    assert [a["source"] for a in listed] == ["创业邦", "金融界", "钛媒体"]
    one = httpx.get(f"{server}/articles/{listed[1]['id']}").json()
    assert one["text"].startswith("作为英伟达为绕开美国出口操控")
    assert httpx.get(f"{server}/healthz").json()["status"] == "ok"


@pytest.mark.parametrize(
    "body",
    [
        {"question": ""},
        {"question": " \n\t "},
        {"question": "问" * (MAX_QUESTION + 1)},
        {},
        {"question": 7},
        {"question": None},
        {"question": "\ud800"},
        {"question": "好", "language": "fr"},
        {"question": "好", "k": 0},
        {"question": "好", "k": 10_000},
        {"question": "好", "k": "5"},
        {"question": "好", "history": "x"},
        {"question": "好", "history": [{"role": "system", "content": "x"}]},
        [],
        "x",
    ],
)
def test_a_body_that_does_not_fit_is_a_422(server: str, body: Any) -> None:
    reply = httpx.post(
        f"{server}/ask", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert reply.status_code == 422
    assert reply.json()["detail"]


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe{}", b'{"question": "\xff"}', b"", b"nonsense"])
def test_broken_json_is_a_422(server: str, data: bytes) -> None:
    reply = httpx.post(f"{server}/ask", content=data, headers={"content-type": "application/json"})
    assert reply.status_code == 422
    assert reply.json()["detail"]


def test_punctuation_alone_is_an_unclear_question(server: str) -> None:
    reply = ask(server, question="?!。").json()
    assert (reply["refused"], reply["reason"]) == (True, "unclear_question")


def test_a_body_that_is_too_large_is_a_413(server: str) -> None:
    assert (
        ask(server, question="好", history=[{"role": "user", "content": "x" * MAX_BODY_BYTES}]).status_code
        == 413
    )
    chunks = (b" " * 8192 for _ in range(20))
    reply = httpx.post(f"{server}/ask", content=chunks, headers={"content-type": "application/json"})
    assert (reply.status_code, bool(reply.json()["detail"])) == (413, True)


def test_a_history_of_a_thousand_turns(server: str) -> None:
    history = [{"role": ("user", "assistant")[i % 2], "content": "燧原科技?"} for i in range(1000)]
    reply = ask(server, question="它的COO是谁?", history=history)
    assert reply.json()["answer"].startswith("张亚林")


@pytest.mark.parametrize(
    "path",
    [
        "articles/../../etc/passwd",
        "sources/..%2F..%2Fetc%2Fpasswd",
        "sources/x",
        "articles/%00",
        "read/x/0/1",
    ],
)
def test_an_unknown_or_hostile_id_is_a_404(server: str, path: str) -> None:
    reply = httpx.get(f"{server}/{path}")
    assert reply.status_code == 404
    assert "root:" not in reply.text


def test_language_and_k(server: str) -> None:
    assert (
        ask(server, question="寒武纪的创始人是谁?", language="en").json()["answer"].startswith("The articles")
    )
    assert ask(server, question="燧原科技的CEO是谁?", k=50).json()["answer"].startswith("赵立东")


def test_the_read_page_marks_the_quote_and_docs_need_no_other_host(server: str) -> None:
    citation = ask(server, question="天垓100采用什么制程工艺?").json()["citations"][0]
    page = httpx.get(f"{server}/read/{citation['source_id']}/{citation['start']}/{citation['end']}").text
    assert f'<mark id="cited">{citation["quote"]}</mark>' in page
    docs = httpx.get(f"{server}/docs")
    assert docs.status_code == 200 and "/ask" in docs.text
    assert "http://" not in docs.text and "https://" not in docs.text


def test_no_store_is_a_503_until_one_is_built(tmp_path: Any) -> None:
    from pathlib import Path

    from fastapi.testclient import TestClient

    from bot.library import Library
    from bot.settings import Settings
    from bot.web import make_app
    from index.build import build
    from ingest.read import read

    library = Library(Settings(), tmp_path)
    client = TestClient(make_app(library, chat=False))
    reply = client.post("/ask", json={"question": "燧原科技的CEO是谁?"})
    assert reply.status_code == 503 and "xinwen build" in reply.json()["detail"]
    build(read([Path(__file__).parent.parent / "seeds"]), tmp_path, library.embedder)
    first = client.post("/ask", json={"question": "燧原科技的CEO是谁?"}).json()
    assert first["answer"].startswith("赵立东")
    (tmp_path / "a.txt").write_text("丁公司在2024年3月成立,丁公司的CEO是王小明。", "utf-8")
    build(read([tmp_path / "a.txt"]), tmp_path, library.embedder)
    assert client.post("/ask", json={"question": "丁公司的CEO是谁?"}).json()["answer"].startswith("王小明")
