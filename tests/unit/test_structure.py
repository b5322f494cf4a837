"""Texts that are no prose by the form of their lines, and prose that looks a little like them."""

from __future__ import annotations

from itertools import product

import pytest

from nemowatch.content.forms import document_words, script_words
from nemowatch.errors import OrderError
from tests.rigs.rows import each_row

NO_PROSE = {
    "BBCode": "[b]Hello[/b] everybody, [url=https://x.example]look here[/url].",
    "wiki": "== History ==\n'''Berlin''' is the [[capital]] of [[Germany]].\n{{citation needed}}",
    "python": 'import os\n\ndef main(path):\n    """Say it."""\n    print("Hello")\n    return 0\n',
    "python with remarks": (
        "# Made by Anna.\n# Says hello.\nimport sys\nname = sys.argv[1]\nprint(name)\n"
    ),
    "one call": 'print("Hello, world")',
    "javascript": "const a = 1;\nfunction hi(name) {\n  console.log(`Hi ${name}`);\n}\nhi('Anna');",
    "c": '#include <stdio.h>\nint main(void) {\n  printf("Hello\\n");\n  return 0;\n}',
    "java": (
        "public class Hello {\n    public static void main(String[] a) {\n        run();\n    }\n}"
    ),
    "shell": 'set -e\nfor f in *.mp4; do\n  ffmpeg -i "$f" "${f%.mp4}.mkv"\ndone\necho "$?"',
    "php": "<?php echo 'Hello'; ?>",
    "css": "body {\n  color: red;\n  margin: 0 auto;\n}",
    "trace": (
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: no'
    ),
    "json": '{\n  "name": "Anna",\n  "says": "Hello"\n}',
    "json list": '["Hello", "Goodbye"]',
    "json lines": '{"a": 1}\n{"a": 2}',
    "yaml": (
        "title: Hello\nscenes:\n  - name: one\n    text: Hello there.\n  - name: two\n   "
        " text: Bye."
    ),
    "yaml with a mark": "---\nname: anna\ncity: berlin\nage: 5",
    "ini": "[general]\nname = Anna\nlanguage = de\n[voice]\nspeed = 2",
    "env": "NAME=Anna\nCITY=Berlin\nLANG=de",
    "csv": "id,name,city\n1,Anna,Berlin\n2,Bob,Paris\n3,Carla,Rom",
    "semicolons": "Name;Ort;Alter\nAnna;Berlin;5\nBob;Paris;6\nCarla;Rom;7",
    "tabs": "id\tname\tcity\n1\tAnna\tBerlin\n2\tBob\tParis\n3\tCarla\tRom",
    "two columns": "a,1\nb,2\nc,3\nd,4\ne,5\nf,6",
    "pairs with numbers": "name;price\nTea;3\nCoffee;4.50",
    "pairs of words": "de;en\nHund;dog\nKatze;cat",
    "pairs with dates": "Anna,2026-01-02\nBob,2026-01-03",
    "two rows of columns": "id,name,age\n1,Anna,44",
    "pairs with mails": "Anna|anna@example.org\nBob|bob@example.org",
    "tabs with numbers": "name\tcity\tage\nAnna\tBerlin\t44\nBob\tParis\t45",
    "wiki with one link": "== History ==\nBerlin is in [[Germany]].",
    "log": "2026-01-02T03:04:05Z INFO started\n2026-01-02T03:04:06Z INFO done",
    "syslog": "Jan  2 03:04:05 host sshd[12]: hello\nJan  2 03:04:06 host sshd[12]: bye",
    "web log": '1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200\n' * 3,
    "levels": "INFO: started\nWARN: slow\nERROR: failed",
    "chat": "01/02/24, 12:34 - Anna: Hi\n01/02/24, 12:35 - Bob: Hello you",
    "irc": "<anna> hi\n<bob> hello",
    "sql": "SELECT name, city FROM users WHERE id = 1;",
    "sql tables": (
        "CREATE TABLE a (\n  id INTEGER PRIMARY KEY,\n  name TEXT\n);\nINSERT INTO a VALUES (1);"
    ),
    "latex": "\\section{Hello}\nThis is \\textbf{bold} and so is this.",
    "rst": ".. note::\n   Hello.\n\n.. code-block:: python\n   x",
    "org": "#+TITLE: Hello\n#+AUTHOR: Anna\n* One\nText.",
    "bare patch": "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-old\n+new\n same",
    "batch": "@echo off\nset X=1\ncopy a.txt b.txt\npause",
    "powershell": (
        "Get-ChildItem -Path C:\\ | Where-Object { $_.Length -gt 5 }\nWrite-Host 'done'\n"
        "Start-Sleep -s 5"
    ),
    "style in lines": "body { color: red; }\n.a { margin: 0 auto; }",
    "chat of a phone": (
        "[12:01, 3.4.2024] Anna: Hallo\n[12:02, 3.4.2024] Ben: Hi\n[12:03, 3.4.2024] Anna: Gut?"
    ),
    "uuencode": "begin 644 a.bin\nM!P<'!P<'!P<'\n`\nend",
    "patch": "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b",
    "minified": (
        "var a={b:1,c:function(){return a.b||0}};a.c();window.a=a;if(a){a.d={e:[]};f=g;h=i}"
    ),
}
PROSE = {
    "an address": "Anna Muster\nHauptstr. 5\n12345 Berlin\nDeutschland\nTel.: +49 30 123456",
    "prices": "Tea: 3 €\nCoffee: $4.50\nCake: 5,20 €\nTotal: = 12.70 €",
    "a list": "- eggs\n- milk;\n- 200 g of flour\n* salt\n1. mix\n2) bake",
    "a recipe": "Ingredients:\n  Flour: 200 g\n  Sugar: 100 g\nMethod:\n  Mix it.\n  Bake it.",
    "clauses": (
        "The parties agree that:\n(a) the seller delivers;\n(b) the buyer pays;\n(c) all is well."
    ),
    "a poem": (
        "Roses are red, violets are blue,\nSugar is sweet, and so are you,\nNo end, no end, no end,"
    ),
    "places": (
        "Berlin, Germany, Europe\nParis, France, Europe\nLima, Peru, America\nAccra, Ghana, Africa"
    ),
    "a timetable": "01.02.2026 10:00 Opening\n01.02.2026 11:00 Lunch\n01.02.2026 12:00 End",
    "results": "Bayern - Dortmund 3:1\nKöln - Mainz 0:0\nBremen - Berlin 2:2",
    "years": "We met in 1999\nWe married in 2004\nWe left in 2010",
    "headings with numbers": "Part 1\nIt was late.\nPart 2\nIt was early.\nPart 3\nHe slept.",
    "two decimals": "Es kostet 1,50\nund dann 2,50",
    "lyrics with commas": (
        "月亮,代表我的心\n你问我,爱你有多深\n轻轻的,一个吻\n深深的,一段情\n我的情,也真\n我的爱,不变"
    ),
    "ends of clauses": "wir kommen;\nwir sehen;\nwir siegen;",
    "a contract": (
        "The parties agree\n(a) to deliver;\n(b) to pay;\n(c) to be kind; and\n(d) to stay;"
    ),
    "smileys": "Hallo ;-)\nWie geht es ;-)\nBis bald ;-)",
    "headings": "== Part one ==\nHello there.\n== Part two ==\nGoodbye.",
    "sums": "2 + 2 = 4\n3 + 3 = 6\nThat is all there is to it.",
    "formulas": "E = mc², said Einstein, and went home. a = b is what we want.",
    "select": "Select the best of them.\nUpdate your app; set the clock.\nCreate something new.",
    "import": (
        "Import from China fell.\nReturn on investment rose.\nIf only it had not:\nfor all of us."
    ),
    "hashtags": "#summer #sun @anna :) ;-) <3\nCome & see! 50% off / only today_",
    "blanks": "My name is ____________ and I am ____ years old.\nI like ________.",
    "dividers": "=======\nPart one\n=======\nHello there.\n-------\nGoodbye.",
    "braces": "{PAUSE} Good evening. {MUSIC} Welcome to the show, ladies and gentlemen. {APPLAUSE}",
    "dashes": "— Добрый день! — сказал он.\n— Здравствуйте; как дела?\n— Хорошо: спасибо!",
    "spanish": "¿Qué tal? —dijo—. «Bien»; gracias (de veras): adiós…",
    "french": (
        "« Bonjour ; ça va ? » dit-elle : « Oui ! »\n— Et vous ?\n1er point ;\n2e point ;\n3e"
        " point."
    ),
    "chinese": "大家好，欢迎收看。\n今天：三件事；第一（重要）、第二、第三。\n【音乐】谢谢！",
    "japanese": "「こんにちは」と彼は言った。\n（笑い）\n・一つ目\n・二つ目：これ",
    "arabic": "مرحبا بكم؛ كيف الحال؟\nاليوم: ثلاثة أشياء، أولاً (مهم).",
    "hindi": "नमस्ते दोस्तों।\nआज हम बात करेंगे: तीन बातें।",
    "mixed": "Visit https://example.org/a?b=c;d=e&f=g or write to anna@example.org (24/7).",
    "markdown": (
        "# Tour\n\nWelcome to **Rome**. See [this](https://x.example).\n\n| Day | Place |\n"
        "|---|---|\n| 1 | Rome |"
    ),
    "bible": "1:1 In the beginning God created the heaven.\n1:2 And the earth was without form.",
    "short": "Hello.",
    "signs in words": "AC/DC & Guns'n'Roses @ 8pm, R&B+Soul; C++/C#: all*inclusive! (free)",
    "roles": "Director: Anna Muster\nNote: all is well.\nWe thank everybody.",
    "capitals": "WELCOME BACK\nTO OUR SHOW\nWELCOME BACK\nTO OUR SHOW",
    "chapters": "CHAPTER ONE\nIt was late.\n\nCHAPTER TWO\nIt was early.",
    "refrain": "月亮代表我的心\n你问我爱你有多深\n月亮代表我的心\n你去想一想",
    "left out": "It begins like this.\n[...]\nIt goes on.\n[…]\nIt ends.",
    "one direction": "[Music]\nGood evening, and welcome to the show.",
    "an interior": "Interior design is fun.\nINT is short for integer, and EXT for extension.",
    "a call in words": "Run (fast)!",
    "cast": "Director: Anna Muster\nCamera: Bob Smith\nMusic: Carla Rossi\nThanks to: all",
}


@each_row(product(NO_PROSE, ["a.txt", "a.md"]))
def test_what_is_no_prose_is_refused_with_the_cure(what: str, name: str) -> None:
    """Code, data, settings, logs and other markup are not spoken, whatever they are called."""
    with pytest.raises(OrderError) as refused:
        script_words(NO_PROSE[what].encode(), name)
    assert refused.value.cure.endswith(".")


@each_row(PROSE)
def test_prose_is_spoken(what: str) -> None:
    """Plays, lists, addresses, prices, songs and sums, in several languages."""
    assert script_words(PROSE[what].encode(), "a.txt")


def test_headings_are_spoken_without_their_signs() -> None:
    """They are no wiki's where nothing else is."""
    assert script_words(PROSE["headings"].encode(), "a.txt").startswith("Part one\nHello")


@pytest.mark.parametrize("what", ["json", "csv", "wiki"])
def test_what_is_no_prose_is_refused_in_a_document_too(what: str) -> None:
    """In Word and in rich text the words are the same."""
    with pytest.raises(OrderError, match="not a text to be spoken"):
        document_words(NO_PROSE[what])


VOICES = {
    "stage directions": "Come in, says she.\n[Door opens]\nThank you, says he.\n[Music]",
    "in brackets of the East": "大家好。\n【音乐】\n欢迎收看。\n【掌声】",
    "directions together": "Anna(leise): Komm herein.\nBob(laut): Danke!\nAnna(lacht): Setz dich.",
    "a play": "ANNA: Hello.\nBOB: Hello, Anna.\nANNA: Tea?\nBOB: Yes: black, please.",
    "small names": "anna: hello\nbob: hi\nanna: tea?\nbob: yes",
    "bold names": "**Dr. Anna Muster:** Hello.\n**Bob:** Hi.\n**Bob:** Tea?",
    "one voice": "NARRATOR: Good evening.\n\nNARRATOR: It rains.\n\nNARRATOR: Good night.",
    "a song": "[Verse 1]\nLa la la\n[Chorus]\nOh oh oh (oh oh)\n[Verse 2]\nLa la",
    "questions": "Q: Why?\nA: Because.\nQ: When?\nA: Now; at once.",
    "names alone": "ANNA\nGood morning!\n\nBEN\nMorning.\n\nANNA\nTea?\n\nBEN (yawning)\nYes.",
    "chinese": "主持人：欢迎来到我们的节目。\n嘉宾：谢谢。\n主持人：今天做什么？",
    "french": "Claire : Bonjour.\nPaul : Bonjour Claire.\nClaire : Du fromage ?",
    "a screenplay": "INT. KITCHEN - DAY\n\nAnna enters and puts down her bag.",
    "a german screenplay": "1. INNEN. KÜCHE – TAG\n\nAnna tritt ein.",
    "a chinese screenplay": "内景 厨房 日\n安娜走进来。",
    "a cut": "The cow stands there.\nCUT TO:\nThe farm at night.",
    "names on lines of their own": "JOHN:\nHello.\n\nMARY:\nHi. It rains.\nTea?\n\nJOHN:\nYes.",
    "chinese names alone": "小明：\n你好。\n小红：\n你好呀。\n小明：\n走吧。",
    "a narrator in chinese": "旁白：夜晚。\n旁白：下雨了。\n旁白：晚安。",
    "a list of turns": "- John: Hello\n- Mary: Hi\n- John: Tea?",
    "numbered turns": "1. John: Hello\n2. Mary: Hi\n3. John: Tea?",
    "names in brackets": "[John] Hello\n[Mary] Hi\n[John] Tea?",
    "directions in round brackets": "Good evening.\n(He enters)\nThank you.\n(Applause)",
    "chinese columns": "画面\t旁白\n农场远景\t欢迎来到农场。",
    "two columns": "VIDEO\tAUDIO\nWide shot of farm\tWelcome to our farm.",
}


@each_row(product(VOICES, ["a.txt", "a.md"]))
def test_names_and_directions_are_asked_about(what: str, name: str) -> None:
    """Nobody reads them aloud: the note says how they are left out, or spoken all the same."""
    with pytest.raises(OrderError, match="would be spoken") as refused:
        script_words(VOICES[what].encode(), name)
    assert "spoken" in refused.value.cure


PRICES = {
    "tabs": "Tee\t3 €\nKaffee\t4 €\nKuchen\t5 €\nWasser\t2 €",
    "gaps": "Menu\n\nCoffee    3.50\nTea       2.80\nCheesecake 4.20",
    "dots": "Coffee ........ 3.50\nTea ....... 2.80\nCake ..... 4.20",
    "blanks": "Brot 2,50\nMilch 1,20\nKäse 4,90",
    "currencies": "Latte $4\nMocha 5 EUR\nTea 3 €",
    "times": "Monday    9-17\nTuesday   9-17\nWednesday 9-12",
    "chinese": "咖啡　25元\n茶　20元\n蛋糕　30元",
}


@pytest.mark.parametrize("what", PRICES)
def test_a_list_of_prices_is_asked_about(what: str) -> None:
    """Nobody says how it is to be read aloud; as sentences it is spoken."""
    with pytest.raises(OrderError, match="list of prices") as refused:
        script_words(PRICES[what].encode(), "a.txt")
    assert "full stop" in refused.value.cure
    assert script_words(b"Coffee costs 3.50.\nTea costs 2.80.\nCake costs 4.20.", "a.txt")


TWO_TURNS = r"""
ANNA: Hi Ben.\nBEN: Hello.|ANNA: The boat leaves at noon.\nBEN: That is late.
Anna: How are you?\nBen: Fine.|Anna: I love it here.\nBen: So do we.|安娜：你好！\n本：你好吗？
アンナ：こんにちは。\nベン：元気ですか。|Speaker 1: Welcome.\nSpeaker 2: Thanks.
Man: The train is late.\nWoman: Again.|Q: What is it?\nA: A watch folder.
Anna:\nHi Ben, how are you?\nBen:\nFine.|[Anna] Where were you?\n[Ben] At home.
Kunde: Ich hätte gern Brot.\nVerkäufer: Gern.|Off-Stimme: Willkommen.
Anna (softly): Are you asleep?\nBen (awake): No.|María: ¿Vienes?\nJosé: Voy.
Narrator: Once upon a time there was a king.\nHe had two sons.|旁白：从前有一个国王。
"""
LABELS = r"""
Note: Bring water.\nPrice: 5 euros.|Price: 5\nDate: Monday|Monday: We swim.\nTuesday: We run.
Monday: You get 10 percent off.\nTuesday: You get 20 percent off.|Note: You need a ticket.
Problem: Who pays for it?\nSolution: You do not.|Before: I was tired.\nAfter: I am fit.
Mission: To help you.\nVision: A better world.|Rule one: You never talk.\nRule two: You pay.
Paris: the city of light.\nRome: the eternal city.|注意：请带水。\n价格：五元。
Hinweis: Sie brauchen eine Karte.\nPreis: 5 Euro.|NASA: We landed on the moon.
"""


@pytest.mark.parametrize("text", TWO_TURNS.strip().replace("\n", "|").split("|"))
def test_two_turns_of_a_conversation_are_asked_about(text: str) -> None:
    """So is one voice that is named at the beginning."""
    with pytest.raises(OrderError, match="has names before"):
        script_words(text.replace("\\n", "\n").encode(), "a.txt")


@pytest.mark.parametrize("text", LABELS.strip().replace("\n", "|").split("|"))
def test_two_labels_are_spoken(text: str) -> None:
    """They head lines of ordinary texts, and nobody speaks behind them."""
    assert script_words(text.replace("\\n", "\n").encode(), "a.txt")


LIKE_A_PLAY = r"""
Video, audio, and text: three ways to learn.|He said: "Come."\nShe said: "No."\nHe said: "Why?"
外景，内景，都在横店拍摄。|AUSSEN WEISS, INNEN ROT|EXT. 4567 is the number to call.
begin 100 metres ahead\nand go on|Param (the hero) walked home.
【第一章】\n下雨。\n【第二章】\n天晴。|他说：“来。”\n她说：“不。”\n他说：“为什么？”
Tip: Eat.\nTip: Drink.\nTip: Sleep.
Video, audio|INNEN UND AUSSEN WEISS|(This is an aside.)\nOn we go.\n(This is another one.)
"""


@each_row(LIKE_A_PLAY.strip().replace("\n", "|").split("|"))
def test_prose_that_is_a_little_like_a_play_is_spoken(text: str) -> None:
    """Whoever is told to delete names would find none."""
    assert script_words(text.replace("\\n", "\n").encode(), "a.txt")


def test_subtitles_may_name_who_speaks() -> None:
    """They have names and directions by their nature."""
    cues = "1\n00:00:01,000 --> 00:00:03,000\n{}\n\n2\n00:00:04,000 --> 00:00:06,000\n{}\n"
    said = cues.format("[Music]\nANNA: Hello.", "[Door]\nANNA: Bye.")
    assert "Hello." in script_words(said.encode(), "a.srt")
