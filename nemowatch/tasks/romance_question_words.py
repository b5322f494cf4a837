"""The words by which a question is known from an order in Spanish, French and Portuguese. Data
only, as in `question_words`.
"""

from __future__ import annotations

from nemowatch.tasks.question_words import QuestionWords

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
