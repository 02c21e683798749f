"""Other programs at a running server, each through its own client library: openai, mcp, langchain, server-sent events."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from conftest import ROOT, serving
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import ChatOpenAI
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from model_server import Act, ModelServer, acts

from bot.library import Library
from bot.retriever import XinwenEmbeddings, XinwenRetriever
from bot.settings import Settings

QUESTION = "燧原科技的最大股东是谁?"
GOOD = "燧原科技的最大股东是腾讯[1]。燧原科技已完成10轮融资[2]。"
KEY = "sk-very-secret"


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    served = ModelServer()
    yield served
    served.shutdown()
    served.server_close()


@pytest.fixture(scope="module")
def written_by(folder: Path, model: ModelServer) -> Iterator[str]:
    """The address of a server whose answers the double writes."""
    settings = {
        "XINWEN_MODEL": "double",
        "XINWEN_BASE_URL": model.url,
        "XINWEN_API_KEY": KEY,
        "XINWEN_TIMEOUT_S": "20",
    }
    with serving(folder, **settings) as url:
        yield url


def events(url: str, question: str = QUESTION) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of ``POST /ask/stream``, read line by line."""
    with httpx.stream("POST", f"{url}/ask/stream", json={"question": question}, timeout=60) as reply:
        assert reply.status_code == 200 and reply.headers["content-type"].startswith("text/event-stream")
        kind = ""
        for line in reply.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield kind, json.loads(line.removeprefix("data: "))


def check(url: str, answer: dict[str, Any]) -> None:
    """Markers and citations match, and every quote is its span in the source that the server holds."""
    assert {int(m) for m in re.findall(r"\[(\d+)\]", answer["answer"])} == {
        c["marker"] for c in answer["citations"]
    }
    assert answer["citations"]
    for c in answer["citations"]:
        text = httpx.get(f"{url}/sources/{c['source_id']}").json()["text"]
        assert text[c["start"] : c["end"]] == c["quote"]


def test_quote_mode_streams_too(server: str) -> None:
    found = list(events(server))
    assert next(kind for kind, _ in found) == "retrieval" and found[-1][0] == "done"
    asked = httpx.post(f"{server}/ask", json={"question": QUESTION}, timeout=30).json()
    assert found[-1][1]["answer"] == asked["answer"] == "".join(d["text"] for k, d in found if k == "delta")


def test_a_models_answer_by_ask_and_by_stream(written_by: str, model: ModelServer) -> None:
    model.act = acts(GOOD)
    done = list(events(written_by))[-1][1]
    asked = httpx.post(f"{written_by}/ask", json={"question": QUESTION}, timeout=30).json()
    assert asked["answer"] == done["answer"] == "燧原科技的最大股东是腾讯 [1]。燧原科技已完成10轮融资 [2]。"
    assert asked["mode"] == "double"
    check(written_by, asked)
    assert model.keys[-1] == f"Bearer {KEY}" and KEY not in json.dumps(asked)


@pytest.mark.parametrize("body", [{"question": ""}, {}, {"question": "好", "k": 0}])
def test_a_body_that_does_not_fit_is_a_422_on_the_stream_too(server: str, body: Any) -> None:
    assert httpx.post(f"{server}/ask/stream", json=body).status_code == 422
    assert httpx.post(f"{server}/ask/stream", content=b"x" * 70_000).status_code == 413


def test_a_client_that_goes_away_stops_the_model(written_by: str, model: ModelServer) -> None:
    model.gone.clear()
    model.act = acts(Act(GOOD * 200, piece=3, delay_s=0.05))
    reading = events(written_by)
    while next(reading)[0] != "delta":
        pass
    reading.close()
    assert model.gone.wait(15), "the request to the model went on"
    model.act = acts(GOOD)
    assert list(events(written_by))[-1][0] == "done"


def test_a_model_server_killed_in_the_middle_leaves_a_whole_cited_answer(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    killed = subprocess.Popen([sys.executable, "tests/model_server.py", str(port), GOOD * 40], cwd=ROOT)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        with serving(folder, XINWEN_MODEL="double", XINWEN_BASE_URL=f"http://127.0.0.1:{port}/v1") as url:
            found = []
            for event in events(url):
                found.append(event)
                if event[0] == "delta":
                    killed.kill()
            done = found[-1][1]
            assert found[-1][0] == "done" and not done["refused"] and "中断" in done["notes"][0]
            assert "腾讯 [" in done["answer"].partition("\n\n")[2], "the quoted answer follows"
            assert done["answer"] == "".join(d["text"] for k, d in found if k == "delta")
            check(url, done)
            after = httpx.post(f"{url}/ask", json={"question": QUESTION}, timeout=60).json()
            assert after["mode"] == "quote" and "连不上" in after["notes"][0]
            check(url, after)
    finally:
        killed.kill()
        killed.wait()


@pytest.mark.parametrize("streamed", [False, True])
def test_the_openai_client_gets_a_cited_answer(server: str, streamed: bool) -> None:
    with openai.OpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0) as client:
        assert [m.id for m in client.models.list()] == ["xinwen"]
        messages: Any = [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "燧原科技是什么时候成立的?"},
            {"role": "assistant", "content": "2018年3月"},
            {"role": "user", "content": [{"type": "text", "text": "它的COO是谁?"}]},
        ]
        if streamed:
            chunks = list(client.chat.completions.create(model="xinwen", messages=messages, stream=True))
            text = "".join(c.choices[0].delta.content or "" for c in chunks)
            assert chunks[-1].choices[0].finish_reason == "stop"
            answer = chunks[-1].model_extra["xinwen"]  # type: ignore[index]
        else:
            completion = client.chat.completions.create(model="xinwen", messages=messages)
            text, answer = completion.choices[0].message.content or "", completion.model_extra["xinwen"]  # type: ignore[index]
        assert text.startswith("张亚林 [1]") and "[1] " in text.partition("\n\n")[2]
        assert answer["citations"][0]["quote"] in text
        check(server, answer)


def test_the_openai_client_is_told_what_is_wrong(server: str) -> None:
    with (
        openai.OpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0) as client,
        pytest.raises(openai.UnprocessableEntityError, match="user message"),
    ):
        client.chat.completions.create(model="xinwen", messages=[{"role": "system", "content": "x"}])


async def use_tools(session: ClientSession) -> tuple[dict[str, Any], list[dict[str, Any]], str, bool]:
    """What the three tools give for one question, one after the other."""
    await session.initialize()
    assert {t.name for t in (await session.list_tools()).tools} == {"ask", "search", "read_article"}
    answer = json.loads((await session.call_tool("ask", {"question": QUESTION})).content[0].text)  # type: ignore[union-attr]
    found = (await session.call_tool("search", {"query": QUESTION, "k": 3})).structuredContent or {}
    article_id = answer["citations"][0]["article_id"]
    article = json.loads(
        (await session.call_tool("read_article", {"article_id": article_id})).content[0].text
    )  # type: ignore[union-attr]
    wrong = await session.call_tool("read_article", {"article_id": "../../etc/passwd"})
    return answer, found["result"], article["text"], bool(wrong.isError)


def checked_tools(answer: dict[str, Any], found: list[dict[str, Any]], text: str, wrong: bool) -> None:
    assert answer["answer"].startswith("腾讯 [1]") and answer["citations"][0]["quote"] in text
    assert len(found) == 3 and all(p["text"] and p["end"] > p["start"] for p in found)
    assert wrong


def test_an_mcp_client_gets_a_cited_answer(server: str) -> None:
    async def run() -> Any:
        async with (
            streamable_http_client(f"{server}/mcp") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            return await use_tools(session)

    checked_tools(*asyncio.run(run()))


def test_an_mcp_client_gets_a_cited_answer_over_a_pipe(folder: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bot", "mcp", "--store", str(folder)],
        env=dict(os.environ),
        cwd=ROOT,
    )

    async def run() -> Any:
        async with stdio_client(command) as (read, write), ClientSession(read, write) as session:
            return await use_tools(session)

    checked_tools(*asyncio.run(run()))


def test_a_langchain_chain_over_the_store_and_the_server_gets_a_cited_answer(
    server: str, folder: Path
) -> None:
    library = Library(Settings(), folder)
    retriever = XinwenRetriever(library=library, k=3)
    vectors = InMemoryVectorStore.from_documents(
        retriever.invoke(QUESTION), XinwenEmbeddings(library.embedder)
    )
    nearest = vectors.similarity_search(QUESTION, k=1)[0]
    source = library.store().source(nearest.metadata["source_id"]).text
    assert source[nearest.metadata["start"] : nearest.metadata["end"]] == nearest.page_content
    with httpx.Client() as http:
        chat = ChatOpenAI(
            base_url=f"{server}/v1", api_key="none", model="xinwen", max_retries=0, http_client=http
        )
        prompt = ChatPromptTemplate.from_messages([("system", "{passages}"), ("user", "{question}")])
        chain = {"passages": retriever, "question": RunnablePassthrough()} | prompt | chat | StrOutputParser()
        said = chain.invoke(QUESTION)
    assert said.startswith("腾讯 [1]") and "成为燧原科技最大股东" in said
