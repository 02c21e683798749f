"""Bytes to sources: finds the files, decodes them, and names what it could not read."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.records import Skipped, Source, content_id

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".jsonl", ".jsonl.gz")
# Files that describe a folder rather than belong to its articles; one named outright is still read.
GLOSSARY = "glossary.tsv"
ABOUT_THE_FOLDER = {"readme.md", "sources.md", "license.md", "license.txt", GLOSSARY}
GIVEN = ("id", "title", "source", "author", "published", "url")
MAX_FILE_BYTES = 2 << 30
_COMMON = frozenset("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出会年月日公司")


class UnreadableError(Exception):
    """A file holds no text that can be read; the message says why."""


def find_files(paths: list[Path]) -> Iterator[Path | Skipped]:
    """Each readable file under `paths`, in a fixed order, and what is skipped for its kind or absence."""
    for path in paths:
        if path.is_dir():
            for inner in sorted(p for p in path.rglob("*") if p.is_file()):
                hidden = any(part.startswith(".") for part in inner.relative_to(path).parts)
                if hidden or inner.name.lower() in ABOUT_THE_FOLDER:
                    continue
                yield inner if inner.name.lower().endswith(SUFFIXES) else _unknown_kind(inner)
        elif not path.exists():
            yield Skipped(str(path), "no such file or folder")
        else:
            yield path if path.name.lower().endswith(SUFFIXES) else _unknown_kind(path)


def find_glossary(paths: list[Path]) -> Path | None:
    """The user's table of names beside the articles: the first ``glossary.tsv`` that lies in a folder of `paths`."""
    return next((p / GLOSSARY for p in paths if (p / GLOSSARY).is_file()), None)


def _unknown_kind(path: Path) -> Skipped:
    return Skipped(str(path), f"not one of the kinds that are read: {' '.join(SUFFIXES)}")


def read(paths: list[Path]) -> Iterator[Source | Skipped]:
    """Every source under `paths`, and a `Skipped` for each file or line that is empty or unreadable."""
    for found in find_files(paths):
        if isinstance(found, Skipped):
            yield found
            continue
        try:
            yield from read_file(found)
        except (UnreadableError, OSError, EOFError) as error:
            yield Skipped(str(found), str(error))


def read_file(path: Path) -> Iterator[Source | Skipped]:
    """The sources of one file: one, or for JSON lines one a record.

    Raises `UnreadableError` for an empty, binary or damaged file, `OSError` as `open` does.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise UnreadableError(f"{size} bytes are more than the {MAX_FILE_BYTES} that are read")
    name = path.name.lower()
    if name.endswith((".jsonl", ".jsonl.gz")):
        yield from _read_jsonl(path)
        return
    data = path.read_bytes()
    if not data.strip():
        raise UnreadableError("empty")
    extract = next((e for suffix, e in _EXTRACTORS.items() if name.endswith(suffix)), _plain)
    text, given = extract(data)
    if not text.strip():
        raise UnreadableError("holds no text")
    yield Source(content_id(text), path.name, hashlib.sha256(data).hexdigest(), text, given)


def _read_jsonl(path: Path) -> Iterator[Source | Skipped]:
    packed = path.name.lower().endswith(".gz")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    count = 0
    with gzip.open(path, "rb") if packed else path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            count += 1
            try:
                record = json.loads(decode(line))
                text, given = record["text"], {k: str(record[k]) for k in GIVEN if record.get(k) is not None}
                if not isinstance(text, str) or not text.strip():
                    raise ValueError("`text` is empty")
                text.encode("utf-8")
            except (ValueError, KeyError, TypeError, AttributeError, UnreadableError) as error:
                why = "no `text`" if isinstance(error, KeyError) else str(error)
                yield Skipped(f"{path}:{number}", f"not a JSON record with a text: {why}")
                continue
            if "published" not in given and isinstance(record.get("date"), str):
                given["published"] = record["date"]
            yield Source(content_id(text, given.get("id", "")), path.name, digest, text, given)
    if not count:
        raise UnreadableError("empty")


def decode(data: bytes) -> str:
    """The text of `data`: UTF-8 or UTF-16 by its mark, UTF-8, GB18030 or Big5, whichever reads as Chinese.

    Line ends stay as they are. Raises `UnreadableError` for bytes that are no text.

    >>> decode("\\ufeff华为\\r\\n".encode("utf-8")), decode("华为".encode("gb18030"))
    ('华为\\r\\n', '华为')
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif b"\0" in data:
        raise UnreadableError("binary, not text")
    else:
        candidates = ["utf-8-sig", "gb18030", "big5"]
    readings = []
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig":
            return _checked(text)
        readings.append(text)
    if readings:
        return _checked(max(readings, key=_commonness))
    text = data.decode("utf-8-sig", "replace")
    # A byte or two lost by the crawler should not cost the whole article.
    if text.count("\ufffd") > 1 + len(text) // 500:
        raise UnreadableError("neither UTF-8, UTF-16, GB18030 nor Big5 text")
    return _checked(text)


def _commonness(text: str) -> float:
    return sum(c in _COMMON for c in text) / max(1, len(text))


def _checked(text: str) -> str:
    control = len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text))
    if control > len(text) // 200:
        raise UnreadableError("binary, not text")
    return text


def _plain(data: bytes) -> tuple[str, dict[str, str]]:
    return decode(data), {}


def _html(data: bytes) -> tuple[str, dict[str, str]]:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(decode(data), "html.parser")
    given: dict[str, str] = {}
    metas = {
        "title": ("og:title",),
        "author": ("author", "article:author"),
        "published": ("article:published_time", "publishdate", "pubdate"),
        "source": ("og:site_name", "source"),
        "url": ("og:url",),
    }
    for key, names in metas.items():
        for name in names:
            tag = page.find("meta", attrs={"property": name}) or page.find("meta", attrs={"name": name})
            if tag and str(tag.get("content") or "").strip():
                given.setdefault(key, str(tag["content"]).strip())
    heading = page.find("h1") or page.find("title")
    if heading and heading.get_text(strip=True):
        given.setdefault("title", heading.get_text(" ", strip=True))
    for tag in page(
        ["script", "style", "nav", "footer", "aside", "form", "noscript", "template", "title", "button"]
    ):
        tag.decompose()
    body = page.find("article") or page.body or page
    for tag in body.find_all(["p", "div", "br", "li", "h1", "h2", "h3", "h4", "tr", "section", "blockquote"]):
        tag.append("\n")
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in body.get_text().splitlines())
    return "\n".join(line for line in lines if line), given


def _pdf(data: bytes) -> tuple[str, dict[str, str]]:
    from pypdf import PdfReader

    try:
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    except Exception as error:  # pypdf raises many kinds on damaged files
        raise UnreadableError(f"not a readable PDF: {error}") from error
    return "\n".join(_rejoined(page) for page in pages), {}


def _rejoined(page: str) -> str:
    """`page` with the lines that a PDF breaks at its margin joined again."""
    width = max((len(line) for line in page.splitlines()), default=0)
    out = ""
    for line in page.splitlines():
        out += line.rstrip()
        if len(line) < 0.8 * width or line.rstrip().endswith(("。", "!", "?", "！", "？", "”")):
            out += "\n"
    return out


def _docx(data: bytes) -> tuple[str, dict[str, str]]:
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
    except Exception as error:  # python-docx passes on what zipfile, lxml and it raise
        raise UnreadableError(f"not a readable .docx: {error}") from error
    given = {"author": document.core_properties.author} if document.core_properties.author else {}
    if given.get("author") == "python-docx":
        given = {}
    return "\n".join(p.text.strip() for p in document.paragraphs if p.text.strip()), given


_EXTRACTORS: dict[str, Callable[[bytes], tuple[str, dict[str, str]]]] = {
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
}
