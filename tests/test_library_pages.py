"""The plain pages: the library and what changes it, the article, the time line, the figures; and what is saved."""

import gzip
import io
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import bot.uploads
from bot.comparable import comparable
from bot.conversations import Conversations, Turn, new_id
from bot.journal import append, rows
from bot.library import Library
from bot.settings import Settings
from bot.suggest import candidates, is_answered
from bot.timeline import events
from bot.web import make_app
from index.build import build
from index.embed import StaticEmbedder
from index.store import Store
from ingest.read import read

SEEDS = Path(__file__).parent.parent / "seeds"
ARTICLE = (
    "丁公司发布新品\n\n丁公司在2024年3月成立,丁公司的CEO是王小明。丁公司的总部设在杭州,员工有300多人。\n"
)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, embedder: StaticEmbedder) -> Library:
    """A library that the tests of this file change."""
    folder = tmp_path_factory.mktemp("own")
    build(read([SEEDS]), folder, embedder)
    return Library(Settings(), folder)


@pytest.fixture(scope="module")
def client(own: Library) -> TestClient:
    return TestClient(make_app(own, chat=False), headers={"accept-language": "en"})


def add(client: TestClient, **files: bytes) -> str:
    sent = [("files", (name.replace("_", "."), io.BytesIO(data))) for name, data in files.items()]
    return client.post("/library/add", files=sent).text


def test_an_article_is_added_found_asked_about_and_removed(client: TestClient, own: Library) -> None:
    said = add(client, ding_txt=ARTICLE.encode(), virus_exe=b"MZ", empty_md=b"")
    assert "Added 1 files or records: 1 articles" in said and "2 skipped" in said
    assert "virus.exe: not one of the kinds" in said and "empty.md: empty" in said
    assert client.post("/ask", json={"question": "丁公司的CEO是谁?"}).json()["answer"].startswith("王小明")
    listed = client.get("/library", params={"q": "总部设在杭州"}).text
    assert "丁公司发布新品" in listed and "1 articles" in listed
    assert "already in the library" in add(client, ding_txt=ARTICLE.encode())

    source_id = next(row["id"] for row in own.store().source_rows if row["file"] == "ding.txt")
    gone = client.post("/library/remove", data={"source_id": source_id})
    assert "ding.txt is removed" in gone.text and "丁公司发布新品" not in gone.text
    assert client.post("/ask", json={"question": "丁公司的CEO是谁?"}).json()["refused"]
    assert client.post("/library/remove", data={"source_id": source_id}).status_code == 409


def test_a_failed_upload_changes_nothing(
    client: TestClient, own: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = own.store().generation
    packed = gzip.compress(json.dumps({"id": "1", "text": "字" * 5000}).encode())
    monkeypatch.setattr(bot.uploads, "MAX_UNPACKED_BYTES", 2000)
    assert "bomb.jsonl.gz: unpacks to more" in add(client, bomb_jsonl_gz=packed)
    assert "Nothing was added" in add(client, broken_pdf=b"%PDF-1.4 nonsense")
    assert "Nothing was added" in add(client, teaser_txt="短".encode())
    assert client.post("/library/add", data={"x": "y"}).status_code == 422
    assert len(own.store().source_rows) == 1 and own.store().generation == before


def test_an_upload_over_the_limit_is_a_413(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.site.MAX_UPLOAD_BYTES", 1000)
    files = {"files": ("a.txt", b"x" * 2000)}
    assert client.post("/library/add", files=files).status_code == 413
    form = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n' + b"x" * 2000
    chunks = (form[at : at + 100] for at in range(0, len(form), 100))
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert client.post("/library/add", content=chunks, headers=headers).status_code == 413


def test_a_file_lands_nowhere_else(tmp_path: Path) -> None:
    names = ["../../etc/passwd.txt", "..\\..\\x.txt", "/root/y.txt", "..", "a\0b.txt", ""]
    folder = bot.uploads.received([(name, io.BytesIO(b"x")) for name in names])
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert sorted(str(path.parent) for path in found) == ["0", "1", "2", "3", "4", "5"]
    assert {path.name for path in found} == {"passwd.txt", "x.txt", "y.txt", "ab.txt", "unnamed"}


def test_the_last_source_stays(client: TestClient, own: Library) -> None:
    (row,) = own.store().source_rows
    reply = client.post("/library/remove", data={"source_id": row["id"]})
    assert reply.status_code == 409 and len(own.store().source_rows) == 1


def test_an_articles_passages_are_listed(client: TestClient, store: Store) -> None:
    page = client.get(f"/library/{store.articles[1].id}").text
    count = int((store.passages["article"] == 1).sum())
    assert page.count('class="xw-passage"') == count > 3
    assert client.get("/library/nothing").status_code == 404


def test_all_citations_of_an_answer_are_marked_in_the_article(client: TestClient, store: Store) -> None:
    article = store.articles[0]
    text = store.source(article.source_id).text
    first, second = (text.index(s) for s in ("美国将华为列入", "壁仞科技、摩尔线程两家公司"))
    url = f"/read/{article.source_id}/{second}/{second + 13}?marks=1-{first}-{first + 7},2-{second}-{second + 13},9-0-99999999,x"
    page = client.get(url).text
    assert f'<mark id="cited" data-n="2">{text[second : second + 13]}</mark>' in page
    assert f'data-n="1">{text[first : first + 7]}</mark>' in page
    for hostile in ("1-5-2", "-", "1-1-1," * 5000, "<script>"):
        assert (
            client.get(
                f"/read/{article.source_id}/{second}/{second + 13}", params={"marks": hostile}
            ).status_code
            == 200
        )


def test_what_relative_dates_mean_stands_beside_the_text(client: TestClient, store: Store) -> None:
    text = store.source(store.articles[0].source_id).text
    start = text.index("本年5月,燧原科技")
    page = client.get(f"/read/{store.articles[0].source_id}/{start}/{start + 40}").text
    assert "本年5月 → 2024年5月" in page and "开创人 → 创始人" in page
    assert f">{text[start : start + 40]}</mark>" in page


def test_events_are_dated_and_in_order(store: Store) -> None:
    found = events(store)
    assert [e.date for e in found] == sorted(e.date for e in found)
    assert len(found) > 40
    by_text = {store.source(e.span.source_id).text[e.span.start : e.span.end][:12]: e for e in found}
    assert by_text["2018年3月,燧原科技"].date == (2018, 3, 0)
    (relative,) = [e for e in found if e.said == "本年7月26日"]
    assert relative.date == (2024, 7, 26)
    named = events(store, "沐曦")
    assert named and all(
        "沐曦" in store.source(e.span.source_id).text[e.span.start : e.span.end] for e in named
    )


def test_figures_are_compared_only_where_they_can_be(
    store: Store, tmp_path: Path, embedder: StaticEmbedder
) -> None:
    found = {g.measure: {f.name: f.said for f in g.figures} for g in comparable(store)}
    assert found["FP32算力"] == {"邃思2.0": "40TFLOPS", "英伟达A100": "19.5 TFLOPS", "曦云C500": "15TFLOPS"}
    assert found["晶体管"] == {"壁砺100P": "770亿个晶体管", "天垓100": "240亿个晶体管"}
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    build(read([tmp_path / "a.txt"]), tmp_path / "s", embedder)
    alone = Store(tmp_path / "s", embedder)
    assert comparable(alone) == []
    page = TestClient(make_app(Library(Settings(), tmp_path / "s"), chat=False)).get("/figures").text
    assert "没有找到可以比较的数字" in page and "<svg" not in page


def test_hostile_articles_are_text_on_every_page(client: TestClient, own: Library) -> None:
    hostile = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1">[点](javascript:alert(1))'
    record = {"id": "<b>", "title": hostile, "source": hostile, "author": hostile, "url": "javascript:alert(1)",
              "published": "2024-05-01", "text": f"戊公司在2024年5月1日成立。{hostile}戊公司的CEO是李小红,她毕业于清华大学。" * 2}  # fmt: skip
    add(client, evil_jsonl=json.dumps(record).encode())
    article = next(a for a in own.store().articles if "hacked" in a.title)
    paths = ["/library", f"/library/{article.id.replace('<', '%3C').replace('>', '%3E')}", "/timeline", "/figures",
             f"/read/{article.source_id}/{article.start}/{article.start + 9}"]  # fmt: skip
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200
        assert "<script" not in page.text and "<img" not in page.text and 'href="javascript' not in page.text
    client.post("/library/remove", data={"source_id": article.source_id})


def test_a_row_that_a_kill_cut_short_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    append(path, {"n": 1})
    with path.open("ab") as file:
        file.write('{"n": 2, "text": "半'.encode()[:-1])
    append(path, {"n": 3})
    assert rows(path) == [{"n": 1}, {"n": 3}]
    assert rows(tmp_path / "none") == []


@pytest.mark.parametrize("id_", ["../../etc/passwd", "", None, "x" * 200, "短", "a/b/c/d/e/f/g/h/i/j", 7])
def test_a_hostile_id_is_no_conversation(tmp_path: Path, id_: object) -> None:
    saved = Conversations(tmp_path)
    assert saved.turns(id_) == [] and not saved.rate(id_, "t", "up", "")  # type: ignore[arg-type]
    assert not list(tmp_path.rglob("*"))


def test_feedback_becomes_questions(client: TestClient, own: Library, tmp_path: Path) -> None:
    from bot.ask import ask
    from evals.feedback import main
    from evals.records import read_questions

    saved = Conversations(own.folder)
    id_ = new_id()
    for question in ("燧原科技的CEO是谁?", "寒武纪的创始人是谁?", "燧原科技是什么时候成立的?"):
        saved.add(id_, Turn(question, ask(question, own.store()), own.store().generation))
    assert saved.turns(id_)[0].question == "燧原科技的CEO是谁?"
    for turn, rating in zip(saved.turns(id_), ("up", "up", "down"), strict=True):
        sent = {"conversation": id_, "trace_id": turn.answer.trace_id, "rating": rating, "comment": "嗯"}
        assert client.post("/feedback", json=sent).status_code == 200
    assert (
        client.post("/feedback", json={"conversation": id_, "trace_id": "x", "rating": "up"}).status_code
        == 404
    )
    for wrong in ([], {"rating": "meh"}, {"rating": "up", "comment": 7, "conversation": id_}):
        assert client.post("/feedback", json=wrong).status_code == 422

    assert main(["--store", str(own.folder), "--out", str(tmp_path / "q.jsonl")]) == 0
    right, refused = read_questions(tmp_path / "q.jsonl")
    wrong_ = json.loads((tmp_path / "q.jsonl").read_text("utf-8").splitlines()[2])
    assert right.answers == (("赵立东",),) and right.spans and not right.refuse
    assert refused.refuse and refused.reason == "not_in_articles" and not refused.answers
    assert wrong_["forbidden"] == ["2018年3月"] and not wrong_["answers"] and not wrong_["accepted"]


def test_only_what_is_answered_is_suggested(store: Store) -> None:
    tried = [s for _, s in zip(range(40), candidates(store), strict=False)]
    questions = [s.question for _, s in tried if is_answered(s, store)]
    assert "壁仞科技的创始人是谁?" in questions and "英伟达是什么时候成立的?" not in questions
