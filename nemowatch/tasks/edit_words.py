"""Words of editing, by which a text is known to be an order, in the languages of most folders. They
have no accents, which are not compared. Data only; `questions` says what they mean.
"""

from __future__ import annotations

#: Stems of words that say what an edit is to change or to add, in all of these languages: a text
#: that has one may be an order, whatever its form.
EDIT_STEMS = """
add cut trim crop remov delet erase short longer bright dark loud quiet silen fast slow quick colo
music song tune title caption subtit text word logo sound nois voic zoom fad merg join split rotat
flip mirror blur effect transit intro outro beginn start_of end_of ending background vertic
horizon square portrait landscape ratio black white grey gray blue red green style speed loop
revers stabil replac chang mak put insert includ turn clean fix enhanc improv better warm cold
sharp smooth higher volum filter overlay watermark sticker emoji anim trailer teaser slideshow
montag collag scene frame credit_roll end_credit more_ less_ a_bit a_little maybe perhaps with_
without contrast satur bass option version lighter softer bigger smaller tone

hinzu schneid kurz entfern losch weg_damit lang heller dunkl laut leis schnell langsam farb musik
lied titel untertit schrift wort ton rausch stimm blend fug verbind teil dreh spiegel unscharf
effekt ubergang anfang ende hintergrund hochkant hochformat querformat quadrat schwarz weiss stil_
tempo ruckwart ersetz ander mehr_ weniger vielleicht etwas kontrast mach setz einbau besser warmer
uberspringen weglass auslass scharf lautst wasserzeichen trailer diashow szen
bild abspann vorspann zeitlup raus

anad mas_ menos_ quiza tal_vez un_poco contraste agreg cort recort quit elimin borra corto larg
clar oscur fuert suav rapid lent color musica cancion titulo subtitul texto palabra sonido ruido
voz fund une unir junt gir espejo desenfo efecto transicion principio fondo vertical cuadrad negro
blanco estilo velocid camara reempla cambi haz hacer pon met inclu limpi arregl mejor calid nitid
volumen filtro marca_de_agua escena imagen creditos_final

plus_de plus_grand plus_petit plus_gros moins peut_etre un_peu ajout coup recadr enlev supprim
court plus_long clair sombr fort
douc vite rapide couleur musique chanson titre sous_titre texte mot son_ bruit voix fondu assembl
fusionn tourn miroir flou effet transition debut fond carre noir blanc style vitesse ralenti
remplac chang fais faire mets mettre inclu nettoi corrig amelior mieux chaud net filtre filigrane
diaporama image generique

talvez um_pouco mais_ adicion acrescent cort tir remov apag curt comprid clar escur alto baixo
rapid lent cor_ cores musica titulo legenda texto palavra som_ ruido voz fade junt gir espelh
desfoc efeito transicao comeco inicio fundo quadrad preto branco estilo velocid camera troc mud
faz fazer coloc poe inclu limp arrum melhor quent nitid filtro marca_dagua cena imagem
"""
