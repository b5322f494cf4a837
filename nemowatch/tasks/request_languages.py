"""The words by which a request that is not work is recognized in the languages of most folders,
besides English and Chinese (`request_words`). They have no accents, which are not compared. Data
only; `routing` says what they mean together.

Each language has its own words: one without a meaning in German may be work in French. Hyphens and
apostrophes divide words here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """The words of one language, as in `request_words`."""

    polite: str
    please: str  #: with one of these, a thing that is only named is asked for: "the file, please"
    things: str
    only: str  #: "just", "the": followed by a thing, it asks for that
    openers: str  #: the beginnings of questions
    export: str
    export_with_a_thing: str
    status: str
    asked: str  #: in a question, these ask for the state
    status_too: str
    credits: str
    credits_too: str
    #: what may be beside a thing that is only named; "": any polite word
    only_too: str = ""
    upload: str = ""
    upload_too: str = ""


GERMAN = LanguageWords(
    polite="""
na jo ma so hm hmm ey alter digga leute moin servus gruss is isses gell ne nee scho immer isch mer
des
bitte danke vielen dank schon mal hallo hi hey guten tag morgen abend ich du sie wir mir mich
uns euch dir ihr der die das den dem des ein eine einen mein meine meinen meinem unser unsere
unseren dein deine deinen euer eure es ist sind war wird werden wurde wurden hat haben hatte
hatten habe kann konnte konnten konnen koennen konnt koennt kannst soll sollte mochte mochten
moechte wollte nur einfach doch denn jetzt nun bald heute und aber also so ja im am zu
zum zur fur fuer als gerne gern eigentlich endlich wieder da hier ganz ganze ganzen fertige
fertigen fertiges liebe lieben grusse gruesse viele team an
""",
    please="bitte bidde bidde bitteschon danke",
    things="""
video videos film filme clip clips datei dateien videodatei ergebnis ergebnisse projekt auftrag
""",
    only="nur bloss einfach das die den mein meine meinen unser unsere unseren",
    openers="ist sind wird werden wo wann wie gibt hat schon noch lauft laeuft wieso warum was",
    export="""
export exportieren exportiere exportiert herunterladen runterladen download downloaden rendern
rendere schicken schick schicke schickt senden sende sendet zuschicken zusenden
""",
    export_with_a_thing="""
geben her gib gebt brauche brauchen will speichern speichere ausgeben haben
""",
    status="""
status fortschritt neuigkeiten stand_der_dinge aktueller_stand wie_lange_noch was_ist_mit gibts
""",
    asked="""
geht gehts voran fertig feddich fertich fertsch wo wann dauert noch_nicht rendert rendern
gerendert verarbeitet
lauft laeuft passiert
bereit weit schon steht stand neues kommt bleibt hangt haengt abgeschlossen
""",
    status_too="""
abgeschlossen bekomme bekommen erwarten fertiggestellt gestellt lange noch nicht dauern brauchen
braucht zeit minuten stunden export exportiert bearbeitung bearbeitet verarbeitung los geblieben
wie was wann wo warum wieso gibt s weit bin seid davon dazu uber ueber mit denn gerade sagen zeigen
zeig sag dauert rendert rendern gerendert rendering kommt bleibt lauft laeuft
""",
    credits="guthaben kontostand credits credit",
    credits_too="""
wie viel viele wieviel wieviele hoch was kostet kosten gekostet noch ubrig uebrig bleiben
verbleibend verbleibende restliche zeigen zeig sagen sag konto reicht reichen aufladen kaufen mehr
man aktuelles verbraucht verbrauchte
""",
)
SPANISH = LanguageWords(
    polite="""
oye bueno que_tal q_tal pues entonces eh che q x k wey tio hombre hmm a ver ey sip nop xfa xfavor
porfis
en por favor gracias muchas hola buenos dias buenas tardes noches yo tu usted nosotros me te se
nos os le les lo la los las el un una unos mi mis tu tus su sus nuestro nuestra es son era esta
estan este esto ese eso ya ahora hoy pronto y pero solo solamente simplemente final finales
terminado terminada listo lista completo completa todo toda puede puedes pueden podria podrias
podrian quisiera querria gustaria me_gustaria a al del de para que si equipo saludos favor porfa
cordialmente
""",
    please="porfa porfis porfavor favor gracias pf xfa xfavor",
    things="""
video videos pelicula clip clips archivo archivos resultado resultados proyecto fichero
""",
    only="solo solamente simplemente el la los las mi mis nuestro nuestra",
    openers="esta estan donde cuando cuanto como hay ya sigue siguen falta por_que que",
    export="""
exportar exporta exporte exportalo exportarlo descargar descarga descargue descargalo renderizar
renderiza renderice enviar envia envie enviame enviarme enviamelo mandar manda mandame mandamelo
mandarme
""",
    export_with_a_thing="dame darme quiero necesito guardar guarda guardalo deme pasame",
    status="""
estado progreso novedades ya_esta que_pasa noticias_de alguna_noticia hay_noticias avance
""",
    asked="""
quedo listo lista listos listas liso termino terminado terminada terminados acabado acabada donde
cuando
falta tarda tardara renderizando procesando exportando trabajando va sigue render completado
completada noticias tiempo
""",
    status_too="""
cuanto como hay mas aun todavia tiempo queda quedan falta faltan minutos horas exportacion render
renderizado renderizacion proceso van sigue siguen en cual mostrar muestra muestrame dime decirme
esperar tanto con pasa estara estaran tardar alguna algun noticia sobre no termino renderizar ha
""",
    credits="creditos credito saldo",
    credits_too="""
cuantos cuanto queda quedan tengo tiene hay cuesta cuestan costo costado ver mostrar muestrame
dime comprar recargar mas disponible disponibles restante restantes cuenta mi cual usado gastado
he
""",
    upload="subir cargar",
    upload_too="video videos archivo archivos otro otra mas como donde",
)
FRENCH = LanguageWords(
    polite="""
alors bah ben hein hey coucou cc wesh mec dis donc tjrs tjs cest jai ya ta sa eh hmm
s il plait svp stp merci en beaucoup bonjour salut bonsoir je tu elle on qu nous vous moi toi me
te se le la les l d j m n c t un une des du de mon ma mes notre nos votre vos ton ta tes ce est
sont etait a ont avez as peux peut pouvez pourriez pourrais voudrais aimerais juste seulement
simplement maintenant bientot aujourd hui et mais final finale finie fini termine terminee
complet complete tout toute pour a au aux que ce cette cet cordialement equipe bien deja ai
""",
    please="svp stp plait merci",
    things="""
video videos film films clip clips fichier fichiers resultat resultats projet ensemble
""",
    only="juste seulement simplement le la les mon ma mes notre",
    openers="est ou quand combien ca c toujours encore y quoi pourquoi comment des avez",
    export="""
exporter exporte exportez telecharger telecharge telechargez envoyer envoie envoyez
""",
    export_with_a_thing="donne donnez veux besoin voudrais sauvegarder enregistrer enregistre",
    status="statut avancement progression etat des_nouvelles du_nouveau",
    asked="""
pourquoi prete pret prets pretes fini finie finis finies termine terminee termines terminees
ou_est ou_en ou_sont quand combien rendu nouvelles nouveau fait faite avance traitement cours
""",
    status_too="""
si long pourquoi quoi ou en encore toujours temps reste prend prendra minutes heures exportation
export rendu cours traitement y sur dites dis montre montrez sera seront pas quand quel quelle
ca va combien attente longtemps
""",
    credits="credits credit solde",
    credits_too="""
combien reste restants restant coute ca cela cout couts montre montrez dis dites acheter recharger
plus compte quel en utilise utilises
""",
)
PORTUGUESE = LanguageWords(
    polite="""
vc vcs blz ei eai ae ta to tah ne pois hmm pessoal galera mano cara opa ai em por favor obrigado
obrigada ola oi bom dia boa tarde noite eu voce tu nos me te se lhe o a os as um uma meu minha
meus minhas nosso nossa seu sua e sao era esta estao este isto esse isso ja agora hoje logo mas
so somente apenas final finais finalizado finalizada pronto pronta completo completa mim pra
todo toda pode podem poderia poderiam gostaria para que de do da ao se equipe abraco abracos
valeu pf
""",
    please="favor pf pfv pfvr obrigado obrigada valeu",
    things="video videos filme clipe clipes arquivo arquivos ficheiro resultado resultados projeto",
    only="so somente apenas o a os as meu minha meus minhas nosso nossa",
    openers="esta estao onde cade quando quanto como tem ja ainda falta alguma que por_que ha",
    export="""
exportar exporta exporte exportem baixar baixa baixe descarregar renderizar renderiza renderize
enviar envia envie envia manda mande mandar manda_pra_mim
""",
    export_with_a_thing="me_da quero preciso salvar salva salve guardar me_passa",
    status="""
status estado situacao andamento progresso como_esta_o como_esta_meu demorando novidade novidades
alguma_noticia
""",
    asked="""
pronto pronta prontos prontas terminado terminada terminou acabou falta demorando onde cade kd
quando falta demora
renderizando processando exportando trabalhando vai render concluido concluida noticias tempo
renderizado
""",
    status_too="""
mt muito quanto como tem ha mais ainda tempo resta restam falta faltam minutos horas exportacao
render
renderizacao processo em qual mostrar mostra mostre diga dizer esperar estara ficar fica vai vao
alguma algum noticia sobre nao demorar cade demora ficou
""",
    credits="creditos credito saldo",
    credits_too="""
quantos quanto resta restam tenho tem ha custa custam custo custou ver mostrar mostra mostre diga
comprar recarregar mais disponivel disponiveis restante restantes conta qual usado gastei ainda
""",
)
JAPANESE = LanguageWords(
    polite="""
お願いします お願い致します お願い おねがいします ください 下さい
ありがとうございます ありがとう こんにちは すみません 私の わたしの
僕の この その あの もう 今 すぐ だけ のみ 完成した 最終 できた 出来た
ー です でしょうか したい ます ました ですか ますか は が を の に で
と も へ か ね よ って くれますか もらえますか いただけますか して
""",
    please="お願いします お願い致します お願い おねがいします ください 下さい",
    things="動画 ビデオ 映像 ファイル 作品 クリップ 結果 プロジェクト データ 完成品",
    only="だけ のみ",
    openers="いつ どこ まだ 何か ですか ますか ましたか どれくらい どのくらい",
    export="""
エクスポート 書き出して 書き出し ダウンロード 出力して 送って
送信して レンダリングして 渡して
""",
    export_with_a_thing="保存して 欲しい ほしい 必要",
    status="""
状態 トラック 進捗 進み具合 進行状況 状況 ステータス 終わりましたか
終わった できましたか 出来ましたか 完成しましたか 完了しましたか
まだですか まだかかり いつ終わり いつでき いつ完成 どうなって
レンダリング中 処理中 どこですか どこにあり 仕上がりましたか
終わってますか
""",
    asked="""
できた 出来た 終わる 終わり 完成 完了 いつ どこ まだ どれくらい
あと何分 何か進展 新しい情報
""",
    status_too="""
レンダリング エクスポート 処理 教えて 見せて 表示して 確認 どう
どれくらい どのくらい あと 何分 何時間 時間 かかります かかりますか
かかり います いますか あります ありますか なりました なって た
ているか ている まだ いつ 終わり でき でしょう 完成 完了 しました し
そう 表示
""",
    upload="アップロード",
    upload_too="動画 ファイル どうやって どこ どこに し",
    credits="クレジット 残高",
    credits_too="""
残り いくら どれくらい どのくらい 残って あと いくつ あります
ありますか います いますか 教えて 見せて 確認 表示して 購入 チャージ
使い 足り
""",
)
#: All of them.
LANGUAGES = (GERMAN, SPANISH, FRENCH, PORTUGUESE, JAPANESE)
