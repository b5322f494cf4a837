"""Questions in Chinese and Japanese, which show at their end, and in words that may be anywhere.
Pure; `questions` has the other languages."""

from __future__ import annotations

from nemowatch.late_pattern import LatePattern

#: The most characters of a question that is no order.
_LONGEST = 40
_SENTENCE = LatePattern("[^.!?;。\n]+[.!?;。\n]*")
_CLAUSES = LatePattern("[,、，]")
#: Orders in the form of a question, and words that are to be shown.
_OFFERS = LatePattern(
    "能不能|能否|可不可以|是否可以|可以|可否|能把|能将"
    "|能給|能给|能加|能帮|帮我|幫我|请帮|要不要|要不"
    "|为什么不|為什麼不|怎么不加|(?<!能)好吗$|(?<!能)好嗎$|行吗$"
    "|行嗎$|好不好|怎么样$|怎麼樣$|如何$|[写寫](?!什)|打上"
    "|くれ|もらえ|いただけ|頂け|(?<!あり)(?<!て)ませんか|ましょう"
    "|可能|どうです|ほしい|欲しい|たらどう|したい|にして"
)
#: The state of a video is asked for although "how about" ends like this.
_ABOUT_STATE = LatePattern(
    "(?:视频|影片|視頻|进度|進度|情况|情況|现在|現在|状态|狀態)(?:怎么样|怎麼樣|如何)$"
)
#: Words that ask, wherever they stand in a sentence without a word of editing.
_ASKS = LatePattern(
    "哪里|哪裡|哪儿|在哪|去哪|什么时候|甚么时候|什麼時候"
    "|何时|何時|几时|幾時|几点|幾點|多久|多长时间"
    "|多長時間|多少|几个|幾個|为什么|為什麼|为何|為何"
    "|怎么还|怎麼還|怎么上传|怎麼上傳|怎么回事|怎麼回事"
    "|什么情况|什麼情況|到哪|哪一步|有没有人|有沒有人"
    "|^有人在?$|^有人(?:知道|管|负责|負責|在处理|在處理|看到)"
    "|怎么没|怎麼沒|怎么一直|怎麼一直|怎么这么"
    "|怎么用|怎麼用|是不是|写什么|寫什麼"
    "|どこ(?!で?も)|いつ(?!も)|なぜ(?!か)|なんで|どうして|何時|何分"
    "|何日|何件|どのくらい|どれくらい|どれぐらい|いくら|いくつ"
    "|どうなっ|どうなり|どうやって|誰か"
)
#: Orders to tell or to show others something.
_ORDERS = LatePattern(
    "告[诉訴](?!我)|^[把给給让讓]|[者人客]に教え"
    "|みんなに教え|作为|作為|として|タイトル"
    "|(?<!教え)(?<!知らせ)(?<!連絡し)(?<!なっ)て(?:ください|下さい|ね)?$"
    "|[にで]$"
)
#: Endings of questions about what has happened, or is the case.
_ENDS = LatePattern(
    "(?:吗|嗎|么|麼|没|沒|没有|沒有|呢|了没|了沒)$"
    "|(?:ましたか|ていますか|てますか|でしたか|ですか|ますか|たか"
    "|中か|まだ|てる|のか|かな|たの|ないの)$"
)
#: Somebody waits, misses something, or wants to be told.
_WAITS = LatePattern(
    "还在等|還在等|一直在等|等了|找不到|不见了|不見了"
    "|没收到|沒收到|收不到|没反应|沒反應|没有反应|沒有反應"
    "|视频没了|文件没了|说一声|說一聲|叫我|通知我|通知一下|排到我"
    # "Tell me", but not "(the story) that they tell us" unless of what is made here.
    "|告[诉訴]我(?![们們]的(?!视频|視頻|影片|文件|进度|進度"
    "|状态|狀態|情况|情況|结果|結果|积分|余额))"
    "|待っています|待ってます|待っている|待ってる"
    "|届かない|届いていません|届いてません|来ません"
    "|来ない"
    "|見つかりません|見つからない|消えた|消えました"
    "|何も起きない|何も起きません|何も起こら|教えて"
    "|知らせて"
    "|連絡|返事が|何もない|何もありません|知りたい|遅い"
    "|(?:動画|ビデオ|ファイル|結果|映像)が(?:ありません|ない|無い)"
)
#: Before a question, or behind it.
_GREETS = LatePattern(
    "^(?:你好|您好|请问|請問|麻烦|麻煩|谢谢|謝謝|大家好|喂|こんにちは|すみません|お願いします"
    "|ありがとうございます|ありがとう|ください|下さい|hello|hi|hey)+"
)
#: Words that ask also beside words of editing.
_SURELY = LatePattern(
    "为什么|為什麼|为何|為何|怎么还|怎麼還|多长时间|多長時間|多久"
    "|多少钱|多少錢|どうな|なぜ|なんで|どうして|どこ(?!で?も)"
)
#: Orders in Japanese, beside words of editing: "can this be cut?".
_CAN = LatePattern("[えけせてねべめれげぜべぺき]ますか$|[えけせてねべめれ]る(?:か|の)?$")
#: Words of editing: with one of them a text may be an order, unless a question mark ends it.
_EDITS = LatePattern(
    "加|剪|删|刪|去掉|去除|调|調整|調節|調亮|調暗|調高"
    "|調低|調大|調小|改|换|換|裁|放大|缩|縮|旋转|旋轉|合并"
    "|合併|拼|配乐|配樂|配音|字幕|音乐|音樂|标题"
    "|標題|片头|片頭|片尾|特效|滤镜|濾鏡|背景|水印|亮|暗|快进"
    "|慢|黑白|竖|豎|横版|横屏|橫|静音|靜音|噪|模糊|打码"
    "|カット|削除|追加|入れ|付け|つけ|消し|変え|短く|長く"
    "|明る|暗く|速く|遅く|大きく|小さく|音楽|字幕"
    "|タイトル|ロゴ|背景|ぼか|フェード|ズーム|回転|白黒|縦"
    "|横|正方形|ノイズ|無音|強め|弱め|場面|シーン|ところ"
    "|部分|的地方|片段|镜头|鏡頭|もっと|もう少し|多めに"
    "|[るたいなの](?:とこ|所)|飛ば(?!さ)|スキップ(?!さ)"
    "|跳过(?!了)|跳過(?!了)|略过(?!了)|略過(?!了)"
)


def asks_in_east_asian(said: str) -> bool:
    """Whether all that a text says, as `plain` gives it, are questions, or that somebody waits."""
    if len(said) > _LONGEST:
        return False
    found: list[bool] = []
    for sentence in _SENTENCE.findall(said):
        is_marked = "?" in sentence
        for clause in _CLAUSES.split(sentence.strip(" .!?;。\n")):
            words = _GREETS.sub("", clause.strip())
            if words:
                found.append(_asks(words, is_marked))
    return bool(found) and all(found)


def _asks(words: str, is_marked: bool) -> bool:
    """Whether a clause asks, or says that somebody waits; `is_marked`: a question mark follows."""
    if _ABOUT_STATE.search(words):
        return True
    if _ORDERS.search(words):
        return False
    is_offer = _OFFERS.search(words) is not None
    if _EDITS.search(words):
        return not is_offer and _asks_about_edit(words, is_marked)
    if _ASKS.search(words):
        return True
    return not is_offer and (is_marked or _shows(words))


def _asks_about_edit(words: str, is_marked: bool) -> bool:
    """Whether a clause with a word of editing asks why, or whether something was done."""
    if _SURELY.search(words):
        return True
    if not is_marked or _CAN.search(words):
        return False
    return _ASKS.search(words) is not None or _ENDS.search(words) is not None


def _shows(words: str) -> bool:
    return _ENDS.search(words) is not None or _WAITS.search(words) is not None
