"""Tells a conversation of two turns from two labelled lines: "ANNA: Hi. / BEN: Hello." has names,
"Price: 5 / Date: Monday" has not. Pure.

Owns the words that tell. So little text proves nothing, so labels that head lines of ordinary texts
are never names, and others are only where what follows is said by somebody to somebody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


_TWO = 2
#: Labels of ordinary texts, without a number behind them.
_LABELS = _words(
    """
mission vision quote source slogan aim objectif objetivo durée duración duração note notes tip
tips warning caution attention important info step part chapter section day week year price prices
cost date time place address phone email mail web website location venue contact title subject
topic theme name names author speaker duration length version product offer sale discount before
after today tomorrow yesterday now then past future morning noon afternoon evening night fact
facts myth truth problem solution goal result results summary conclusion introduction intro outro
example remember reminder update news breaking weather sports ingredients method preparation
instructions recipe pros cons advantages disadvantages first second third finally next lesson
exercise option rule reason point number item lot gate platform room floor hours open closed
monday tuesday wednesday thursday friday saturday sunday january february march april may june
july august september october november december spring summer autumn fall winter north south east
west breakfast lunch dinner starter main dessert drinks red blue green ps p.s btw ad re fwd from
to cc hinweis tipp tipps achtung wichtig warnung schritt teil kapitel tag woche jahr preis preise
datum zeit uhrzeit ort adresse telefon anfahrt titel betreff thema dauer produkt angebot vorher
nachher heute morgen gestern jetzt früher mittag abend nacht fakt fakten mythos wahrheit ziel
ergebnis fazit einleitung beispiel zutaten zubereitung erstens zweitens drittens vorteil vorteile
nachteil nachteile lösung frühstück mittagessen abendessen vorspeise hauptgang nachtisch montag
dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober
dezember frühling sommer herbst öffnungszeiten nota notas consejo aviso atención importante paso
parte capítulo día semana año precio fecha hora lugar dirección teléfono título asunto tema
antes después hoy mañana ayer ahora tarde noche mito verdad problema solución resultado resumen
conclusión ejemplo ingredientes preparación lunes martes miércoles jueves viernes sábado domingo
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre primavera
verano otoño invierno horario remarque conseil astuce avertissement étape partie chapitre jour
semaine prix heure lieu téléphone titre objet sujet avant après demain hier maintenant matin midi
soir nuit mythe vérité problème résultat résumé exemple ingrédients préparation lundi mardi
mercredi jeudi vendredi samedi dimanche janvier février mars avril juin juillet août septembre
octobre novembre décembre printemps été automne hiver horaires observação dica atenção passo
dia ano preço data local endereço telefone assunto depois hoje amanhã ontem agora manhã noite
verdade solução resumo conclusão exemplo preparo segunda terça quarta quinta sexta janeiro
fevereiro março maio junho julho setembro outubro novembro dezembro outono verão 注意 提示
备注 備註 说明 說明 步骤 步驟 价格 價格 日期 时间 時間 地点 地點 地址
电话 電話 标题 標題 主题 主題 今天 明天 昨天 上午 下午 晚上 以前 以后
问题 解决 结果 总结 例子 材料 做法 星期一 星期二 星期三 星期四 星期五
星期六 星期日 周一 周二 周三 周四 周五 周六 周日 第一 第二 第三 春天
夏天 秋天 冬天 価格 日時 場所 住所 件名 題名 今日 明日 昨日 朝 昼 夜
作り方 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日
"""
)
#: Labels that stand for a voice, of which one at the beginning is enough.
_VOICES = _words(
    """
voiceover voice-over vo v.o. narrator narration narratore narrateur narratrice narrador narradora
locutor locutora sprecher sprecherin erzähler erzählerin voix-off off-stimme off-sprecher
off-sprecherin 旁白 解说 解說 ナレーター ナレーション
"""
)
#: Labels that are somebody in a conversation, though no name.
_SOMEBODY = _words(
    """
q a man woman boy girl mother father mom mum dad host guest interviewer customer doctor patient
teacher student frau mann junge mädchen mutter vater kunde arzt lehrer schüler mujer hombre niño
niña cliente médico femme homme garçon fille client médecin mulher homem menino menina 男 女
甲 乙 男性 女性
"""
)
#: A voice that has a number or a letter.
_NUMBERED = re.compile(
    r"(?:speaker|person|voice|actor|character|sprecher|stimme|hablante|voz|voix|locuteur|locutor"
    r"|pessoa|personne|persona|話者|人物) ?(?:\d{1,2}|[a-z])",
    re.IGNORECASE,
)
#: Words with which somebody begins to speak to somebody.
_GREETS = re.compile(
    r"\W*(?:hi|hello|hey|hiya|yes|yeah|no|nope|well|oh|ah|sure|ok|okay|thanks|thank you|sorry"
    r"|please|good (?:morning|evening|afternoon|night|day)|bye|goodbye|come|look|listen|wait"
    r"|hallo|moin|servus|guten|ja|nein|doch|danke|bitte|tschüss|komm|schau|hör"
    r"|hola|buen[oa]s|sí|claro|gracias|adiós|bonjour|bonsoir|salut|oui|non|merci|bien sûr"
    r"|olá|oi|bom dia|boa|sim|não|obrigad[oa])\b"
    r"|\W*(?:你好|您好|早上好|好的|是的|不是|谢谢|謝謝|再见|再見|对"
    r"|こんにちは|おはよう|はい|いいえ|ありがとう)",
    re.IGNORECASE,
)
#: Words for oneself, and for oneself or the other one, which count where both have them.
_ONE = r"I|me|my|[Ii]ch|[Mm]ir|mich|[Mm]ein|[Mm]eine|[Yy]o|mi|[Jj]e|moi|mon|ma|[Ee]u|meu|minha"
_ONESELF = re.compile(rf"\b(?:{_ONE})\b|\b[Jj]['\u2019]|\bI['\u2019]|[我私僕俺]|\bя\b")
_PERSONS = re.compile(
    rf"\b(?:{_ONE}|[Yy]ou|[Yy]our|[Dd]u|dich|dir|dein|deine|Sie|Ihnen|[Tt]ú|[Tt]u|te|usted|toi)\b"
    r"|\b(?:[Vv]ous|[Vv]ocê)\b"
    "|[我你您私僕俺]|あなた"
)
_WORD = re.compile(r"\w+")
_QUESTION = re.compile("[?？]")


def is_voice(label: str) -> bool:
    """Whether a label alone stands for a voice, as "NARRATOR"."""
    return label.lower() in _VOICES


def is_conversation(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether two turns, each a label and what follows it, are a conversation."""
    labels = [label for label, _ in turns]
    if len(turns) != _TWO or labels[0] == labels[1]:
        return False
    if all(map(_NUMBERED.fullmatch, labels)):
        return True
    if any(map(_is_ordinary, labels)):
        return False
    if all(map(_is_somebody, labels)) or _is_named(turns):
        return True
    said = [words for _, words in turns]
    return any(map(_is_spoken, said)) or all(map(_PERSONS.search, said))


def _is_ordinary(label: str) -> bool:
    """Whether a label heads lines of ordinary texts: its first or last word does."""
    said = label.lower().split()
    return said[0] in _LABELS or said[-1] in _LABELS


def _is_somebody(label: str) -> bool:
    """Whether a label is a part in a conversation, or written as plays write names."""
    bare = label.lower()
    is_capital = label.isupper() and label.isalpha() and len(label) > 1
    return bare in _SOMEBODY or is_capital


def _is_named(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether one of them calls the other by name."""
    (first, said), (second, answered) = turns
    return _has(said, second) or _has(answered, first)


def _has(said: str, name: str) -> bool:
    if name.isascii():
        return name.casefold() in _WORD.findall(said.casefold())
    return name.casefold() in said.casefold()


def _is_spoken(said: str) -> bool:
    """Whether words are said by somebody to somebody."""
    patterns = (_QUESTION.search, _GREETS.match, _ONESELF.search)
    return any(finds(said) for finds in patterns)
