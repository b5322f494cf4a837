"""Recognizes what people write about a result that they like, which asks for nothing. Pure."""

from __future__ import annotations

from nemowatch.tasks.request_kinds import WORD, plain, vocabulary

#: One of these is in it, in the languages that most folders are for; accents are left out,
_WORDS = """
ok okay yes ficou_otimo
looks_good looks_great looks_perfect looks_fine look_good sounds_good good great perfect super
awesome amazing excellent fine nice beautiful wonderful brilliant fantastic cool love_it
like_it lovely well_done good_job great_job nice_work great_work nothing none no_change
no_changes no_further_changes unchanged n/a nothing_to_change keep_it leave_it as_it_is thanks
thank_you thx cheers ty danke vielen_dank schon sehr_schon super toll prima passt gefallt
perfekt alles_gut keine_anderungen nichts gracias perfecto genial excelente muy_bien esta_bien
ningun_cambio sin_cambios me_gusta merci parfait super tres_bien aucun_changement
rien_a_changer obrigado obrigada perfeito otimo excelente muito_bom sem_alteracoes
nenhuma_alteracao 谢谢 很好 非常好 完美 不错 没问题 不用改 挺好 很棒 謝謝
不錯 沒問題 ありがとうございます ありがとう 完璧です 完璧 いいですね
素晴らしい 問題ありません 変更なし このままで
"""
#: and nothing else but these.
_TOO = """
it's it_is it is that's that this so much very really all a lot just ok okay yes hi hello i we
you the team everyone everything me to for now done already of course please video film clip
result job es ist das so sehr ja und mir von bitte hallo alles es esta el la muy si mucho
muchas hola y c'est est tout tres bien beaucoup oui bonjour e o a muito sim ola 了 的 很 非常
这个 视频 就 这样 這個 這樣 です ます とても 動画
"""
_PRAISE = vocabulary(_WORDS.split())
_BESIDE = vocabulary(f"{_WORDS} {_TOO}".split())
#: The most characters of a text that may be only that.
_SHORT = 120


def is_praise(text: str) -> bool:
    """Whether a text only says that something is good, or thanks for it."""
    said = plain(text)
    if len(said) > _SHORT or not _PRAISE.search(said):
        return False
    return WORD.search(_BESIDE.sub(" ", said)) is None
