"""The few sentences that the bot says in its own words, in both languages."""

from __future__ import annotations

from bot.records import Reason

REFUSALS: dict[str, dict[Reason, str]] = {
    "zh": {
        "not_in_articles": "文章里没有这个问题的答案。",
        "off_topic": "这些文章没有谈到这个话题；可以问文章里写到的公司、人物、产品、数字和事件。",
        "false_premise": "文章没有这样说，问题的前提可能不成立。",
        "unclear_question": "没看懂要问什么；请写明想知道的公司、人物、产品或事件。",
    },
    "en": {
        "not_in_articles": "The articles do not answer this question.",
        "off_topic": "The articles are not about this; ask about companies, people, products, figures and events in them.",
        "false_premise": "The articles do not say so; the question may rest on a false premise.",
        "unclear_question": "It is not clear what is asked; name the company, person, product or event.",
    },
}
NEAREST = {"zh": "最接近的内容：", "en": " The nearest thing they say: "}
YES = {"zh": "是：", "en": "Yes: "}
NO = {"zh": "否：", "en": "No: "}
DISAGREE = {"zh": "说法不一：", "en": "The articles disagree: "}
NOT_SURE = {"zh": "\n不能确定，也可能是：", "en": "\nNot certain; it may also be: "}
READ_AS = {"zh": "\n（“{wrong}”按“{right}”理解）", "en": "\n(“{wrong}” is read as “{right}”.)"}
