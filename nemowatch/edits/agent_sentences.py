"""What the agent's own sentences look like: apologies, reports of its work, questions and offers
(docs/decisions/0024). Only the patterns; `answer_words` says what follows from them."""

from __future__ import annotations

import re

from nemowatch.late_pattern import LatePattern

#: What a sentence has when the agent speaks in it: patterns that are found one after the other.
Row = tuple[LatePattern, ...]


def _rows(*rows: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(tuple(LatePattern(part, re.IGNORECASE) for part in row) for row in rows)


_BEGIN = r"^\W{0,9}"
_END = r"\W{0,9}$"
_ME = r"\b(?:i|we)(?:['’](?:ve|m|re|ll|d))?\b"
_SOUND = (
    r"\b(?:speech|dialogue?s?|voices?|narration|spoken|words|audio|sounds?|talking|speaking"
    r"|transcri\w{1,12})\b"
)
_WORK = (
    r"\b(?:transcri\w{1,12}|subtitles?|captions?|timeline|text tracks?|drafts?|projects?|videos?"
    r"|clips?|footage|recordings?|files?|audio|speech|dialogue?s?"
    r"|narration|request|tasks?|edits?)\b"
)
_MEDIA = r"\b(?:video|clip|audio|recording|file|footage)\b"
_DID = (
    r"\b(?:transcribed|added|created|generated|placed|put|extracted|made|finished|completed|updated"
    r"|applied|detected|processed|saved|analy[sz]ed|prepared"
    r"|written|converted|checked|looked|had)\b"
)
_CANNOT = (
    r"\b(?:could ?n[o'’]t|could not|can ?not|can['’]t|unable|not able|did not|didn['’]t|do not"
    r"|don['’]t|failed)\b"
)
_NOT = r"\b(?:no|none|not|without|doesn['’]t|didn['’]t|isn['’]t|wasn['’]t)\b"
_PRESENT = r"\b(?:found|detected|present|available|audible|in (?:the|this|your)|to transcribe)\b"
_IS = r"\b(?:is|are|was|were|has been|have been|been|now)\b"
_READY = r"\b(?:ready|done|complete|available|below|attached|successful)\b"
_SEEN = r"\b(?:in (?:the|this|your)|was|were|detected|found)\b|$"
_YOUR = r"\b(?:your|the|this|all|an?)\b"

#: The work was not done.
APOLOGIES = _rows(
    (_BEGIN + r"(?:(?:i|we)(?:['’]m|['’]re| am| are) )?(?:\w{2,6} )?(?:sorry|afraid)\b",),
    (_BEGIN + r"(?:my |our )?(?:sincere )?apolog(?:y|ies|i[sz]e)\b",),
    (_BEGIN + r"unfortunately\b",),
    (r"\bi apologi[sz]e\b",),
    (_ME, _CANNOT, f"{_SOUND}|{_WORK}"),
    (_NOT, _SOUND, _PRESENT),
    (r"\b(?:contains?|has|have|there is|there are|there was|found|detected|hear)\b", _NOT, _SOUND),
    (_MEDIA, r"\b(?:does not|doesn['’]t|did not|didn['’]t)\b", _SOUND),
    (_BEGIN + r"no\b", _SOUND + _END),
    (
        _MEDIA,
        r"\b(?:is|seems|appears)\b",
        r"\b(?:silent|empty|muted|inaudible|corrupt|only music)\b",
    ),
    (r"\b(?:something went wrong|error (?:has )?occurred|as an ai|temporary issue)\b",),
    (_BEGIN + r"(?:error|failed)\b", _WORK),
    (_BEGIN + r"(?:nothing|nobody|no one|only)\b", r"\b(?:said|spoke|speaks|music)\b", _SEEN),
    (r"视频|音频|录音", r"没有声音|无声|静音"),
    (r"抱歉|对不起|很遗憾|不好意思",),
    (r"无法|不能|未能|没能", r"转录|识别|听写|提取|检测|处理|访问|找到|完成|听清"),
    (r"没有|未|无", r"语音|对白|对话|人声|说话|台词|音频|音轨"),
)
#: What may be an apology, and may as well be said in a speech: of music or silence, and in other
#: languages, since in which an agent answers is not known before. A person reads it.
_ELSEWHERE = _rows(
    (
        rf"{_BEGIN}(?:(?:the|this|your) (?:\w{{1,12}} )?{_MEDIA}"
        r"|there(?:['’]s| is| are| was)|i hear)",
        r"\b(?:only|just|nothing but|mostly)\b",
        r"\b(?:music|noise|silence|instrumental|ambient)\b",
    ),
    (
        r"\b(?:kein(?:e|en|er)?|nicht|leider)\b",
        r"\b(?:sprache|gesprochen\w{0,3}|stimmen?|tonspur|dialoge?)\b"
        r"|\b(?:erkennen|erkannt|transkri\w{1,12})\b",
    ),
    (
        r"\b(?:no|ninguna?|nenhuma?|não|sin|lo siento|desculpe)\b",
        r"\b(?:voz|voces|vozes|habla|fala|diálogos?|audio|áudio|transcri\w{1,12})\b",
    ),
    (
        r"\b(?:aucune?|pas|désolée?|nessun[ao]?|non|mi dispiace)\b",
        r"\b(?:paroles?|voix|dialogues?|voce|voci|parlato|audio|tra?n?scri\w{1,12})\b",
    ),
    (
        r"\b(?:transkri|transcri|trascri)\w{1,12}",
        r"\b(?:fertig|abgeschlossen|erstellt)\b"
        r"|\b(?:complet\w{1,5}|list[ao]|terminée?|pront[ao]|concluíd[ao])\b",
    ),
    (r"音声|発話|会話|文字起こし", r"ません|検出|完了"),
    # words of this work, which hardly any speech begins or ends with
    (
        r"\b(?:transkri|transcri|transcrev|trascri)\w{1,12}|\b(?:untertitel\w{0,2}|subtítulos?"
        r"|sous-titres?|legendas?|sottotitoli|zeitleiste|timeline|línea de tiempo|ligne de temps"
        r"|linha do tempo|tonspur)\b",
    ),
    (r"タイムライン|プロジェクト|文字起こし|書き起こし|字幕|エクスポート|アップロード|クリック",),
    (
        r"\b(?:aufnahme|video|datei|clip)\b",
        r"\b(?:kein(?:e|en|er)?|ohne)\b",
        r"\b(?:ton|sprache|stimmen?|audio|worte)\b",
    ),
    (
        r"\b(?:klick(?:e|en)?|lad(?:e|en)|zieh(?:e|en)?|haz|haga|sub[ea]|arrastr[ea]|clique[zr]?"
        r"|import(?:ez|er)|téléversez|glissez|envi[ea]|arraste)\b",
        r"\b(?:v[ií]d[eé]o|datei|archivo|fichier|arquivo|export\w{0,6}|pro[jy]e[ck]?to?|projet"
        r"|schaltfläche|botón|bouton|botão)\b",
    ),
)
#: The work was done, or is under way.
_REPORTS = _rows(
    (_ME, _DID, _WORK),
    (_YOUR, _WORK, _IS, f"{_DID}|{_READY}"),
    (_BEGIN + r"(?:successfully )?" + _DID, _WORK),
    (
        _BEGIN
        + _WORK
        + r"\W{1,3}(?:is |are |was |has been |have been |now )?"
        + f"(?:{_DID}|{_READY})",
    ),
    (_BEGIN + r"(?:i['’]ll|i will|i am going to|i['’]m going to|let me|working on)\b", _WORK),
    (r"\byour (?:project|timeline|draft)\b|\bto the timeline\b",),
    (_BEGIN + r"(?:\w{2,9}\W{1,3})?(?:here(?:['’]s| is| are)|below is)\b", _WORK),
    (r"已|成功", r"转录|识别|听写|提取|添加|生成|完成|保存|处理|创建|制作|放到|放入"),
    (r"转录|识别|听写|字幕|文字稿|任务|处理|对白", r"已|完成|成功|完毕|就绪|好了"),
    (r"(?:以下|这)是", r"转录|文字稿|字幕|对白|内容"),
    (r"您的(?:项目|时间[线轴]|视频|草稿)",),
)
#: Something is asked or offered, or the person is told what to do in an editor.
_REQUESTS = _rows(
    (r"\b(?:would you like|do you (?:want|need|prefer)|shall i|should i|could you)\b",),
    (r"\bcan you (?:please )?(?:tell|upload|provide|share|confirm|specify)\b",),
    (r"\b(?:which (?:language|format|video|clip|part|file)|what (?:language|format))\b",),
    (
        r"\bplease (?:tell|upload|provide|share|confirm|specify|let me know|check|make sure"
        r"|re-?upload)\b",
    ),
    (r"\banything else\b",),
    (_BEGIN + r"should (?:the|it|i|this)\b", r"[?？]"),
    (_BEGIN + r"i need (?:an?|the|your|some)\b", _WORK),
    (_BEGIN + r"(?:just )?let me know\b",),
    (r"\b(?:feel free to|if you(?:['’]d| would) like|happy to help)\b",),
    (
        _BEGIN + r"(?:please |you can |you may |now |then )?"
        r"(?:click|tap|press|drag|preview|open|export|download)\b",
        r"\b(?:timeline|project|panel|editor|button|export|transcript|subtitles?|video|menu)\b",
    ),
    (_BEGIN + r"(?:upload|provide|share)\b", _MEDIA),
    (r"您(?:希望|想|需要|是否|要)|请问|是否需要|要不要我|需要我|如需|如果您",),
    (r"请先?(?:告诉|提供|上传|确认|说明|选择)",),
    (r"点击|单击", r"按钮|导出|下载"),
    (r"时间[线轴]", r"预览"),
    (r"预览", r"时间[线轴]"),
)
#: Nothing but that.
_NODS = _rows(
    (
        _BEGIN + r"(?:all |task |request )?(?:done|set|finished|completed?|ready|okay|ok|sure"
        r"|certainly|got it|understood|success)(?: now| here| successfully)?" + _END,
    ),
    (_BEGIN + r"(?:完成了?|好的?|好了|已完成|搞定了?)" + _END,),
)
#: The work is done, and nothing more is needed for it: said outright, or more is offered.
OVER = _rows(
    (
        _BEGIN + r"(?:all )?(?:done|finished|completed?|fertig|erledigt|listo|hecho|terminé|pronto"
        r"|fatto)" + _END,
    ),
    (
        r"\b(?:anything else|(?:other|further|additional) (?:changes?|edits?|adjustments?)"
        r"|sonst noch|algo más|autre chose|mais alguma|altro)\b",
    ),
    (_BEGIN + r"(?:已?完成了?|搞定了?|完了しました)" + _END,),
    (r"其他(?:修改|调整|需要|帮助)|ほかに|他に",),
)
_RESULT = (
    r"(?:this|that|it|everything|these|they|(?:the|your) (?:(?:new|final|graded|edited) )?"
    r"(?:result|version|edit|cut|grade|video|clip|film))"
)
_FINE = (
    r"(?:good|great|nice|ok|okay|fine|right|all right|alright|better)"
    r"(?: (?:to|for) you| now| so far| like this| this way)?"
)
_THE_MEDIA = rf"(?:your|the|this|all|both)(?: \w{{1,12}})? {_MEDIA}"
#: How the result is, asked of somebody who has it: there is one.
APPROVALS = _rows(
    (rf"\b(?:does|do) {_RESULT}(?: now)? look(?: {_FINE}| to you| now| so far)?{_END}",),
    (rf"\b(?:is|are) {_RESULT}(?: now)? (?:{_FINE}{_END}|(?:more like |closer to )?what you\b)",),
    (rf"\bhow['’]s {_RESULT}{_END}",),
    (rf"\b(?:happy|satisfied|pleased) with {_RESULT}{_END}",),
    (rf"\b(?:do|don['’]t|did) you like {_RESULT}{_END}",),
    (rf"\bwhat do you think(?: (?:of|about) {_RESULT})?{_END}",),
    (r"(?:看起来|看上去|觉得|感觉|效果).{0,8}(?:如何|怎么样|怎样|好吗|可以吗|行吗)" + _END,),
    (r"满意吗|是否满意|喜欢吗",),
    (rf"\b(?:gefällt|passt) (?:(?:es|das|ihnen|dir|euch|so|jetzt) ?){{1,3}}{_END}",),
    (rf"\b(?:te|le|les) (?:gusta|gustó|parece bien)(?: (?:así|el resultado))?{_END}",),
    (rf"\b(?:ça|cela|le résultat) (?:te|vous) (?:va|convient|plaît)(?: ainsi)?{_END}",),
    (rf"\b(?:gostou|ficou bom|está bom assim)(?: do resultado)?{_END}",),
)
#: Nothing is done yet: the work is proposed, or the media were only brought in.
AHEAD = _rows(
    (
        r"\b(?:i|we)(?:['’](?:ll|d)| will| would| can| could| plan| suggest| propose"
        r"|['’](?:m|re) going| (?:am|are) going| am planning)\b",
    ),
    (r"\b(?:should|shall|may) (?:i|we)\b|\blet me (?!know)|\b(?:plan|proposal|before i)\b",),
    (rf"\b(?:uploaded|received|imported|loaded|opened) {_THE_MEDIA}",),
    (rf"\b(?:added|placed|put) {_THE_MEDIA}", r"\b(?:timeline|project|canvas|editor|session)\b"),
    (r"打算|计划|建议|我会|我将|将会|准备|要不要|是否(?!满意)",),
    (r"已?(?:上传|收到|导入)",),
    (r"\b(?:würde|werde|schlage|plan\w{0,2}|soll)\b",),
    (r"\b(?:voy a|podría|puedo|propongo|sugiero|vou|posso|poderia|proponho|sugiro)\b",),
    (r"\b(?:je vais|je peux|je pourrais|je propose|je suggère)\b",),
)
#: What leaves no doubt, where it is about this work.
SURE = (*APOLOGIES, *_REPORTS, *_REQUESTS, *_NODS)
ANY = (*SURE, *_ELSEWHERE)
#: What speaks about this work and hardly about the world. Without any of it, an apology may be part
#: of the speech ("Sorry I am late.").
UNMISTAKABLE = (
    *_REQUESTS,
    *_NODS,
    *_rows(
        (
            r"transcri|subtitle|caption|\bspeech\b|dialogue|spoken|timeline|\byour\b|\baudio\b"
            r"|\bvideo\b|\bclip\b|\bfile\b|went wrong|temporary issue|\bas an ai\b",
        ),
        (r"转录|字幕|文字稿|语音|对白|人声|音频|视频|时间[线轴]|听清|识别|您",),
    ),
)
