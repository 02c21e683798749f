"""Terms, vectors, search, and the store on disk."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from index.build import build, store_of
from index.embed import SHIPPED, SentenceTransformerEmbedder, StaticEmbedder
from index.lexical import Group
from index.search import TOLD, candidates, search
from index.store import FORMAT, Chunking, NoStoreError, StaleError, Store, StoreError
from ingest.read import read
from ingest.records import Source, content_id

ROOT = Path(__file__).parent.parent


def source(text: str) -> Source:
    return Source(content_id(text), "a.txt", "", text)


def test_both_ways_of_reading_the_shipped_model_give_the_same_vectors(embedder: StaticEmbedder) -> None:
    texts = ["华为被列入实体清单。", "Which companies are on the entity list?", "H20 141GB", "的"]
    slow = SentenceTransformerEmbedder(str(SHIPPED)).embed(texts)
    np.testing.assert_allclose(embedder.embed(texts), slow, atol=2e-3)
    np.testing.assert_allclose(np.linalg.norm(embedder.embed(texts), axis=1), 1, atol=1e-5)


def test_the_shipped_model_knows_both_languages(embedder: StaticEmbedder) -> None:
    chip, same, other = embedder.embed(
        ["出口管制限制芯片销售", "export controls limit chip sales", "the weather is fine today"]
    )
    assert chip @ same > chip @ other + 0.2


def test_a_text_without_a_known_token_has_a_zero_vector(embedder: StaticEmbedder) -> None:
    assert not embedder.embed(["", "!!!"]).any()


def test_a_group_counts_its_best_alternative_once(store: Store) -> None:
    one = store.lexical.scores([Group(("实体清单",))])
    other = store.lexical.scores([Group(("实体名单",))])
    both = store.lexical.scores([Group(("实体清单", "实体名单", "没有这个词"))])
    np.testing.assert_allclose(both, np.maximum(one, other))


def test_which_passages_hold_a_group_is_what_it_scores_in(store: Store) -> None:
    groups = [Group(("实体清单", "实体名单"), 0.5), Group(("没有这个词",)), Group(("燧原科技",))]
    rows = np.arange(len(store.passages))[::2]
    peaks, found = store.lexical.held(groups, rows)
    for group, peak, held in zip(groups, peaks, found, strict=True):
        scores = store.lexical.scores([group])
        assert peak == pytest.approx(scores.max())
        np.testing.assert_array_equal(held, scores[rows] > 0)


def test_what_stands_around_a_passage_is_told_with_it_but_not_what_stands_far_off(
    tmp_path: Path, embedder: StaticEmbedder
) -> None:
    filling = "".join(f"第{at}段讲的是天气和庄稼,与别的事情都没有关系。\n" for at in range(200))
    build([source(f"曦云系列由沐曦推出。\n{filling}天垓系列由天数智芯推出。\n")], tmp_path, embedder)
    store = Store(tmp_path, embedder)
    groups = [Group(("曦云",)), Group(("天垓",))]
    rows, _, told = candidates(store, "曦云和天垓", "zh", groups)
    held = dict(zip(map(int, rows), told[:, TOLD.index("held_around")], strict=False))
    first, last = 0, len(store.passages) - 1
    assert 0.3 < held[first] < 0.7 and 0.3 < held[last] < 0.7


@pytest.mark.parametrize("leg", ["bm25", "dense", "fused"])
def test_hits_are_ranked_and_obey_the_span_law(store: Store, leg: str) -> None:
    hits = search(store, "天垓100采用什么制程工艺", 10, leg=leg)  # type: ignore[arg-type]
    assert [h.rank for h in hits] == list(range(1, len(hits) + 1))
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert all(0 < len(store.text(h.passage)) == h.passage.end - h.passage.start for h in hits)


def test_two_builds_of_the_same_articles_agree(
    store: Store, tmp_path: Path, embedder: StaticEmbedder
) -> None:
    build(read([ROOT / "seeds"]), tmp_path, embedder)
    again = Store(tmp_path, embedder)
    assert again.manifest["files"] == store.manifest["files"]


def test_add_and_remove_keep_what_was_there(tmp_path: Path, embedder: StaticEmbedder) -> None:
    a, b = source("甲公司在2024年3月成立,总部在上海。"), source("乙公司在2023年5月成立,总部在北京。")
    build([a], tmp_path, embedder)
    build([b, a], tmp_path, embedder, keep=Store(tmp_path, embedder))
    both = Store(tmp_path, embedder)
    assert [row["id"] for row in both.source_rows] == [a.id, b.id]
    assert search(both, "乙公司在哪里", 1)[0].passage.source_id == b.id
    build([], tmp_path, embedder, keep=both, without=[a.id])
    last = Store(tmp_path, embedder)
    assert [row["id"] for row in last.source_rows] == [b.id]
    fresh = tmp_path / "fresh"
    build([b], fresh, embedder)
    assert last.lexical.scores([Group(("北京",))]) == pytest.approx(
        Store(fresh, embedder).lexical.scores([Group(("北京",))])
    )
    assert last.dense.vectors() == pytest.approx(Store(fresh, embedder).dense.vectors())


def test_an_open_store_outlives_builds(tmp_path: Path, embedder: StaticEmbedder) -> None:
    build([source("甲公司在2024年3月成立,总部在上海。")], tmp_path, embedder)
    opened = Store(tmp_path, embedder)
    for year in (2021, 2022, 2023):
        build([source(f"乙公司在{year}年5月成立,总部在北京。")], tmp_path, embedder)
    assert "甲公司" in opened.text(search(opened, "甲公司", 1)[0].passage)
    assert len([p for p in tmp_path.iterdir() if p.is_dir()]) == 2


def test_nothing_readable_is_an_error_and_leaves_the_old_store(
    tmp_path: Path, embedder: StaticEmbedder
) -> None:
    build([source("甲公司在2024年3月成立,总部在上海。")], tmp_path, embedder)
    before = Store(tmp_path, embedder).generation
    with pytest.raises(StoreError, match="nothing readable"):
        build([], tmp_path, embedder)
    assert Store(tmp_path, embedder).generation == before


def test_opening_says_what_is_wrong_and_what_mends_it(tmp_path: Path, embedder: StaticEmbedder) -> None:
    with pytest.raises(NoStoreError, match="xinwen build"):
        Store(tmp_path, embedder)
    build([source("甲公司在2024年3月成立,总部在上海。")], tmp_path, embedder)
    with pytest.raises(StaleError, match=r"max_chars 240, asked for is 99: run `xinwen build"):
        Store(tmp_path, embedder, Chunking(99))

    class Other:
        fingerprint = "another"
        embed = embedder.embed

    with pytest.raises(StaleError, match=f"embedder {embedder.fingerprint}, asked for is another"):
        Store(tmp_path, Other())
    path = tmp_path / Store(tmp_path, embedder).generation
    whole = (path / "passages.npy").read_bytes()
    (path / "passages.npy").write_bytes(whole[:-1] + b"x")
    with pytest.raises(StoreError, match=r"passages.npy is damaged.*xinwen build"):
        Store(tmp_path, embedder)
    (path / "passages.npy").unlink()
    with pytest.raises(StoreError, match=r"passages.npy is missing.*xinwen build"):
        Store(tmp_path, embedder)
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(StoreError, match=f"format 99, this program reads {FORMAT}"):
        Store(tmp_path, embedder)
    (path / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        Store(tmp_path, embedder)


def test_a_build_killed_at_any_moment_leaves_the_old_store(tmp_path: Path, embedder: StaticEmbedder) -> None:
    build([source("甲公司在2024年3月成立,总部在上海。")], tmp_path, embedder)
    old = Store(tmp_path, embedder)
    command = [sys.executable, "-m", "bot", "build", str(ROOT / "seeds"), "--store", str(tmp_path)]
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    whole_s = time.monotonic() - started
    build([source("甲公司在2024年3月成立,总部在上海。")], tmp_path, embedder)
    moments = random.Random(1)
    killed = 0
    for _ in range(20):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.15, 1.05) * whole_s)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        now = Store(tmp_path, embedder)  # checks every file's digest
        assert {row["id"] for row in now.source_rows} <= {old.source_rows[0]["id"], *_seed_ids()}
        assert search(now, "成立", 1)
    assert killed >= 10
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert not list(tmp_path.glob("*.partial"))


def _seed_ids() -> set[str]:
    return {s.id for s in read([ROOT / "seeds"]) if isinstance(s, Source)}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Qu Cheng", {"渠成"}),
        ("Zeng Guofan", {"曾国藩"}),
        ("Guofan Zeng", {"曾国藩"}),
        ("Xi'an", {"西安"}),
        ("Tesla", set()),
    ],
)
def test_a_name_in_latin_letters_is_found_by_how_it_is_spelled(
    tmp_path: Path, embedder: StaticEmbedder, name: str, words: set[str]
) -> None:
    store = store_of(
        ["渠成在西安踢球，曾国藩生于湖南，特斯拉在上海设厂。这三件事都登在了昨天的报纸上。"],
        tmp_path,
        embedder,
    )
    assert set(store.lexicon.spelled(name.split())) == words


def test_an_english_question_is_looked_up_word_by_word(tmp_path: Path, embedder: StaticEmbedder) -> None:
    store = store_of(["鞍山的剧院昨天售出了六百张门票。这款芯片的算力达到了160TOPS。"], tmp_path, embedder)
    found = dict(
        store.lexicon.groups("How many tickets were sold by the Anshan-based theatre that topped it?")
    )
    assert "鞍山" in found["Anshan"].alternatives and "剧院" in found["theatre"].alternatives
    assert "tops" not in found["topped"].alternatives
