"""Words of people in the languages of their folders: which ask for nothing that is paid for, and
which are work although they have such words."""

from __future__ import annotations

import pytest

from nemowatch.errors import OrderError
from nemowatch.tasks.further import change
from nemowatch.tasks.request_kinds import RequestKind
from nemowatch.tasks.routing import request_in, without_export
from tests.rigs.rows import each_row

#: English, German, Spanish, French, Portuguese, Chinese, Japanese.
NO_WORK = {
    RequestKind.EXPORT: """
just give me the file|Only the file.|the file please|just the finished video, please and thank you
die Datei bitte|el archivo por favor|Le fichier svp|o arquivo por favor|只要成片
Just the file please|just the video, please|Only the final video please|just the mp4 file thanks
the finished clip, please|just my video pls|only the result
Nur die Datei bitte|Einfach das fertige Video, danke|Bitte das Video exportieren
Schick mir das Video bitte|Ich brauche nur die Datei|Kannst du mir die Datei schicken?
Solo el archivo, por favor|Envíame el vídeo, por favor|Exporta el video en 4K
¿Me puedes enviar el video?|solo quiero el archivo mp4|descargar
Juste le fichier s'il vous plaît|Exportez la vidéo en 4K|Envoie-moi la vidéo stp
Donnez-moi le fichier final|J'ai juste besoin du fichier|Télécharger la vidéo
Só o arquivo, por favor|Exporte o vídeo em mp4|Me envia o vídeo por favor
só preciso do arquivo final|Baixar o vídeo
只要文件，谢谢|只要视频就行|動画をダウンロードしてください|動画だけください
ファイルを送ってください|エクスポートしてください
Datei bitte|video pls|el video porfa|archivo por favor|la vidéo svp|fichier stp|arquivo pfv
動画お願いします|ファイルください|gimme the file|Datei her|me manda o video pfv|donwload pls
exprot the video|send teh file
""",
    RequestKind.STATUS: """
Could you tell me if it's ready?|is everything done?|are my videos ready?
Are the clips finished yet?|did it finish?|have you finished?|did the render finish?|finished?
how's my video coming along?|how's it coming|How is the render going?|is it working?
is something wrong?|what's taking so long?|When can I expect my video?|when do I get my video
where are my files?|where did my video go?|what happened to my video?|what happened?
hello? anyone there?|any luck?|ETA?|eta please|what's the ETA|how many minutes left|update please
Update?|status?|hows it going|whats the status|wheres my video|is it done|ist es fertig
wann kommt mein Video|wo ist die Datei|Wie lange noch?|wie lange noch
Ist das Rendern abgeschlossen?|Dauert das noch lange?|was ist mit meinem Video?|Gibts was neues
Wann kann ich das Video haben?|Wann bekomme ich mein Video?|Wie ist der Status?
cuándo estará mi video|está terminado?|cómo va el video?|Cómo va?|cuánto tarda
¿Por qué tarda tanto?|¿Qué pasa con mi video?|où est mon fichier|c'est fini?|ça avance ?
Ma vidéo est prête ?|quand est-ce que ma vidéo sera prête|combien de temps ça prend
pourquoi c'est si long ?|onde está o arquivo|como está o vídeo?|está demorando
quando vai ficar pronto o meu vídeo?|já acabou?|好了没有|什么时候可以拿到视频|我的文件呢？
视频好了没|渲染好了没|现在怎么样了|到哪一步了|終わった？|できた？|動画まだ？|いつ終わりますか
まだかかりますか？|ファイルはどこですか|進み具合はどうですか
is the render done?|Is the render done|still rendering?|still rendering|Any news|any news?
where's my video|Where is my video?|is my video ready yet|Is it still rendering?
has the video finished rendering?|Done?|ready?|video ready?|when will it be ready?
When will my video be done?|how much longer will it take|How long does the rendering take?
why is it taking so long?|Is it stuck?|is it still processing|What's the status please
any update on my video?|Hi team, is the video done?|hey, is my video ready yet? thanks!
Has my file arrived yet|are we there yet? any progress?|Is the export finished
still working on it?|still not done?|what is taking so long|where is the result|Any updates today?
Ist das Video fertig?|Ist der Film schon fertig|Wo ist mein Video?|wo bleibt mein Video
Wann ist es fertig?|Wie lange dauert es noch?|Rendert es noch?|gibt es Neuigkeiten?
Gibt's schon was Neues?|Wie weit ist das Video?|Was ist der Stand?|Status bitte
Läuft das Rendern noch?|Hängt es?|noch nicht fertig?
¿Está listo el vídeo?|¿Dónde está mi video?|¿Ya terminó de renderizar?|¿Cuánto falta?
¿Hay novedades?|¿Sigue renderizando?|¿Cuándo estará listo?|Estado por favor|alguna noticia
¿Ya está?|donde esta mi video
La vidéo est-elle prête ?|Est-ce que c'est fini ?|Où est ma vidéo ?|Où en est le rendu ?
Des nouvelles ?|Du nouveau ?|Combien de temps encore ?|C'est prêt ?|Quand sera-t-elle prête ?
Le rendu est terminé ?|statut svp
O vídeo está pronto?|Onde está meu vídeo?|Já terminou?|Alguma novidade?|Ainda está renderizando?
Quanto tempo falta?|Quando fica pronto?|cadê meu vídeo|status por favor|Já está pronto?
视频在哪|我的视频在哪里？|还在渲染吗|渲染完了吗？|有消息吗|有什么新消息吗？|什么时候能好
视频什么时候好？|有进展吗|还没好吗
動画はできましたか？|レンダリングは終わりましたか|まだレンダリング中ですか？|進捗はどうですか
動画はどこですか？|いつできますか？|まだですか|状況を教えてください|あとどれくらいかかりますか
isit done?|isitdone?|is it doen|is teh video redy?|wheres teh video|finshed?|renderd yet?
allready done?|whereis my video|hows teh video|any upadte?|statsu?|u done?|r u done yet
ist es fertg?|ist es shcon fertig|ist das vidoe fertig?|isses fertig?|na, fertig?|ya?|und?|alors?
esta lsito?|ya esta listo x favor?|q tal va?|cest fini?|ta pronto?|kd o video?|e aí?|vc terminou?
wen is it done|whens my vid ready|how long more?|almost done?|still nothing?|nothing yet
gehts voran?|ya quedó el video?|falta muito?|ta demorando mt|啥时候好|好了嘛|弄好没|いつ終わる?
搞定了吗|在吗？|好没|まだー？|もうできた？|hello?|well?
""",
    RequestKind.CREDITS: """
Wie viele Credits habe ich noch?|Guthaben?|¿Cuántos créditos me quedan?
Combien de crédits me reste-t-il ?|Quantos créditos eu tenho?|クレジットはあといくつですか
残高を教えてください
""",
}
WORK = """
Is there a way to add music?|what about a title?|how about blue?|still image at the end
where possible, cut silence|any music will do|is it possible to have it shorter
over the video put our logo|update the title|update the logo to the new one
news ticker at the bottom|new title: Is it done?|finish with the logo|back to back clips|take two
complete silence at the end|running order as in the files|half an hour long at most
one minute long|10 minutes long please|make it 1 minute|the whole video in black and white
just the video in black and white|just the intro|the video, but shorter|the file is too dark
my video is too loud|the result should be funny|the clip again at the end|the clip twice
the film backwards|long version|final countdown at the end|just the final scene|länger
das Video länger|nur Musik|das Video bitte schneller|Untertitel bitte|bitte das Ganze in Zeitlupe
noch etwas heller|noch schneller|Wo möglich, kürzen|was neues ausprobieren mit Farben
alles in ein Video|más largo|el video más rápido|en cámara lenta|solo subtítulos
una versión para móvil|plus long|plus vite|la vidéo plus rapide|au ralenti|encore plus fort
juste les sous-titres|mais longo|mais rápido|só legendas|o vídeo mais rápido|快一点|还要更亮
视频里的人脸打码|在哪里都加上水印|完成度更高|もっと速く|もっと明るく|字幕をつけて|まだ暗い
音を大きく|どこでも字幕を入れて
just the file's first minute please, cut the rest|Just the first minute please
only the last 30 seconds of the video, please|just the video without the sound
just the subtitles please|just one clip please, joined|all clips in one video please
put the clips into one video|I want all the clips in one video|give me one video
Is it possible to make the video brighter?|is the render done in red? make it blue
when the video is done, add an outro|render the end slower|still frame at the end please
make the last frame a still|freeze the still at the start|add the words "Any news?"
Title: Where's my video?|Any news about the product goes in the lower third
show "still rendering" as a joke on the screen|the finished look of a film from the 70s
finish the video with a fade|complete the story with a title|ready-made look|Take the first clip
take long shots out|The intro takes too long, cut it|why is the intro so dark, fix it
where the man talks, lower the music|where is my dog? add question marks|coming soon at the end
add coming soon|the music is over the voice, lower it|turn the video back to front
play it back at half speed|go back to the old colours|news style lower thirds
make it look like the news|a running timer|track the running man|processing noise away
working title: Dawn|my video needs more light|the video is too dark
the video is too long, shorten it|the clips in order of date|just the best scenes
only the video of the dog|just my voice louder|just louder|just shorter please|only music
the logo bigger|our logo in the corner|Just the file name as a title please
Schneide das Video auf 30 Sekunden|nur die ersten zehn Sekunden bitte
Mach das Video fertig und füge einen Titel hinzu|nur das Video ohne Ton|Musik leiser
Füge "Wo ist mein Video?" als Titel ein|Video heller und exportieren|wo der Hund bellt, Ton leiser
Wann immer jemand spricht, Musik leiser|fertige eine Kurzfassung an
Ist das Bild zu dunkel? Mach es heller|alle Clips zu einem Video|lauter|die Musik im Video leiser
Bitte den Film in schwarzweiss|Stand der Technik als Untertitel
Corta el video a 30 segundos|solo los primeros diez segundos|quiero el video más corto|solo música
el video sin sonido|Añade un título: ¿Dónde está mi video?|donde habla el hombre, baja la música
cuando termine la música, añade un fundido|un solo video con todos los clips|todo en un solo video
más brillo|exporta solo los primeros 30 segundos|quita el ruido y exporta
Coupe la vidéo à 30 secondes|juste la première minute|la vidéo sans le son|seulement la musique
quand la musique finit, ajoute un fondu|où l'homme parle, baisse la musique
toutes les vidéos en une seule|plus de lumière|ajoute « Des nouvelles » en titre
une vidéo plus courte|exporte seulement le début|le rendu en noir et blanc
Corte o vídeo para 30 segundos|só o primeiro minuto|o vídeo sem som
quando a música acabar, coloque um fade|mais brilho|todos os clipes em um vídeo só|só a música
onde o homem fala, abaixe a música|exporte só o começo|um vídeo mais curto
只要前一分钟|只要视频里的狗|只要字幕|把视频渲染成黑白|还在说话的部分剪掉|消息提示音加上
完成后加片尾|视频在哪里暗就调亮|新闻风格
動画を30秒に短くして|最初の1分だけください|音楽だけにして|まだ話している部分をカット
いつも笑っている場面を使って|動画を明るくしてください|タイトルに「進捗」と入れて
終わりにフェードを入れて|字幕だけ
the tile please|title please|the fire please|music please|Musik bitte|música por favor|musique svp
字幕お願いします|more bass?|loop it|other voice|option b|both|a tone higher
leiser bitte
más lento por favor|plus fort svp|mais alto por favor|darker|mute it|track the running man
"""


def phrases(table: str) -> list[str]:
    lines = table.strip().splitlines()
    return [phrase for line in lines for phrase in line.split("|")]


@pytest.mark.parametrize("kind", NO_WORK)
def test_a_question_and_the_wish_for_the_file_are_no_work(kind: RequestKind) -> None:
    """Nothing is paid for them: a note answers."""
    wrong = {said: request_in(said) for said in phrases(NO_WORK[kind])}
    assert {said: found for said, found in wrong.items() if found is not kind} == {}


def test_orders_with_such_words_are_work() -> None:
    """And nothing is left out of them."""
    assert [said for said in phrases(WORK) if request_in(said) is not RequestKind.WORK] == []
    assert [said for said in phrases(WORK) if without_export(said) != said] == []


@each_row(
    """
Quita la intro, quiero solo el final del video.|Une los clips, necesito un solo video
Quita la intro y exporta el final|Quita la intro, exporta solo el final del video
Corte a introdução longa, preciso do final do vídeo.|Junta os clipes, quero um vídeo.
Schneide die Clips zusammen, ich brauche ein Video.|Fusionne les clips, je veux un film.
Füge die Clips zusammen, exportiere nur ein Video|Cut the intro. I need the whole video.
Remove the intro, I want the original video|Make it louder, I want all the clips
Make the logo big, send the video to the back|Une los clips, exporta todo en un video
合并片段，我要一个视频|合并片段，导出成一个文件|去掉开头，我要最后的视频
去掉开头，导出最后一个片子|合并片段，导出一个视频
クリップをつなげて、一つの動画が欲しい|クリップをつなげて、一つに書き出して
""".strip()
    .replace("\n", "|")
    .split("|")
)
def test_an_order_is_sent_whole_where_a_part_may_be_a_wish(text: str) -> None:
    """Beside work, only what says to export in so many words is left out."""
    assert request_in(text) is RequestKind.WORK
    assert without_export(text) == text


@each_row(
    """
Solo el final del video|Só o final do vídeo|Quiero un solo video|Ich brauche nur ein Video
Je veux juste une vidéo|Quero apenas um vídeo|Das Video soll gerade werden
Quiero todo en un video|Quero só o final
""".strip()
    .replace("\n", "|")
    .split("|")
)
def test_one_video_or_its_ending_is_work(text: str) -> None:
    """What names a piece, or one of many, asks for an edit, not for the file."""
    assert request_in(text) is RequestKind.WORK


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Quita la intro. Exporta el video.", "Quita la intro."),
        ("Schneide das Intro weg. Exportiere das Video bitte.", "Schneide das Intro weg."),
        ("去掉开头，然后导出视频", "去掉开头"),
    ],
)
def test_a_told_export_is_left_out_beside_work(text: str, sent: str) -> None:
    """The agent is not told to export: every result is rendered."""
    assert without_export(text) == sent


@each_row(["hallo", "ja", "das Video", "hey team", "once again", "视频", "ok"])
def test_words_that_name_nothing_to_do_change_nothing(text: str) -> None:
    """About a result they are no turn; the note says that something has to be said."""
    with pytest.raises(OrderError, match=r"change|only asks"):
        change(text)
    assert change("The video on the right, please") == "The video on the right, please"


NO_SLIPS = """
more balanced, please|combine|shared|a reader, please|move the clip please|show the trucks
show statues|show the stats|the video without|Schicht bitte|Länder zeigen bitte
zeige Staaten|muestra el estadio|descarta el clip|saldos por favor|avanza el video por favor
combine les clips|montre les statues|rends la vidéo nette|statue svp|vide la vidéo
"""


def test_other_words_are_no_slips() -> None:
    """A word that people use, and another form of a word that is known, is meant as it stands."""
    found = {said: request_in(said) for said in phrases(NO_SLIPS)}
    assert set(found.values()) == {RequestKind.WORK}, found


def test_slips_are_not_looked_for_without_end() -> None:
    """Words that are written together without a blank are taken apart up to a length."""
    assert request_in("is" * 149 + "x") is RequestKind.WORK
