"""A source to its articles: finds where each begins and ends and leaves out what belongs to none.

Crawled pages put several articles in one file with other pages' teasers between them. The signs read
here are typographic: a teaser is cut off with dots, an article ends in credits ("本文源自", "作者"), a
heading is a short line without a full stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.dates import infer_published, stated_date
from ingest.records import Article, Paragraph, Source, content_id
from ingest.sentences import sentence_spans

_NAME = r"[^\s,，。|｜:：;；/()（）\d]{2,20}"
_SOURCE = re.compile(rf"(?:本文源自|本文来源|文章来源|稿件来源|信息来源|来源|源自)\s*[:：|｜]\s*({_NAME})")
_PERSON = r"\s*[:：|｜/丨]\s*([一-鿿·]{2,4}|[A-Z][A-Za-z.]+(?: [A-Z][A-Za-z.]+)*)"
_AUTHOR = re.compile(r"(?:作者|撰文)" + _PERSON)
_WRITER = re.compile(r"(?:记者|文|编辑)" + _PERSON)
_COLUMN = re.compile(r"^文\s*[|｜丨]\s*([^,，\s]{2,12})")
_CREDIT_START = re.compile(
    r"^[（(【\[]?(?:本文源自|本文来源|文章来源|稿件来源|"
    r"(?:来源|源自|作者|撰文|责任编辑|责编|编辑|记者|校对|审核|文|声明)\s*[:：|｜丨/]|更多精彩内容|版权声明|免责声明)"
)
_FOLLOW = re.compile(r"(?:关注|重视|下载)\s*([一-鿿A-Za-z]{2,10}?)(?:官方)?(?:微信|公众号|App|APP|客户端)")
_JUNK = re.compile(
    r"^(?:点击(?:查看|进入|阅读|关注)|扫(?:码|描二维码)|返回(?:首页|搜狐)|举报|分享到|阅读原文|展开全文|相关阅读|推荐阅读|"
    r"延伸阅读|热门推荐|猜你喜欢|上一篇|下一篇|字号|打开APP|下载APP|特别声明|版权所有|Copyright|©|责任编辑|"
    r"更多精彩|免责声明|版权声明|图片来源|图源|广告$)"
)
_RULE = re.compile(r"^[-=*_#~—·\s]{4,}$")
_CUT = re.compile(r"(?<![.…])(?:\.{3}|…)$")
_ENDS_SENTENCE = re.compile(r"[。！？!?；;，,、…：:.]['\"”’」』)）]*$")
MAX_HEADING_CHARS = 40
MIN_TEASER_CHARS = 40
MIN_REPEAT_CHARS = 15


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    kind: str  # body, heading, credit, teaser, junk, rule, byline, title


def split(source: Source) -> list[Article]:
    """The articles of `source` in order; empty if no line of it is an article's."""
    lines = _classified(source.text)
    if not source.given.get("id"):
        return [article for group in _groups(lines) if (article := _article(source, group))]
    # A record is one article, whatever reads like a teaser or another's beginning in it.
    whole = [replace(x, kind="body") if x.kind == "teaser" else x for x in lines if x.kind != "rule"]
    if not any(x.kind == "body" for x in whole):
        whole = [replace(x, kind="body") for x in whole]
    article = _article(source, whole) if whole else None
    return [replace(article, id=source.given["id"])] if article else []


def _classified(text: str) -> list[_Line]:
    spans = [(m.start(1), m.end(1)) for m in re.finditer(r"[^\S\n\r]*([^\s][^\n\r]*?)\s*(?=[\r\n]|\Z)", text)]
    texts = [text[a:b] for a, b in spans]
    heads = {t[:MIN_REPEAT_CHARS] for t in texts if len(t) >= MIN_REPEAT_CHARS and not _CUT.search(t)}
    return [
        _Line(a, b, t, _kind(t, heads, first=i == 0))
        for i, ((a, b), t) in enumerate(zip(spans, texts, strict=True))
    ]


def _kind(line: str, heads: set[str], first: bool) -> str:
    if _RULE.match(line):
        return "rule"
    if _CREDIT_START.match(line) and (len(line) <= 60 or _CUT.search(line)):
        return "credit"
    if _JUNK.match(line) and len(line) <= 80:
        return "junk"
    repeat = line[:MIN_REPEAT_CHARS] in heads
    if _CUT.search(line) and (len(line) >= MIN_TEASER_CHARS or (repeat and len(line) > MIN_REPEAT_CHARS)):
        return "teaser"
    if re.match(r"^(?:标题|题目)\s*[:：]|^# ", line):
        return "title"
    if len(line) <= 60 and stated_date(line) and (_SOURCE.search(line) or not _ENDS_SENTENCE.search(line)):
        # A date with a source or nothing else beside it is the line under a title.
        rest = re.sub(r"[\d年月日号时分:：/\-.\sT]|发布|时间|" + _SOURCE.pattern, "", line)
        if _SOURCE.search(line) or len(rest) <= 8:
            return "byline"
    if re.match(r"^#{2,6} ", line):
        return "heading"
    if (
        len(line) <= MAX_HEADING_CHARS
        and not _ENDS_SENTENCE.search(line)
        and not re.match(r"^[-•·*●■]\s|^[“\"]", line)
    ):
        return "heading"
    return "body"


def _groups(lines: list[_Line]) -> Iterator[list[_Line]]:
    """The lines of each article: cut behind credits, at teasers and rules, and before a new title or byline."""
    group: list[_Line] = []
    for at, line in enumerate(lines):
        has_body = any(x.kind == "body" for x in group)
        ended = (
            bool(group)
            and group[-1].kind in ("credit", "junk")
            and has_body
            and line.kind not in ("credit", "junk")
        )
        starts = line.kind == "title" or (
            line.kind == "heading" and at + 1 < len(lines) and lines[at + 1].kind == "byline"
        )
        if line.kind in ("teaser", "rule") or ended or (starts and has_body):
            if group:
                yield group
            group = []
        if line.kind not in ("teaser", "rule"):
            group.append(line)
    if group:
        yield group


def _article(source: Source, group: list[_Line]) -> Article | None:
    title, made, rest = _title(source, group)
    paragraphs = tuple(_paragraphs(rest))
    if not any(p.end - p.start >= 10 for p in paragraphs):
        return None
    given = source.given
    marks = [x.text for x in group if x.kind in ("credit", "byline", "junk")]
    published, how = _published(given, marks, source.text[paragraphs[0].start : paragraphs[-1].end])
    start, end = group[0].start, group[-1].end
    for line in group:
        # Credits may be glued to a cut repeat of another article; only the credit is this article's.
        if line.kind == "credit" and _CUT.search(line.text):
            end = paragraphs[-1].end
    return Article(
        id=content_id(source.id, str(start), str(end)),
        source_id=source.id,
        start=start,
        end=end,
        title=title,
        title_made=made,
        source=given.get("source") or _origin(marks),
        author=given.get("author") or _first(_AUTHOR, marks) or _first(_WRITER, marks),
        published=published,
        published_how=how,
        url=given.get("url"),
        paragraphs=paragraphs,
    )


def _title(source: Source, group: list[_Line]) -> tuple[str, bool, list[_Line]]:
    body = [x for x in group if x.kind in ("body", "heading", "title")]
    if source.given.get("title"):
        title = source.given["title"]
        return title, False, [x for x in body if x.text.strip("# ") != title]
    if body and body[0].kind in ("title", "heading"):
        return re.sub(r"^(?:标题|题目)\s*[:：]\s*|^#+ ", "", body[0].text), False, body[1:]
    if not body:
        return "", True, body
    first = next(iter(sentence_spans(body[0].text)), (0, 0))
    sentence = body[0].text[first[0] : first[1]].rstrip("。")
    return (sentence if len(sentence) <= 45 else _clipped(sentence)), True, body


def _clipped(sentence: str, limit: int = 40) -> str:
    cut = max(sentence.rfind(mark, 12, limit) for mark in ",，;；:：")
    return sentence[: cut if cut > 0 else limit] + "…"


def _paragraphs(lines: list[_Line]) -> Iterator[Paragraph]:
    heading, last = "", ""
    for line in lines:
        if line.kind in ("heading", "title"):
            text = line.text.strip("# ")
            heading = f"{heading} {text}" if last in ("heading", "title") else text
        else:
            yield Paragraph(line.start, line.end, heading)
        last = line.kind


def _published(given: object, marks: list[str], body: str) -> tuple[str | None, str | None]:
    stated = given.get("published") if hasattr(given, "get") else None
    if stated:
        return str(stated_date(stated) or stated), "given with the article"
    for mark in marks:
        if stated_date(mark):
            return stated_date(mark), f"stated in the line “{mark[:40]}”"
    return infer_published(body)


def _origin(marks: list[str]) -> str | None:
    return _first(_SOURCE, marks) or _first(_FOLLOW, marks) or _first(_COLUMN, marks)


def _first(pattern: re.Pattern[str], lines: list[str]) -> str | None:
    return next((m[1] for line in lines if (m := pattern.search(line))), None)
