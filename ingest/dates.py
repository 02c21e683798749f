"""When an article was published, as far as its text gives it away."""

from __future__ import annotations

import re

_FULL = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*(?:年|[-/.])\s*(1[0-2]|0?[1-9])\s*(?:月|[-/.])\s*(3[01]|[12]\d|0?[1-9])(?!\d)"
    r"(?:日|号)?(?:[T\s]*(\d{1,2}:\d\d)(?::\d\d)?)?"
)
_YEAR = re.compile(r"(?<![\d.])((?:19|20)\d\d)(?=\s*年|[A-Z一-鿿])(?:\s*年)?(?:\s*(1[0-2]|0?[1-9])\s*月)?")
_THIS_YEAR = re.compile(r"(?:今年|本年)[^。\n]{0,8}?(20\d\d)(?!\d)")
_BARE_MONTH = re.compile(r"(?<![\d年])(?<!年 )(1[0-2]|[1-9])\s*月(?:\s*(3[01]|[12]\d|[1-9])\s*[日号])?")
_NOT_YET = re.compile(r"(?:到|至|预计|估计|将于|将在|计划|有望|明年|财年)\s*$")
_OTHER_YEAR = re.compile(r"(?:去年|上一年|上年|前年|次年|明年|同年|当年)[^。\n]*$")


def stated_date(line: str) -> str | None:
    """The full date that `line` states, in ISO 8601, with its time if it has one; None without.

    >>> stated_date("2024年9月10日 08:30 来源:新华网"), stated_date("9月10日")
    ('2024-09-10T08:30', None)
    """
    match = _FULL.search(line)
    if not match:
        return None
    year, month, day, clock = match.groups()
    return f"{year}-{int(month):02}-{int(day):02}" + (f"T{clock.zfill(5)}" if clock else "")


def infer_published(text: str) -> tuple[str | None, str | None]:
    """The month in which `text` was most likely published and how that was inferred; Nones if nothing tells.

    The year is the one that "this year" is said to be, else the latest one spoken of as present or past;
    the month is the latest that stands without a year of its own.

    >>> infer_published("2023年产值增长。2025年4月的政策。4月17日,他再次来访。")
    ('2025-04', 'latest dates in the text: 2025年4月, 4月17日')
    """
    years = [m for m in _YEAR.finditer(text) if not _future(text, m)]
    anchor = _THIS_YEAR.search(text)
    if anchor:
        year, how = int(anchor[1]), [anchor[0]]
    elif years:
        latest = max(years, key=lambda m: (int(m[1]), int(m[2] or 0)))
        year, how = int(latest[1]), [latest[0].strip()]
    else:
        return None, None
    months = {int(m[2]): m[0].strip() for m in years if int(m[1]) == year and m[2]}
    for match in _BARE_MONTH.finditer(text):
        before = re.split(r"[。\n]", text[max(0, match.start() - 80) : match.start()])[-1]
        other = [m[1] for m in _YEAR.finditer(before) if int(m[1]) != year]
        if not (other or _NOT_YET.search(before) or _OTHER_YEAR.search(before)):
            months[int(match[1])] = match[0].strip()
    if not months:
        return str(year), f"latest dates in the text: {how[0]}"
    month = max(months)
    if months[month] not in how:
        how.append(months[month])
    return f"{year}-{month:02}", "latest dates in the text: " + ", ".join(how)


def _future(text: str, match: re.Match[str]) -> bool:
    return bool(_NOT_YET.search(text[max(0, match.start() - 6) : match.start()])) or text.startswith(
        "财年", match.end()
    )
