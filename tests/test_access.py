"""Who may come in: everyone on this machine, or whoever has a token."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.access import Access, AccessError, check_bind
from bot.library import Library
from bot.settings import Settings
from bot.web import make_app

TOKENS = ("a long token", "another one")
PATHS = [
    "/",
    "/healthz",
    "/articles",
    "/library",
    "/timeline",
    "/figures",
    "/docs",
    "/openapi.json",
    "/gradio_api/info",
]


def client(folder: Path, tokens: tuple[str, ...] = (), address: str = "http://127.0.0.1:7860") -> TestClient:
    app: Any = Access(make_app(Library(Settings(), folder), chat=False), tokens)
    return TestClient(app, base_url=address, follow_redirects=False)


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_nothing_is_told(folder: Path, path: str) -> None:
    guarded = client(folder, TOKENS, "http://10.0.0.7")
    assert guarded.get(path).status_code == 401
    assert guarded.get(path, headers={"authorization": "Bearer a long tokem"}).status_code == 401
    page = guarded.get(path, headers={"accept": "text/html"})
    assert page.status_code == 303 and page.headers["location"].startswith("/login?next=%2F")


@pytest.mark.parametrize("path", ["/ask", "/library/add", "/library/remove", "/feedback"])
def test_nothing_is_done_without_the_token(folder: Path, path: str) -> None:
    reply = client(folder, TOKENS).post(path, json={"question": "燧原科技的CEO是谁?"})
    assert reply.status_code == 401 and "Bearer" in reply.json()["detail"]


@pytest.mark.parametrize("token", TOKENS)
def test_each_token_opens_the_api(folder: Path, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"}
    reply = client(folder, TOKENS, "http://10.0.0.7").post(
        "/ask", json={"question": "燧原科技的CEO是谁?"}, headers=headers
    )
    assert reply.json()["answer"].startswith("赵立东")


def test_the_page_is_entered_with_the_token_and_a_cookie_that_is_not_it(folder: Path) -> None:
    guarded = client(folder, TOKENS)
    assert 'type="password"' in guarded.get("/login").text
    assert guarded.post("/login", data={"token": "wrong"}).status_code == 401
    entered = guarded.post("/login?next=%2Flibrary", data={"token": TOKENS[1]})
    assert (entered.status_code, entered.headers["location"]) == (303, "/library")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and TOKENS[1] not in cookie
    assert guarded.get("/library").status_code == 200
    assert guarded.post("/login?next=//evil.example", data={"token": TOKENS[0]}).headers["location"] == "/"


def test_other_sites_change_nothing(folder: Path) -> None:
    local = client(folder)
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        reply = local.post("/library/remove", data={"source_id": "x"}, headers=headers)
        assert reply.status_code == 403
    ours = {"origin": "http://127.0.0.1:7860"}
    assert local.post("/ask", json={"question": "燧原科技的CEO是谁?"}, headers=ours).status_code == 200


def test_without_a_token_the_server_has_no_other_name(folder: Path) -> None:
    assert client(folder, (), "http://evil.example").get("/articles").status_code == 403
    assert client(folder, (), "http://localhost:7860").get("/articles").status_code == 200


def test_an_open_address_needs_a_token() -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        check_bind(host, [])
    for host in ("0.0.0.0", "::", "192.168.1.5", ""):
        with pytest.raises(AccessError, match="XINWEN_TOKEN"):
            check_bind(host, [])
        check_bind(host, ["x"])


def test_the_server_does_not_start_open(folder: Path) -> None:
    command = [sys.executable, "-m", "bot", "serve", "--host", "0.0.0.0", "--store", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env={"XINWEN_TOKEN": " , "}, timeout=60)
    assert done.returncode == 1
    assert "XINWEN_TOKEN" in done.stderr and "Traceback" not in done.stderr
