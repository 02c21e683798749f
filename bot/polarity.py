"""What a text denies, holds for possible, bounds or turns round: the words that make a sentence say the opposite."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.figures import Figure

_NEGATED = re.compile(
    r"(?<![一-鿿])未(?=[一-鿿])(?!来|经)|[尚并从还仍]未|未(?:能|曾|被|有|必|获|见|实|完|披|公|对|在|发|收|开|达|受|透|列|上|推|宣|成|采|使)|"
    r"没有?(?!收)|并非|否认|无[法需力意缘]|尚无|毫无|拒绝|放弃|"
    r"不(?![仅只单断过同少久止但论管及如足到乏错禁妨菲等]|得不|可避免|一样|[可行](?:代替|替代|或缺|避免|逆))(?<!得不)|"
    r"\b(?:not|never|no|none|neither|nor|without|cannot|denie[sd]|deny|den(?:y)ing|fail(?:s|ed)? to|refuse[sd]?)\b|n't\b"
)
_HEDGED = re.compile(
    r"计划|拟|预计|估计|预期|有望|或将|或许|或(?=[会可达有为])|也许|可能|恐|打算|将(?:会|于|在|要|继续|进一步|推出|发布|达|有|成|是|以|为|不|因|从|被|面|超|减|增|失|受|采|购|开|投|建|重|大|更|能|可|对|向|迎|进|支付|停|禁|限|收|提|出|使|让|导致|引)|准备|据传|据称|传闻|有消息|目标|希望|力争|争取(?!到)|寻求|试图|考虑|旨在|若|如果|假如|一旦|"
    r"\b(?:will|would|plan(?:s|ned|ning)?|expect(?:s|ed)?|may|might|could|intend(?:s|ed)?|aim(?:s|ed)?|reported(?:ly)?|likely|estimate[sd]?|forecasts?|"
    r"should|going to|target(?:s|ed)?|if|to be|hopes?|possibly|perhaps|is set to|are set to|set to)\b|'ll\b"
)
_MORE = re.compile(
    r"(?:超过?|逾|高于|多于|大于|至少|突破|打破|超出|\b(?:more than|over|above|at least|exceed\w*))了?\s*$"
)
_LESS = re.compile(
    r"(?:不到|不足|低于|少于|小于|[接将]?近|至多|\b(?:less than|under|below|nearly|almost|fewer than|at most))\s*$"
)
# Words that say opposite things: a text that says one side is not supported by one that says only the other.
# What happened, turned round: of what a question presumes, such a sentence says the contrary.
_TURNS = [
    (r"增长|增加|增添|增多|追加|加大|上升|上涨|上调|提高|提升|攀升|飙升|走高|走强|回升|反弹|扩大|[收领]涨|涨|\b(?:increas\w+|ris(?:e|es|ing|en)|rose|gr[eo]w\w*|climb\w*|up)\b",
     r"下降|下跌|下滑|下调|降价|减少|削减|降低|走低|走弱|回落|缩小|缩减|萎缩|跌|\b(?:decreas\w+|f[ae]ll\w*|drop\w*|declin\w+|reduc\w+|cut|shr[aiu]nk\w*|down)\b"),
    (r"收购|买入|购买|采购|\b(?:bought|buys?|acquir\w+|purchas\w+)\b", r"出售|卖出|抛售|售予|\b(?:sold|sells?)\b"),
    (r"开始|启动|开幕|揭幕|继续|恢复|\b(?:start\w*|began|begin\w*|launch\w*|continu\w+|carr(?:y|ied) on|resum\w+)\b", r"停止|终止|暂停|中止|关停|\b(?:stop\w*|halt\w*|ceas\w+|suspend\w*|end(?:s|ed)?)\b"),
    (r"成功|\bsucce\w+\b", r"失败|\bfail\w*\b"),
]  # fmt: skip
# What is the one is not the other.
_STATES = [
    (r"开源|\bopen[- ]sourced?\b", r"闭源|\bclosed[- ]source\b|\bproprietary\b"),
    (r"免费|\bfree\b", r"收费|付费|\bpaid\b"),
    (r"盈利|赢利|获利|\bprofit\w*\b", r"亏损|亏钱|\bloss(?:es)?\b"),
    (r"列入|纳入|加入|进入|添加|\b(?:added|listed|joined)\b", r"移出|移除|退出|剔除|除名|\b(?:removed|delisted|left)\b"),
    (r"允许|批准|放开|解除|取消(?=.{0,6}(?:管制|限制|禁))|\b(?:allow\w*|approv\w+|lift\w*)\b", r"禁止|限制|封禁|\b(?:bann?\w*|prohibit\w*|restrict\w*|forb\w+)\b"),
]  # fmt: skip
_OPPOSITES = [
    *_TURNS,
    *_STATES,
    (r"高于|超过|多于|大于|优于|领先|逾|突破|打破|强于|高出|以上|\d[万亿]?[多余]|比.{1,20}?(?:[高多快强]|大(?!约))|\b(?:more|higher|larger|greater|better|faster|exceed\w*|over|above|beat\w*|outperform\w*)\b",
     r"低于|不到|少于|小于|不及|不如|逊于|弱于|落后|不足|[仅只][有为是要]?|[比较].{1,20}?[低少小慢弱]|\b(?:only|just|less|lower|smaller|fewer|worse|slower|under|below|behind)\b"),
    (r"(?<!不)支持|支撑|力挺|赞成|(?<!不)看好|看多|\bsupport\w*\b", r"反对|不支持|不看好|看空|看衰|唱衰|\boppos\w+\b"),
    (r"兼容|\bcompatib\w+\b", r"不兼容|\bincompatib\w+\b"),
    (r"最[大高多强快早]|第[一二三四五六七八九十\d]+大|\b(?:largest|biggest|highest|most|fastest)\b", r"最[小低少弱慢晚]|\b(?:smallest|lowest|least|slowest)\b"),
    (r"最新|\b(?:latest|newest)\b", r"最[旧老早]|\b(?:oldest|earliest)\b"),
    (r"训练|\btrain\w*\b", r"推理|\binference\b"),
    (r"硬件|\bhardware\b", r"软件|\bsoftware\b"),
    (r"入职|加盟|出任|担任|\b(?:joined|serves?|appointed)\b", r"离职|离任|辞职|卸任|\b(?:left|resign\w*|quit)\b"),
    (r"全球|全世界|\b(?:global\w*|worldwide)\b", r"中国|国内|\bchin(?:a|ese)\b"),
    (r"目前仍|仍[在是任然]|现任|\b(?:currently|still)\b", r"曾任?|此前|前任|历任|\b(?:former\w*|previously|once)\b"),
    (r"国产|国内|本土|\bdomestic\w*\b", r"国外|海外|外国|\b(?:foreign|overseas)\b"),
]  # fmt: skip
OPPOSITES = [(re.compile(a), re.compile(b)) for a, b in _OPPOSITES]
Pairs = Sequence[tuple[re.Pattern[str], re.Pattern[str]]]
TURNS = OPPOSITES[: len(_TURNS)]
CONTRARY = OPPOSITES[: len(_TURNS) + len(_STATES)]


def denies(part: str) -> bool:
    """Whether a text in normal form says that something is not so.

    >>> denies("燧原科技尚未上市"), denies("不仅上市"), denies("it is not listed")
    (True, False, True)
    """
    return len(_NEGATED.findall(part)) % 2 == 1


def hedges(part: str) -> bool:
    """Whether a text in normal form speaks of what is planned, expected or only possible.

    >>> hedges("计划收购芯片"), hedges("美国将华为列入清单")
    (True, False)
    """
    return bool(_HEDGED.search(part))


def bound(plain: str, f: Figure) -> int:
    """1 if `plain` says more than its figure `f`, -1 if less, 0 if just it."""
    before, after = plain[max(0, f.start - 12) : f.start], plain[f.end : f.end + 2]
    if _MORE.search(before) or after == "以上" or re.search(r"[多余+]", plain[f.start : f.end]):
        return 1
    return -1 if _LESS.search(before) or after in ("以下", "以内") else 0


def opposed(one: str, other: str, pairs: Pairs = OPPOSITES) -> bool:
    """Whether `one` says one of two opposites of `pairs` and `other` only the other.

    >>> opposed("营收增长", "营收下降"), opposed("营收增长", "营收先下降后增长")
    (True, False)
    """
    return any(
        mine.search(one) and not mine.search(other) and theirs.search(other)
        for pair in pairs
        for mine, theirs in (pair, pair[::-1])
    )
