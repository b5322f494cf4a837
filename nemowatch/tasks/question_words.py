"""The words by which a question is known from an order, in the languages of most folders. They have
no accents, which are not compared. Data only; `questions` says what they mean together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The words of one language; "_" joins words that mean something together,
    "*" stands for one to four words, "$" for the end: "finde den Ordner nicht"."""

    asks: str  #: a text that begins with one of these is a question,
    asks_with: str  #: or with one of these, if a verb follows: "when is", not "when he speaks"
    verbs: str  #: such verbs, which begin questions, too: "is it done", "did you begin"
    learns: str  #: wants to know something: "tell me", behind which "when" or "if" follows
    about: str  #: what follows there
    waits: str  #: waits for something, or misses it: "still waiting", "I cannot find"
    offers: str  #: an order in the form of a question: "can you", "what about"
    orders: str  #: an order begins so, whatever follows: "skip where nothing happens"
    told: str  #: what is told for its own sake: "tell me the story of how we met"
    greets: str  #: before a question or behind it
    #: what follows a verb at the beginning of a question, also without its mark: "is it done", but
    #: not "is shaky"; "" where only a mark makes one
    subjects: str = ""
    #: whether apostrophes divide words
    divides: bool = False
    #: begins an order to leave something out, in words of a complaint: "no video of the crowd",
    leaves_out: str = ""
    #: unless one of these says that something is missed: "no video of the trip yet"
    missed: str = ""


ENGLISH = QuestionWords(
    asks="""
how_long how_far how_much how_many how_come how_soon how_is how's how_are how_do how_does how_did
how_to how_can how_will what_time why_is why's why_are why_does why_do why_did why_has why_can't
why_isn't whats what's wheres where's whens when's wassup any_idea
what_formats which_formats which_folder
""",
    asks_with="where when what why who which whose how wen wat whn",
    verbs="""
is isn't are aren't was wasn't were has hasn't have_you have_we have_they have_*_been have_*_yet
have_*_arrived have_*_failed have_*_vanished have_*_disappeared have_*_finished_$ have_*_come_$
have_*_come_back have_*_gone_$ haven't
had did didn't does doesn't do_you do_we do_i do_they don't_you am_i will_it will_the will_this
will_my will_we will_i can_i_find can_i_see can_i_get should_i must_i
""",
    learns="""
tell_me let_me_know let_us_know inform_me notify_me ping_me message_me email_me call_me text_me
i_want_to_know i_wanted_to_know i_would_like_to_know i'd_like_to_know i_wonder i_was_wondering
do_you_know does_anyone_know any_idea no_idea i_don't_know i_do_not_know just_wondering
just_asking
""",
    about="when if whether how where what why who once as_soon_as the_status the_progress",
    waits="""
still_waiting i'm_waiting i_am_waiting we're_waiting we_are_waiting been_waiting waiting_for_my
waiting_for_the can't_find cannot_find can_not_find couldn't_find could_not_find don't_see_my
don't_see_it don't_see_the_video don't_see_any do_not_see_my do_not_see_the_video can't_see_my
can't_see_it can't_see_the_video can't_see_any don't_have_my don't_have_the don't_have_it
don't_have_any haven't_received haven't_got have_not_received have_not_got didn't_get did_not_get
didn't_receive never_got never_received is_missing is_not_there isn't_there not_there_yet is_gone
has_disappeared disappeared has_vanished no_video no_result no_results no_file nothing_happens
nothing_happened nothing_is_happening nothing's_happening nothing_there nothing_arrived
nothing_came heard_back haven't_heard have_not_heard checking_in checking_on following_up no_reply
no_answer
""",
    offers="""
can_you could_you would_you will_you can_we could_we shall_we can_it could_it may_we might_we
may_i_have_some may_i_have_more might_i_have_some
would_it should_it should_we could_this can_this could_the can_the could_that would_the should_the
can_i could_i let's what_about how_about what_if why_not as_a as_the as_title style_video
as_background as_music why_don't why_do_not do_you_mind would_you_mind is_it_possible
is_there_a_way is_there_any_way is_there_any_chance any_chance are_you_able is_it_ok is_it_okay
would_love possible
""",
    orders="""
skip hide leave_out leave_*_out keep_only keep_the keep_when keep_where keep_what
keep_everything drop_the_part drop_the_parts drop_everything mask bleep freeze highlight
""",
    told="story stories tale joke poem",
    greets="""
hello hi hey dear team all sir madam please pls plz sorry thanks thank_you thx excuse_me so well
ok okay and but um hm hmm quick_question question just again good morning evening afternoon day
there guys everyone you
""",
    subjects="""
it this that the my our your his her you we they i he she there these those everything anything
anyone anybody someone somebody something all any a nobody no
""",
    leaves_out="no_video_of",
    missed="""
yet still so_far till_now until_now mine ours yours hers folder inbox outbox mailbox arrived came
come received sent uploaded delivered found visible anywhere at_all since
""",
)
GERMAN = QuestionWords(
    asks="""
wie_lange wie_lang wie_weit wie_viel wie_viele wieviel wieviele wie_hoch wie_oft wie_teuer
wie_kann_ich wie_benutze wie_funktioniert was_muss was_kann wie_geht's wie_gehts wie_geht_es
wie_lade wie_steht wie_sieht_es wie_komme_ich warum wieso weshalb was_kostet was_passiert
""",
    asks_with="""
wo wann wan wnn wie was wass wer wen welche welcher welches woran worauf woher wohin
""",
    verbs="""
ist is sind war waren bin bist seid seit_ihr hat hatte hast habt haben_sie habe_ich haben_wir wird
werden wurde wurden lauft laeuft lauft's liegt liegen bleibt bleiben steht stehen kommt kommen
finde_ich findet find_ich finden bekomme bekommen bekommt krieg kriege kriegen kann_ich konnen_wir
konnte_ich muss_ich soll_ich darf_ich dauert dauerts klappt funktioniert hangt arbeitest_du
arbeitet arbeiten_sie passiert weisst_du wissen_sie gibt gibt's gibts
""",
    learns="""
sag_mir sagt_mir bitte_um_ruckmeldung um_kurze_ruckmeldung sagen_sie_mir sag_bescheid
sagt_bescheid sag_mal bescheid bescheid_sagen bescheid_geben gib_bescheid gib_mir_bescheid
melde_dich melden_sie_sich kannst_du_mir_sagen konnt_ihr_mir_sagen konnen_sie_mir_sagen
konntest_du_mir_sagen konnten_sie_mir_sagen weisst_du wisst_ihr wissen_sie weiss_jemand
lass_mich_wissen lasst_mich_wissen ich_mochte_wissen ich_mochte_gern_wissen ich_mochte_gerne_wissen
ich_will_wissen ich_wollte_wissen
wollte_nur_wissen wurde_gern_wissen ich_wuerde_gern_wissen ich_wurde_gern_wissen ich_frage_mich
keine_ahnung benachrichtige_mich
""",
    about="wann wenn ob wie wo was warum wieso sobald wer",
    waits="""
ich_warte wir_warten warte_noch warte_immer warte_auf warte_schon warten_noch warten_immer
warten_auf noch_am_warten finde_*_nicht_$ finde_*_nichts_$ finde_*_nirgends_$ finde_nichts
finde_kein mein_video_ist_weg video_ist_weg
datei_ist_weg ist_verschwunden ist_nicht_da mein_video_fehlt das_video_fehlt die_datei_fehlt
immer_noch_nicht noch_nichts noch_kein noch_nix nix_da nichts_gehort keine_antwort
keine_ruckmeldung nichts_bekommen nichts_angekommen nichts_da passiert_nichts nichts_passiert
tut_sich_nichts nichts_tut_sich kein_ergebnis kein_video kommt_nichts
""",
    offers="""
kannst_du konnt_ihr konnten_sie konnen_sie konntest_du konntet_ihr kann_man konnte_man konnen_wir
wurdest_du wurden_sie wurdet_ihr wie_ware wie_war's wie_waers was_ist_mit_einem als_titel
als_uberschrift als_musik als_text als_lied als_hintergrund als_untertitel als_hintergrundlied
was_haltst_du_von warum_nicht wieso_nicht geht_das geht_es_auch geht_auch ist_es_moglich
ware_es_moglich gibt_es_eine_moglichkeit lasst_sich lasst_es_sich machst_du macht_ihr machen_sie
moglich moeglich machbar darf_es
""",
    orders="""
uberspring uberspringe uberspringt uberspringen lass_weg lass_*_weg lasst_*_weg
lassen_sie_*_weg versteck verstecke verbirg zeig_nur zeige_nur behalte
""",
    told="geschichte marchen witz gedicht",
    greets="""
hallo hi hey moin servus guten tag morgen abend liebes team bitte danke entschuldigung sorry na
und aber also mal nur kurze frage frage nochmal leute zusammen du ihr sie vielen dank
""",
    subjects="""
es das die der den dein mein meine unser unsere euer ich du er sie wir ihr man jemand alles schon
was etwas irgendwas hier da noch mir uns der ein eine
""",
    leaves_out="kein_video_vom kein_video_von",
    missed="""
noch bisher bislang euch dir ihnen mir uns ihm ordner postfach posteingang postausgang da hier
bekommen erhalten angekommen gekommen gefunden gesehen seit
""",
)
SPANISH = QuestionWords(
    asks="""
cuanto cuanta cuantos cuantas por_que_tarda por_que_no_pasa por_que_esta por_que_demora por_que_se
que_paso que_pasa que_ha_pasado que_esta_pasando que_sucede que_sucedio que_precio que_hay_de
como_va como_van como_anda como_esta_mi como_sigue como_subo como_puedo como_hago como_envio
como_se como_funciona que_tengo que_pongo que_debo donde_lo cuando_lo cual_es cuales_son
para_cuando hasta_cuando ya_esta_listo ya_quedo ya_se ya_terminaste ya_termino ya_acabo
ya_empezaste hay_alguien hay_algo hay_novedades hay_noticias sigues sabes saben llego_mi recibiste
recibieron soy_el falta_mucho
""",
    asks_with="donde dnde adonde cuando quien quienes cual cuales",
    verbs="""
esta estan estara estaran estaba va_a van_a queda quedo quedaron termina terminara termino
terminan acaba acabara llega llegara llego llegaron encuentro puedo tengo tendre recibo recibire
sale saldra son sera seran fue hay soy falta faltan sigue sigues siguen sabe sabes saben recibiste
recibieron empezaste empezo empezaron terminaste terminaron funciono ya ya_esta ya_quedo ya_se
hubo ha han has subo aun todavia demora tarda
""",
    learns="""
dime diganme digame avisame avisenme aviseme avisa avisar hazme_saber me_puedes_decir
me_puede_decir me_pueden_decir puedes_decirme puede_decirme pueden_decirme podrias_decirme
podria_decirme me_podrias_decir me_podria_decir quiero_saber queria_saber quisiera_saber
me_gustaria_saber sabes sabe saben alguien_sabe no_se
""",
    about="""
cuando cuanto cuanta si donde como que por_que en_cuanto el_estado el_saldo el_precio cuantos
cuantas quien cual
""",
    waits="""
esperando sin_respuesta tenido_respuesta sigo_esperando estoy_esperando seguimos_esperando
estamos_esperando llevo_esperando todavia_espero aun_espero todavia_no_tengo aun_no_tengo
no_tengo_mi no_he_recibido no_recibi no_me_ha_llegado no_me_llego no_ha_llegado no_llega no_llego
no_encuentro no_veo_mi no_veo_el_video no_aparece desaparecio ha_desaparecido mi_video_no_esta
el_video_no_esta se_perdio no_pasa_nada no_paso_nada no_sucede_nada no_hay_nada no_hay_video
no_hay_resultado nada_todavia todavia_nada falta_mucho
""",
    offers="""
puedes puede pueden podrias podria podrian podemos se_puede se_podria es_posible seria_posible
como_titulo como_musica como_texto como_fondo hay_forma hay_manera y_si que_tal que_te_parece
por_que_no_lo por_que_no_le por_que_no_en por_que_no_pones por_que_no_un me_haces le_pones
lo_haces posible te_importa
""",
    orders="""
salta saltate salten omite omitan oculta oculten esconde escondan conserva conserven deja_fuera
""",
    told="historia cuento chiste poema",
    greets="""
hola buenas buenos dias tardes noches por favor porfa perdon disculpa disculpe oye equipo gracias
pero y entonces bueno una pregunta solo amigos muchas
""",
)
FRENCH = QuestionWords(
    asks="""
combien pourquoi_rien pourquoi_est pourquoi_c pourquoi_ca pourquoi_cela pourquoi_ma pourquoi_la
pourquoi_le pourquoi_y que_se_passe qu_est_ce_qui qu_est_ce_que qu_est_il qu_arrive quel_est
quelle_est quels_sont quelles_sont comment_ca comment_envoyer comment_telecharger comment_faire
comment_puis comment_va comment_avance que_dois comment_utiliser comment_marche elle_est_ou
il_est_ou c_est_ou je_mets_quoi est_ce est_il est_elle ou_en ca_prend_combien ca_coute_combien
ca_tourne a_quelle_heure c_est_quand c_est_pour_quand il_reste_combien encore_combien
""",
    asks_with="ou quand qui quel quelle",
    verbs="""
est es sont sera seront est_ce serait vais_je aurai aura aurons puis puis_je peut_on se_trouve
trouver trouve trouver_le a_t avez as ai_je avons avez_vous as_tu savez sais_tu y_a suis_je ont
etes_vous es_tu finit termine
""",
    learns="""
dis_moi dites_moi merci_de_me_dire previens_moi prevenez_moi previens prevenez avertis_moi
avertissez_moi fais_moi_savoir faites_moi_savoir tiens_moi_au_courant tenez_moi_au_courant
pouvez_vous_me_dire peux_tu_me_dire pourriez_vous_me_dire pourrais_tu_me_dire je_voudrais_savoir
je_veux_savoir j_aimerais_savoir savez_vous sais_tu je_me_demande quelqu_un_sait
""",
    about="quand si ou combien comment pourquoi quel quelle ce_qui des_que lorsque qui",
    waits="""
j_attends nous_attendons on_attend attends_toujours attend_toujours je_n_ai_toujours_pas
je_n_ai_pas_recu je_n_ai_rien_recu pas_encore_recu n_ai_toujours_rien je_ne_trouve_pas
je_ne_vois_pas_ma je_ne_vois_pas_la_video je_ne_vois_rien a_disparu n_est_pas_la n_est_plus_la
rien_ne_se_passe il_ne_se_passe_rien rien_n_arrive rien_recu toujours_rien toujours_pas
pas_de_video pas_de_nouvelles pas_de_reponse pas_de_resultat il_n_y_a_rien
""",
    offers="""
peux_tu pouvez_vous pourrais_tu pourriez_vous pourrait_on peut_on_avoir on_peut on_pourrait
tu_peux vous_pouvez est_ce_possible est_il_possible est_ce_que_tu_peux est_ce_que_vous_pouvez
est_ce_qu_on_peut serait_il_possible y_a_t_il_moyen en_titre en_musique en_texte comme_titre et_si
si_on pourquoi_pas ca_te_dit possible que_dirais_tu que_diriez_vous veux_tu_bien voulez_vous_bien
""",
    orders="""
saute sautez omets omettez cache cachez masque masquez garde gardez
""",
    told="histoire conte blague poeme",
    greets="""
bonjour bonsoir salut coucou s_il_vous_plait s_il_te_plait svp stp merci pardon excusez_moi
excuse_moi alors et mais bon l_equipe equipe une question juste question beaucoup bien donc
""",
    divides=True,
    leaves_out="pas_de_video_du pas_de_video_de pas_de_video_des pas_de_video_d",
    missed="""
encore toujours recu recue arrive arrivee trouve vous toi moi nous votre ta dossier ici depuis
""",
)
PORTUGUESE = QuestionWords(
    asks="""
quanto quanta quantos quantas por_que_demora por_que_esta por_que_nada porque_esta porque_demora
porque_nada o_que_aconteceu o_que_esta que_aconteceu que_houve o_que_houve qual_e qual_o qual_a
quais_sao como_vai como_esta_indo como_esta_o como_esta_meu como_envio como_faco como_posso
como_mando cade kd para_quando pra_quando ate_quando que_horas o_que_tenho o_que_eu como_usa
como_se_usa como_funciona ja_terminou ja_acabou ja_comecou ja_renderizou ja_ficou recebeu
receberam tem_alguem ficou_pronto sabe_quando
""",
    asks_with="onde quando quem qual quais aonde",
    verbs="""
esta estao ta estara vai vao fica ficou ficara termina terminou terminara acaba acabou chega
chegou chegara encontro acho posso faco recebo recebeu receberam sai saiu sera serao foi e_que tem
ha sou falta faltam sabe sabem ja ainda comecou comecaram funcionou deu demora
""",
    learns="""
me_diga me_diz diga_me diz_me me_avisa me_avise me_avisem avisa_me avise avisa avisem me_conta
pode_me_dizer pode_dizer podem_me_dizer voce_pode_me_dizer poderia_me_dizer quero_saber
queria_saber gostaria_de_saber sabe_me_dizer sabe sabem voce_sabe alguem_sabe nao_sei
""",
    about="""
quando quanto quanta se onde como o_que por_que assim_que o_status o_saldo o_preco quantos quantas
quem qual logo_que
""",
    waits="""
esperando ninguem_respondeu agora_nada estou_esperando ainda_espero continuo_esperando
estamos_esperando continuo_aguardando estou_aguardando aguardando ainda_nao_recebi nao_recebi
nao_chegou ainda_nao_chegou nao_encontro nao_acho_o nao_acho_meu nao_estou_achando nao_vejo_meu
nao_aparece sumiu desapareceu nao_esta_la nao_esta_aqui nao_acontece_nada nada_acontece
nada_aconteceu nao_tem_nada nada_ainda ainda_nada nao_tem_video sem_resposta falta_muito
""",
    offers="""
pode podem poderia poderiam podemos da_para da_pra tem_como e_possivel seria_possivel que_tal e_se
por_que_nao_em por_que_nao_coloca por_que_nao_um como_titulo como_musica como_texto ha_forma
possivel voce_pode consegue
""",
    orders="""
pule pula pulem omita omite oculte oculta esconda esconde mantenha mantem deixe_de_fora
""",
    told="historia conto piada poema",
    greets="""
ola oi bom boa dia tarde noite por favor pf desculpa desculpe licenca pessoal equipe obrigado
obrigada mas e entao uma pergunta so gente
""",
)
#: All languages whose words are divided by blanks.
QUESTIONS = (ENGLISH, GERMAN, SPANISH, FRENCH, PORTUGUESE)
