"""Bytes to sources."""

import gzip
import hashlib
import json
from pathlib import Path

import docx
import pytest

from ingest.read import decode, read
from ingest.records import Skipped, Source
from ingest.split import split


def sources(path: Path) -> tuple[list[Source], list[Skipped]]:
    found = list(read([path]))
    return [s for s in found if isinstance(s, Source)], [s for s in found if isinstance(s, Skipped)]


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.txt", "华为发布芯片。\r\n第二行。".encode(), "华为发布芯片。\r\n第二行。"),
        ("a.txt", "\ufeff华为发布芯片。".encode(), "华为发布芯片。"),
        ("a.md", "华为在上海发布了一款芯片。".encode("gb18030"), "华为在上海发布了一款芯片。"),
        ("a.txt", "華為在上海發布了一款芯片。".encode("big5"), "華為在上海發布了一款芯片。"),
        ("a.txt", "华为".encode("utf-16"), "华为"),
    ],
)
def test_encodings_and_line_ends(tmp_path: Path, name: str, data: bytes, text: str) -> None:
    (tmp_path / name).write_bytes(data)
    ((source,), skipped) = sources(tmp_path)
    assert source.text == text
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert not skipped


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "blank.txt").write_bytes(b" \n ")
    (tmp_path / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "broken.docx").write_bytes(b"PK nothing")
    (tmp_path / "picture.png").write_bytes(b"x")
    (tmp_path / "broken.jsonl.gz").write_bytes(b"\x1f\x8bxxxx")
    (tmp_path / "good.txt").write_text("华为发布芯片。", "utf-8")
    (tmp_path / "SOURCES.md").write_text("where it is from", "utf-8")
    found, skipped = sources(tmp_path)
    assert [s.file for s in found] == ["good.txt"]
    assert {Path(s.file).name for s in skipped} == {
        "empty.txt", "blank.txt", "image.txt", "broken.pdf", "broken.docx", "picture.png", "broken.jsonl.gz",
    }  # fmt: skip
    assert all(s.why for s in skipped)


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines(tmp_path: Path, packed: bool) -> None:
    rows = [
        json.dumps({"id": "n1", "text": "甲公司在2024年成立,总部在上海。", "title": "甲", "source": "某报"}),
        "not json",
        json.dumps({"id": "n2"}),
        json.dumps({"id": "n3", "text": "乙公司在2023年成立,总部在北京。", "date": "2023-08-16 18:24:57"}),
        json.dumps(["a list"]),
    ]
    data = "\n".join(rows).encode()
    path = tmp_path / ("a.jsonl.gz" if packed else "a.jsonl")
    path.write_bytes(gzip.compress(data) if packed else data)
    found, skipped = sources(path)
    articles = [a for s in found for a in split(s)]
    assert [(a.id, a.source) for a in articles] == [("n1", "某报"), ("n3", None)]
    assert (articles[0].title, articles[1].published) == ("甲", "2023-08-16T18:24")
    assert [s.file.rpartition(":")[2] for s in skipped] == ["2", "3", "5"]


def test_html_and_docx_keep_their_articles_text(tmp_path: Path) -> None:
    html = (
        "<html><head><title>芯片报</title><meta name='author' content='李四'><script>var x='脚本'</script></head>"
        "<body><nav>首页 导航</nav><article><h1>甲公司成立</h1><p>甲公司在2024年成立。</p><p>总部在上海。</p></article></body></html>"
    )
    (tmp_path / "a.html").write_text(html, "utf-8")
    document = docx.Document()
    document.add_paragraph("乙公司成立")
    document.add_paragraph("乙公司在2023年成立,总部在北京市海淀区。")
    document.save(str(tmp_path / "b.docx"))
    found, skipped = sources(tmp_path)
    assert not skipped
    first, second = (split(s)[0] for s in found)
    assert (first.title, first.author) == ("甲公司成立", "李四")
    assert "脚本" not in found[0].text and "导航" not in found[0].text and "总部在上海。" in found[0].text
    assert second.title == "乙公司成立"


def test_a_byte_lost_by_the_crawler_does_not_cost_the_article() -> None:
    data = ("华为在上海发布了一款芯片。" * 60).encode()
    assert decode(data[:-1]).startswith("华为在上海")
