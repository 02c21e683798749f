"""Questions over the seeds, and the laws that every answer keeps."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answer import answer
from bot.ask import MAX_QUESTION, ask
from bot.names import standalone
from bot.question import read_question
from bot.records import Answer
from evals.records import read_questions
from evals.run import QUESTIONS
from index.build import build, store_of
from index.embed import StaticEmbedder
from index.store import Store
from ingest.records import Source, content_id


def keeps_the_laws(found: Answer, store: Store) -> None:
    markers = {int(m) for m in re.findall(r"\[(\d+)\]", found.answer)}
    assert markers == {c.marker for c in found.citations}
    for c in found.citations:
        assert store.source(c.source_id).text[c.start : c.end] == c.quote
    assert found.refused == (found.reason is not None)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("哪些公司被列入了实体清单?", ["华为", "壁仞科技", "摩尔线程"]),
        ("哪些企业上了实体名单", ["华为", "壁仞科技", "摩尔线程"]),
        (
            "Which companies are on the entity list?",
            ["Huawei (华为)", "Biren (壁仞科技)", "Moore Threads (摩尔线程)"],
        ),
        (
            "Which Chinese companies are on the entity list?",
            ["Huawei (华为)", "Biren (壁仞科技)", "Moore Threads (摩尔线程)"],
        ),
    ],
)
def test_the_entity_list_names_three_companies_and_cites_both_sentences(
    store: Store, question: str, names: list[str]
) -> None:
    found = ask(question, store)
    keeps_the_laws(found, store)
    assert re.sub(r" (\[\d+\])+", "", found.answer).replace(", ", "、").split("、") == names
    quotes = [c.quote for c in found.citations]
    assert len(quotes) == 2
    assert "将华为列入实体名单" in quotes[0] and "壁仞科技、摩尔线程两家公司被列入实体清单" in quotes[1]


def test_an_answer_begins_with_what_was_asked_for(store: Store) -> None:
    assert ask("燧原科技是什么时候成立的?", store).answer.startswith("2018年3月 [1]\n“2018年3月,燧原科技")


def test_the_whole_question_set_keeps_the_laws(store: Store) -> None:
    for question in read_questions(QUESTIONS):
        keeps_the_laws(ask(question.question, store), store)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("燧原科技是哪天被列入实体清单的?", "false_premise"),
        ("怎么做红烧肉?", "off_topic"),
        ("?!…", "unclear_question"),
        ("寒武纪的创始人是谁?", "not_in_articles"),
    ],
)
def test_a_refusal_says_why(store: Store, question: str, reason: str) -> None:
    found = ask(question, store)
    keeps_the_laws(found, store)
    assert found.reason == reason


def test_the_answer_is_in_the_askers_language_or_the_one_asked_for(store: Store) -> None:
    assert ask("Who is the CEO of Cambricon?", store).answer.startswith("The articles do not")
    assert ask("寒武纪的创始人是谁?", store, language="en").answer.startswith("The articles do not")


def test_a_pronoun_stands_for_the_name_said_before(store: Store) -> None:
    found = ask("它的COO是谁?", store, ["燧原科技是什么时候成立的?"])
    assert found.standalone_question == "燧原科技的COO是谁?"
    assert found.answer.startswith("张亚林")
    assert standalone("它的CEO是谁?", []) == "它的CEO是谁?"


def test_the_same_question_gets_the_same_answer(store: Store) -> None:
    first, second = (
        replace(ask("曦思N100从立项到流片用了多久?", store), trace_id="", timings_ms={}) for _ in "ab"
    )
    assert first == second


@pytest.mark.parametrize(
    "question",
    ["啊" * MAX_QUESTION, "<script>alert(1)</script>", "[1][2][99]", "a\0b", "🤔", "1" * 500, "\n\n。"],
)
def test_odd_questions_get_an_answer_that_keeps_the_laws(store: Store, question: str) -> None:
    keeps_the_laws(ask(question, store), store)


def test_markers_in_an_article_are_not_taken_for_citations(tmp_path: Path, embedder: StaticEmbedder) -> None:
    text = "甲公司[7]在2024年3月成立,总部设在[8]上海。甲公司的创始人是王小明[9]。"
    build([Source(content_id(text), "a.txt", "", text)], tmp_path, embedder)
    store = Store(tmp_path, embedder)
    for question in (
        "甲公司什么时候成立?",
        "甲公司的创始人是谁?",
        "甲公司为什么成立?",
        "甲公司总部在上海吗?",
    ):
        keeps_the_laws(ask(question, store), store)


def test_no_evidence_is_a_refusal(store: Store) -> None:
    assert answer(read_question("燧原科技的CEO是谁?", store), [], store).reason == "off_topic"


def test_a_message_of_several_questions_is_answered_part_by_part(store: Store) -> None:
    found = ask("燧原科技的CEO是谁?什么时候成立的?它的食堂好吃吗?", store)
    keeps_the_laws(found, store)
    assert not found.refused
    lines = found.answer.split("\n")
    assert lines[0] == "赵立东 [1]" and "2018年3月 [2]" in lines
    assert lines[-1] == "“燧原科技的食堂好吃吗?”：文章里没有这个问题的答案。"


def test_a_message_of_which_no_part_is_answered_is_refused_once(store: Store) -> None:
    found = ask("燧原科技的食堂好吃吗?它的足球队叫什么?", store)
    assert found.refused and not found.answer.startswith("“")


def test_who_the_founder_is_does_not_say_when_it_was_founded(store: Store) -> None:
    assert ask("When was Enflame founded?", store).answer.startswith("March 2018 (2018年3月) [1]")


@pytest.mark.parametrize("question", ["AMD的CEO是谁?", "英伟达的首席财务官是谁?"])
def test_whoever_holds_another_post_or_held_it_once_is_not_named(store: Store, question: str) -> None:
    assert ask(question, store).refused


def test_who_once_worked_for_a_company_is_not_its_head(store: Store) -> None:
    assert ask("英伟达的一把手是谁?", store).answer.startswith(("黄仁勋 [1]", "文章里没有"))


def test_yes_is_not_said_for_whom_the_sentence_does_not_name(store: Store) -> None:
    assert not ask("张文现在还在壁仞吗", store).answer.startswith(("是：", "否："))


def test_what_happened_on_a_day_is_told_by_the_sentences_of_that_day(store: Store) -> None:
    found = ask("2025年4月16日那天股市和管制方面出了什么事?", store)
    assert not found.refused and all("4月16日" in c.quote for c in found.citations)
    assert ask("2025年8月9日那天股市出了什么事?", store).refused


def test_a_name_in_chinese_counts_in_an_english_question(store: Store) -> None:
    found = ask("Where did 赵立东 study?", store)
    assert found.answer.startswith("Tsinghua University (清华大学) [1]")
    assert ask("Where did 彭莉 study?", store).refused


def test_a_reason_comes_with_what_it_is_drawn_from_and_with_its_other_side(store: Store) -> None:
    drawn = ask("沐曦为什么不先碰渲染GPU，而是从GPGPU做起?", store)
    assert "杂乱度更高" in drawn.citations[0].quote and drawn.citations[-1].quote.startswith("因而")
    sides = ask("摩尔线程凭什么被说成国内最像英伟达的公司?", store)
    assert [c.quote[:4] for c in sides.citations[-2:]] == ["一方面,", "另一方面"]


@pytest.mark.parametrize(
    ("question", "kind", "asked"),
    [
        ("国产GPU能不能兼容CUDA?", "yes_no", "兼容"),
        ("H20涨没涨价?", "yes_no", "涨价"),
        ("时不时断供的是什么?", "what", "断供"),
    ],
)
def test_either_or_asks_for_yes_or_no(store: Store, question: str, kind: str, asked: str) -> None:
    found = read_question(question, store)
    assert found.kind == kind and asked in {need.phrase for need in found.needs}


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("曦云C500和A100的FP32算力分别是多少?", "曦云C500 15TFLOPS [1]"),
        ("H20被管制以后，哪些投行仍给英伟达买入评级?", "摩根士丹利 [1]、美银 [1]、杰富瑞 [1]、瑞银 [1]"),
    ],
)
def test_what_embarrassed_once(store: Store, question: str, begins: str) -> None:
    found = ask(question, store)
    assert not found.refused and begins in found.answer
    keeps_the_laws(found, store)


@pytest.mark.parametrize("question", ["英伟达2025财年全球总营收是多少?", "壁仞科技成立于哪座城市?"])
def test_what_is_of_another_year_or_no_place_is_no_answer(store: Store, question: str) -> None:
    assert ask(question, store).refused


def test_what_happened_is_summed_up_in_the_articles_order(tmp_path: Path, embedder: StaticEmbedder) -> None:
    articles = [
        "甲方电池起诉乙方能源侵犯专利。今年2月，法院一审判决乙方能源侵犯甲方电池的专利，赔偿五千万元。乙方能源随后请求宣告甲方电池的专利无效。"
        "8月，甲方电池的两项专利被宣告无效。球赛昨晚结束。",
        "天气转凉，市民添衣。",
    ]
    found = ask("概括一下甲方电池告乙方能源专利侵权的来龙去脉", store_of(articles, tmp_path, embedder))
    starts = [c.start for c in found.citations]
    assert len(starts) >= 3 and starts == sorted(starts) and "球赛" not in found.answer


def test_how_many_asks_for_no_money(tmp_path: Path, embedder: StaticEmbedder) -> None:
    article = "英伟达今年将售出约55万块H100，每块3万美元，H100的营收有望达到165亿美元。"
    found = ask("How many H100s will Nvidia sell?", store_of([article], tmp_path, embedder))
    assert "55" in found.answer.split("\n")[0]


@pytest.mark.parametrize(
    "question",
    [
        "今年1到6月丁河汽车卖了多少辆?",
        "上半年丁河汽车卖了多少辆?",
        "How many cars did 丁河汽车 sell in the first six months?",
    ],
)
def test_half_a_year_is_told_in_many_ways(tmp_path: Path, embedder: StaticEmbedder, question: str) -> None:
    articles = ["今年1—6月，丁河汽车销量为32.8万辆。今年7月，丁河汽车销量为5.1万辆。"]
    assert ask(question, store_of(articles, tmp_path, embedder)).answer.split(" [")[0].startswith("32.8")


@pytest.mark.parametrize(
    ("question", "article"),
    [
        (
            "软银把丁公司卖给甲公司后拿到了多少现金?",
            "软银的资产不少。软银曾计划以400亿美元的价格将丁公司出售给甲公司，最终出售方案因监管部门反对而“流产”。市场随后下跌。",
        ),
        (
            "王大明为什么力挺丁公司去海外设厂?",
            "王大明多次表示不看好丁公司去海外设厂，认为成本高，缺乏人才。丁公司没有回应。市场随后下跌。",
        ),
    ],
)
def test_what_was_only_planned_or_was_opposed_is_a_false_premise(
    tmp_path: Path, embedder: StaticEmbedder, question: str, article: str
) -> None:
    assert ask(question, store_of([article], tmp_path, embedder)).reason == "false_premise"


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("长盛轴承跟三旺通信一季度营收谁更高?", "长盛轴承："),
        ("长盛轴承跟三旺通信一季度营收相差多少?", "长盛轴承高出3.1亿元："),
    ],
)
def test_two_that_no_list_knows_are_compared(
    tmp_path: Path, embedder: StaticEmbedder, question: str, begins: str
) -> None:
    told = [
        "长盛轴承一季度营收8.2亿元,同比增长3%。公司董事会下周开会。",
        "三旺通信一季度营收5.1亿元,同比增长9%。公司新建了仓库。",
    ]
    found = ask(question, store_of(told, tmp_path, embedder))
    assert found.answer == f"{begins}长盛轴承 8.2亿元 [1]、三旺通信 5.1亿元 [2]"


@pytest.mark.parametrize(
    ("question", "begins"), [("汽油每吨提高了多少?", "275元 [1]"), ("柴油每吨提高了多少?", "260元 [1]")]
)
def test_values_given_respectively_are_told_apart(
    tmp_path: Path, embedder: StaticEmbedder, question: str, begins: str
) -> None:
    told = "周三24时起,国内汽、柴油价格每吨分别提高275元和260元。加油站昨晚排起了长队。"
    assert ask(question, store_of([told], tmp_path, embedder)).answer.startswith(begins)


def test_another_part_of_the_year_is_no_answer(tmp_path: Path, embedder: StaticEmbedder) -> None:
    told = "青禾机械发布2023年一季报,归母净利润5156万元,同比上升70%。公司主要生产轴承。"
    store = store_of([told], tmp_path, embedder)
    assert not ask("青禾机械2023年一季度归母净利润是多少?", store).refused
    assert ask("青禾机械2023年上半年归母净利润是多少?", store).refused


def test_a_rise_is_not_told_by_a_fall(tmp_path: Path, embedder: StaticEmbedder) -> None:
    store = store_of(["青禾机械8月16日股价下跌1.54%。公司主要生产轴承。"], tmp_path, embedder)
    assert ask("青禾机械8月16日股价上涨了多少?", store).reason == "false_premise"
    assert ask("青禾机械8月16日股价下跌了多少?", store).answer.startswith("1.54%")


@pytest.mark.parametrize(
    ("told", "question"),
    [
        ("丁河一号芯片功耗更低,性能更高,定价500元。公司主要生产轴承。", "丁河一号芯片的功耗是多少瓦?"),
        ("丁河一号芯片采用7nm工艺,集成了770亿个晶体管。", "丁河一号芯片为什么采用5nm工艺?"),
        ("丁河一号芯片采用7nm工艺,集成了770亿个晶体管。", "Why does the 丁河一号 chip use a 5nm process?"),
    ],
)
def test_another_unit_or_figure_is_no_answer(
    tmp_path: Path, embedder: StaticEmbedder, told: str, question: str
) -> None:
    assert ask(question, store_of([told], tmp_path, embedder)).refused


def test_a_value_is_of_the_clause_that_says_what_is_asked(tmp_path: Path, embedder: StaticEmbedder) -> None:
    told = "丁河一号的整数算力为320TOPS,单精度算力为40TFLOPS。公司主要生产轴承。"
    store = store_of([told], tmp_path, embedder)
    assert ask("丁河一号的单精度算力是多少?", store).answer.startswith("40TFLOPS")
    assert ask("丁河一号的整数算力是多少?", store).answer.startswith("320TOPS")


def test_what_is_denied_of_one_is_not_denied_of_the_other(tmp_path: Path, embedder: StaticEmbedder) -> None:
    told = "丁河小程序未上架的,须先备案;丁河小程序已上架的,须在2024年3月31日前完成备案。"
    found = ask("丁河小程序已上架的,什么时候完成备案?", store_of([told], tmp_path, embedder))
    assert found.reason != "false_premise"


def test_what_is_asked_about_may_be_asked_to_be_introduced_again(store: Store) -> None:
    found = ask("H20是款什么芯片,简单介绍下", store)
    assert "Hopper" in found.answer and len(found.citations) > 1
    keeps_the_laws(found, store)


def test_a_question_is_read_in_words_that_articles_have(store: Store) -> None:
    assert "卡卖" not in {need.phrase for need in read_question("H20一张卡卖多少钱?", store).needs}
    assert any("2025年" in need.forms for need in read_question("字节25年花了多少钱?", store).needs)
    assert read_question("By how much did it fall when the curbs landed?", store).kind == "how_much"
    assert {need.phrase: need.kind for need in read_question("子牙河的水位是多少?", store).needs}[
        "子牙河"
    ] == "place"


@pytest.mark.parametrize(
    ("told", "question", "begins"),
    [
        ("丁河汽车二季度交付了8.65万辆。公司主要生产轿车。", "丁河汽车二季度交付了多少台?", "8.65万辆"),
        ("丁河轿车配备66 kWh电池,售价20万元。", "丁河轿车的电池容量是多少度电?", "66 kWh"),
        ("丁河平台已凝聚800万开发者,服务22万家企业。", "丁河平台目前有多少开发者?", "800万"),
    ],
)
def test_an_amount_is_told_in_another_measure_of_the_kind(
    tmp_path: Path, embedder: StaticEmbedder, told: str, question: str, begins: str
) -> None:
    assert ask(question, store_of([told], tmp_path, embedder)).answer.startswith(begins)


def test_what_one_costs_is_not_told_by_all_orders(tmp_path: Path, embedder: StaticEmbedder) -> None:
    store = store_of(["丁河一号芯片累计销售订单已突破5亿元。公司主要生产轴承。"], tmp_path, embedder)
    assert ask("一张丁河一号芯片卖多少钱?", store).refused
    assert ask("丁河一号芯片的订单有多少钱?", store).answer.startswith("5亿元")


def test_a_letter_or_number_behind_tells_products_apart(tmp_path: Path, embedder: StaticEmbedder) -> None:
    told = "测试中,漏灰最严重的是Model S,因为密封条老化。加油站昨晚排起了长队。公司主要生产轴承。Model 3的尾灯松动。"
    store = store_of([told], tmp_path, embedder)
    assert read_question("Model 3的尾灯怎么样?", store).needs[0].phrase == "model 3"
    assert not ask("Model S为什么漏灰?", store).refused
    assert ask("Model 3为什么漏灰?", store).refused


def test_it_is_so_or_the_opposite(tmp_path: Path, embedder: StaticEmbedder) -> None:
    store = store_of(["丁河模型定位闭源大模型,在写作方面表现最好。公司主要生产轴承。"], tmp_path, embedder)
    assert ask("丁河模型是开源的吗?", store).answer.startswith("否：")
    either = ask("丁河模型是开源还是闭源?", store)
    assert "闭源" in either.answer and not either.answer.startswith(("是：", "否："))


def test_a_day_that_the_sentence_does_not_tell_is_another(tmp_path: Path, embedder: StaticEmbedder) -> None:
    told = "丁河成品油今年已历经十五轮调整,汽油价格累计上涨375元/吨。加油站昨晚排起了长队。"
    store = store_of([told], tmp_path, embedder)
    assert not ask("丁河汽油价格今年累计上涨了多少?", store).refused
    assert ask("8月23日那轮丁河汽油价格每吨涨了多少?", store).refused


def test_an_amount_beside_the_one_before_is_told_with_both(tmp_path: Path, embedder: StaticEmbedder) -> None:
    told = "丁河公司营收171亿元。丁河公司2024年营收171亿元,比前一年103亿元增加66%。"
    found = ask("丁河公司2024年营收和前一年比怎么样?", store_of([told], tmp_path, embedder))
    assert "171亿元" in found.answer and "103亿元" in found.answer
