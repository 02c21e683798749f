"""Who may come in: everyone on this machine, or whoever has a token; and nobody from another site's page."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from bot.pages import HEADERS, page
from bot.words import WORDS, tongue

COOKIE = "xinwen"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_LOGIN_BYTES = 4096
DAY_S = 24 * 3600


class AccessError(ValueError):
    """The server would be open to other machines without a token; the message says how to mend it."""


def check_bind(host: str, tokens: Iterable[str]) -> None:
    """Raises `AccessError` if `host` lets other machines in and there is no token to ask them for."""
    if host not in LOOPBACK and not list(tokens):
        raise AccessError(
            f"listening on {host} lets other machines in, so it needs a token: "
            "set XINWEN_TOKEN, for example with `export XINWEN_TOKEN=$(openssl rand -hex 16)`"
        )


class Access:
    """Passes on what may come in, in front of the page, the API and all the rest alike.

    With `tokens` a request needs one of them, as ``Authorization: Bearer`` or as the cookie that ``/login``
    gives. Without, only this machine's names are answered to, so that a page of another site cannot reach the
    server under a name of its own. In both cases a form or script of another site changes nothing.
    """

    def __init__(self, app: Any, tokens: tuple[str, ...] = ()) -> None:
        self.app = app
        self.tokens = tokens

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers 401 (or with the login page), 403, or passes the request on."""
        from starlette.requests import Request
        from starlette.responses import JSONResponse, RedirectResponse, Response

        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        answer: Response | None = None
        if scope["type"] == "websocket":
            # Nothing here uses them.
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        if _from_elsewhere(request):
            answer = JSONResponse({"detail": "requests of other sites' pages are not answered"}, 403)
        elif not self.tokens:
            if urlsplit(f"//{request.headers.get('host', '')}").hostname not in LOOPBACK:
                answer = JSONResponse(
                    {"detail": "without a token only 127.0.0.1 and localhost are served"}, 403
                )
        elif request.url.path == "/login":
            answer = await self._login(request)
        elif request.url.path != "/favicon.ico" and not self._known(request):
            if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
                there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                answer = RedirectResponse(f"/login?next={quote(there, safe='')}", 303)
            else:
                detail = "a token is needed: send it as `Authorization: Bearer TOKEN`, or log in at /login"
                answer = JSONResponse({"detail": detail}, 401, {"WWW-Authenticate": "Bearer"})
        await (answer or self.app)(scope, receive, send)

    def _known(self, request: Any) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._is_token(token.strip()):
            return True
        try:
            cookie = SimpleCookie(request.headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and any(_same(cookie.value, ticket(token)) for token in self.tokens)

    def _is_token(self, said: str) -> bool:
        return any(_same(said, token) for token in self.tokens)

    async def _login(self, request: Any) -> Any:
        from starlette.responses import HTMLResponse, RedirectResponse

        language = tongue(request.headers.get("accept-language"))
        there = request.query_params.get("next", "/")
        wrong = False
        if request.method == "POST":
            body = b""
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_LOGIN_BYTES:
                    break
            said = parse_qs(body[:MAX_LOGIN_BYTES].decode("utf-8", "replace")).get("token", [""])[0].strip()
            if self._is_token(said):
                # Only to a path of this site.
                local = there.startswith("/") and not there.startswith(("//", "/\\"))
                entered = RedirectResponse(there if local else "/", 303)
                secure = request.url.scheme == "https"
                entered.set_cookie(
                    COOKIE, ticket(said), 30 * DAY_S, httponly=True, samesite="strict", secure=secure
                )
                return entered
            wrong = True
        words = WORDS[language]
        note = f'<p role="alert" class="xw-badge">{words["wrong"]}</p>' if wrong else ""
        form = (
            f'<h1>{words["login"]}</h1>{note}<form method="post" class="xw-row"><label for="token">{words["token"]}</label>'
            f'<input type="password" id="token" name="token" required autocomplete="current-password">'
            f'<button class="xw-main">{words["enter"]}</button></form>'
        )
        shown = page(words["login"], form, language, bare=True)
        return HTMLResponse(shown, 401 if wrong else 200, HEADERS)


def ticket(token: str) -> str:
    """What the cookie holds: made from the token, but not the token."""
    return hmac.new(token.encode(), b"xinwen page", hashlib.sha256).hexdigest()


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode("utf-8", "replace"), b.encode("utf-8", "replace"))


def _from_elsewhere(request: Any) -> bool:
    """Whether a browser says that another site's page sends this to change something."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    return bool(urlsplit(origin).netloc != request.headers.get("host", ""))
