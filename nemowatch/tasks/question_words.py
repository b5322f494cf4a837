"""The words by which a question is known from an order, in English and German;
`romance_question_words` has those of three other languages. They have no accents, which are not
compared. Data only; `questions` says what they mean together.
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
