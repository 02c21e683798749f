"""The user's own names, in a file beside their articles."""

from pathlib import Path

import pytest

from bot.ask import ask
from bot.cli import main
from bot.question import read_question
from index.embed import StaticEmbedder
from index.glossary import GlossaryError, by_form, read_entries
from index.store import Store
from index.terms import words

ARTICLE = (
    "晶曜芯科发布首款服务器芯片\n\n晶曜芯科于2019年6月在无锡成立,专门设计服务器用的推理芯片。公司的第一款产品去年秋天流片成功。"
    "首席执行官何旭明表示,今年的出货量预计超过三万颗。市场上的另一家厂商河图微电子则在2015年成立,它的总部设在合肥。\n"
)
ENTRY = "company\t晶曜芯科\t晶曜|Lucentis\n"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(ARTICLE, "utf-8")
    return folder


def test_a_name_beside_the_articles_is_understood_and_forgotten(
    tmp_path: Path, articles: Path, embedder: StaticEmbedder
) -> None:
    def built() -> Store:
        assert main(["build", str(articles), "--store", str(tmp_path / "store")]) == 0
        return Store(tmp_path / "store", embedder)

    question = "When was Lucentis founded?"
    assert ask(question, built()).refused
    (articles / "glossary.tsv").write_text(ENTRY, "utf-8")
    answer = ask(question, built())
    assert not answer.refused and "2019" in answer.answer.splitlines()[0]
    assert "晶曜芯科" in words("晶曜芯科发布")
    (articles / "glossary.tsv").unlink()
    assert ask(question, built()).refused


def test_adding_articles_keeps_the_names_and_new_names_reach_the_old_articles(
    tmp_path: Path, articles: Path, embedder: StaticEmbedder
) -> None:
    store = str(tmp_path / "store")
    more = tmp_path / "more"
    more.mkdir()
    (more / "b.txt").write_text(ARTICLE.replace("晶曜芯科", "云脉科技").replace("2019", "2021"), "utf-8")
    assert main(["build", str(articles), "--store", store]) == 0
    (more / "glossary.tsv").write_text(ENTRY, "utf-8")
    assert main(["add", str(more), "--store", store]) == 0
    both = Store(tmp_path / "store", embedder)
    assert "2019" in ask("When was Lucentis founded?", both).answer
    assert main(["remove", both.source_rows[1]["id"], "--store", store]) == 0
    last = Store(tmp_path / "store", embedder)
    assert len(last.source_rows) == 1 and last.glossary == both.glossary
    main(["build", "--store", str(tmp_path / "plain")])
    Store(tmp_path / "plain", embedder)
    assert "lucentis" not in by_form()


@pytest.mark.parametrize("line", ["公司\t晶曜芯科", "company", "company\t", "company\ta\tb\tc"])
def test_a_line_that_is_no_entry_is_named(
    tmp_path: Path, articles: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (articles / "glossary.tsv").write_text(f"# names\n{ENTRY}{line}\n", "utf-8")
    with pytest.raises(GlossaryError, match="line 3"):
        read_entries(articles / "glossary.tsv")
    assert main(["build", str(articles), "--store", str(tmp_path / "store")]) == 1
    assert "line 3" in capsys.readouterr().err and not list((tmp_path / "store").glob("g*"))


def test_words_as_people_ask_are_looked_for_as_articles_write_them(store: Store) -> None:
    said = {
        need.phrase: need.forms for need in read_question("天数智芯融了多少钱,H20什么时候被禁?", store).needs
    }
    assert "融资" in said["融了"]
    assert {"禁止", "管制"} <= set(said["被禁"])
    assert "被禁" in said["被禁"]
