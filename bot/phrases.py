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
LIST_MARK = {"zh": "、", "en": ", "}
NEAREST = {"zh": "最接近的内容：", "en": " The nearest thing they say: "}
YES = {"zh": "是：", "en": "Yes: "}
NO = {"zh": "否：", "en": "No: "}
SAID_OF = {"zh": "“{question}”：", "en": "“{question}”: "}
DISAGREE = {"zh": "说法不一：", "en": "The articles disagree: "}
NOT_SURE = {"zh": "\n不能确定，也可能是：", "en": "\nNot certain; it may also be: "}
READ_AS = {"zh": "\n（“{wrong}”按“{right}”理解）", "en": "\n(“{wrong}” is read as “{right}”.)"}
# Of comparisons: whom nothing is said of, and what the values come to.
MISSING = {"zh": "（文章没有说{names}的）", "en": "(The articles do not say it of {names}.) "}
SAME = {"zh": "一样：", "en": "The same: "}
APART = {"zh": "{name}高出{gap}：", "en": "{name} by {gap}: "}
POINTS = {"zh": "个百分点", "en": " percentage points"}
AHEAD = {"zh": "{name}：", "en": "{name}: "}
# What became of a language model's answer, said in `Answer.notes`.
NOTES: dict[str, dict[str, str]] = {
    "zh": {
        "unreachable": "连不上语言模型，以下是文章原文的回答。",
        "denied": "语言模型拒绝了密钥，以下是文章原文的回答。",
        "unknown_model": "端点没有这个语言模型，以下是文章原文的回答。",
        "rate_limited": "语言模型限流，以下是文章原文的回答。",
        "timed_out": "语言模型超时，以下是文章原文的回答。",
        "broken_off": "语言模型的回答中断，以下是文章原文的回答。",
        "server_error": "语言模型的服务出错，以下是文章原文的回答。",
        "nonsense": "语言模型的回答读不懂，以下是文章原文的回答。",
        "too_long": "语言模型的回答过长，已截断，以下是文章原文的回答。",
        "resting": "语言模型连续出错，暂停使用，以下是文章原文的回答。",
        "cannot": "语言模型说文章里没有答案，以下是文章原文的回答。",
        "empty": "语言模型没有写出有依据的句子，以下是文章原文的回答。",
        "dropped": "语言模型写的 {count} 句话在文章里没有依据，已删去。",
    },
    "en": {
        "unreachable": "The language model cannot be reached; this is the articles' own answer.",
        "denied": "The language model refused the key; this is the articles' own answer.",
        "unknown_model": "The endpoint has no such language model; this is the articles' own answer.",
        "rate_limited": "The language model is over its rate limit; this is the articles' own answer.",
        "timed_out": "The language model took too long; this is the articles' own answer.",
        "broken_off": "The language model's answer broke off; this is the articles' own answer.",
        "server_error": "The language model's server failed; this is the articles' own answer.",
        "nonsense": "The language model's answer could not be read; this is the articles' own answer.",
        "too_long": "The language model's answer was too long and was cut off; this is the articles' own answer.",
        "resting": "The language model failed several times and rests; this is the articles' own answer.",
        "cannot": "The language model found no answer; this is the articles' own answer.",
        "empty": "The language model wrote no sentence that the articles support; this is their own answer.",
        "dropped": "{count} sentences of the language model had no support in the articles and were left out.",
    },
}
