"""What the agent says is a transcript only when it is the speech."""

from __future__ import annotations

import pytest

from nemowatch.edits.answer_words import AnswerKind, judge, publishable, says_done
from tests.rigs.rows import each_row

SPEECH = (
    "请打开窗户",
    "请打开窗户。",
    "Export is up five percent",
    "Exports to France rose by five percent.",
    "Good morning from the harbour. The first boat leaves at seven.",
    "He said:\nhello",
    "Open the window, please.",
    "Click together your heels and drag your feet.",
    "他拖动着沉重的箱子。我们点击率上升了。",
    "大家好，欢迎来到今天的节目。我们谈谈出口和导出的数据。",
    "I have a dream that one day this nation will rise up.",
    "We didn't go to the beach yesterday.",
    "I could not find my keys. They were in the car.",
    "Sure, why not. Let's go.",
    "The project was a success. Everybody was happy. Then came the war. Nobody knew why."
    " It went on."
    " And it ended.",
    "Buenos días desde el puerto. El primer barco sale a las siete.",
    "[Music]",
)
OTHER = (
    "",
    "...",
    "I could not find any speech.",
    "I could not find any speech",
    "I couldn't find any speech in this video.",
    "I'm sorry, I could not find any speech in the video.",
    "Sorry, but I was unable to detect any spoken dialogue. The clip only has music.",
    "I transcribed the dialogue and added it to your project.",
    "I've transcribed the dialogue and added it to the timeline as a text track.",
    "I have transcribed the video. The subtitles are ready.",
    "The transcript has been added to your timeline.",
    "Transcription complete.",
    "Transcription complete! Click Export to download it.",
    "Done.",
    "All set!",
    "Your transcript is ready.",
    "No speech detected.",
    "No speech was detected in the audio.",
    "The video contains no spoken dialogue.",
    "There is no speech in this video.",
    "This video does not contain any speech.",
    "The audio appears to be silent.",
    "Which language would you like? Please tell me, then I will start.",
    "Would you like me to transcribe it in English?",
    "Could you upload the video again?",
    "I need a video first. Could you upload one?",
    "I will start transcribing the video now.",
    "Something went wrong while processing your file.",
    "Unfortunately, the audio quality is too poor.",
    "抱歉，我没有找到任何语音。",
    "对不起，无法识别视频中的对白",
    "视频中没有检测到语音。",
    "没有检测到人声",
    "我已转录对白并添加到您的项目中。",
    "已完成转录，字幕已添加到时间线。",
    "转录完成。",
    "您希望使用哪种语言？",
    "请上传视频。",
    "Subtitles have been generated successfully.",
    "Should the transcript be in English or Spanish?",
    "Is there anything else you need?",
    "Nothing was said in this video.",
    "Only background music was detected in the audio.",
    "视频里没有声音",
    "I encountered a temporary issue.",
    "Task completed.",
)
DOUBT = (
    "Good morning. How are you?",
    "Sorry I am late. The train was delayed. We can start now.",
    "抱歉，我来晚了。",
    "The files were made of paper.",
    "We have no words for it.",
    "I transcribed the dialogue. Good morning from the harbour. The first boat leaves at seven.",
    "Good morning from the harbour. The first boat leaves at seven. Let me know if you'd like any"
    " changes.",
    "I had a look at your project. Everything is as it was.",
    "大家早上好。第一班船七点出发。如需修改，请告诉我。",
)


@each_row(SPEECH)
def test_speech_is_published_as_it_came(answer: str) -> None:
    """Ordinary sentences, also those with the words of an editor in them."""
    assert judge(answer) is AnswerKind.SPEECH
    assert publishable(answer) == answer


@each_row(OTHER)
def test_what_the_agent_says_of_its_work_is_never_a_transcript(answer: str) -> None:
    """Apologies, reports and questions."""
    assert judge(answer) is AnswerKind.OTHER
    assert publishable(answer) == ""


@each_row(DOUBT)
def test_words_that_may_be_either_are_a_persons_to_judge(answer: str) -> None:
    """A mixture, or an end like a question."""
    assert judge(answer) is AnswerKind.DOUBT
    assert publishable(answer) == answer


@pytest.mark.parametrize(
    "heading",
    ["Here is the transcript of your video:\n\n", "**Transcript:**\n", "以下是转录内容：\n"],
)
def test_a_heading_is_no_part_of_the_speech(heading: str) -> None:
    """What only announces the words is left out."""
    assert (
        publishable(f"{heading}Good morning. We leave at seven.")
        == "Good morning. We leave at seven."
    )
    assert judge(f"{heading}Good morning.") is AnswerKind.SPEECH
    assert judge(heading) is AnswerKind.OTHER


@each_row(
    [
        "The recording only contains music.",
        "There is only music in this video.",
        "Ich konnte leider keine Sprache erkennen.",
        "Lo siento, no encontré ninguna voz en el vídeo.",
        "Je n'ai trouvé aucune parole dans cette vidéo.",
        "Non ho trovato voci nel video.",
        "Não há fala neste vídeo.",
        "音声が検出されませんでした。",
        "Leider enthält die Aufnahme keinen Ton.",
        "Ich habe den Dialog transkribiert und deinem Projekt hinzugefügt.",
        "Fertig! Die Untertitel sind auf der Zeitleiste.",
        "Klicken Sie auf Exportieren, um das Transkript herunterzuladen.",
        "Bitte laden Sie zuerst ein Video hoch.",
        "He transcrito el diálogo y lo he añadido a tu proyecto.",
        "¡Listo! Los subtítulos están en la línea de tiempo.",
        "Haz clic en Exportar para descargar la transcripción.",
        "Por favor, sube primero un vídeo.",
        "J'ai transcrit le dialogue et l'ai ajouté à votre projet.",
        "Terminé ! Les sous-titres sont sur la timeline.",
        "Cliquez sur Exporter pour télécharger la transcription.",
        "Veuillez d'abord importer une vidéo.",
        "Transcrevi o diálogo e adicionei ao seu projeto.",
        "Pronto! As legendas estão na linha do tempo.",
        "Clique em Exportar para baixar a transcrição.",
        "Por favor, envie um vídeo primeiro.",
        "会話を書き起こし、プロジェクトに追加しました。",
        "完了しました！字幕はタイムラインにあります。",
        "エクスポートをクリックして文字起こしをダウンロードしてください。",
        "まず動画をアップロードしてください。",
    ]
)
def test_an_apology_in_another_language_is_no_transcript(said: str) -> None:
    """In which one an agent answers nobody knows before: in doubt a person is asked."""
    assert judge(said) is not AnswerKind.SPEECH


@pytest.mark.parametrize(
    "said",
    [
        "No one listens to audio anymore.",
        "No me gusta el audio de este video.",
        "La película no tiene audio original en español.",
        "There is just music in your heart.",
        "There is only silence in this video game.",
    ],
)
def test_a_speech_that_sounds_like_an_apology_is_at_most_in_doubt(said: str) -> None:
    """What people say of music, silence and sound can be published once a person has read it."""
    assert judge(said) is not AnswerKind.OTHER
    assert publishable(said) == said


@each_row(
    [
        "Guten Morgen aus dem Hafen. Das erste Boot fährt um sieben.",
        "Klicken Sie hier, um zu abonnieren, liebe Freunde.",
        "Leider hat es gestern geregnet. Wir sind trotzdem losgefahren.",
        "Por favor, abre la ventana, hace calor.",
        "Désolé pour le retard, il y avait du trafic.",
        "Bom dia do porto. O primeiro barco sai às sete.",
        "窓を開けてください。暑いです。",
        "Laden Sie Ihre Freunde ein.",
        "Envía saludos a tu madre.",
    ]
)
def test_speech_of_other_languages_is_published(said: str) -> None:
    """An agent that answers in another language is told from it by the words of its work."""
    assert judge(said) is AnswerKind.SPEECH


@each_row(
    [
        ("Done! I color graded the clip. Would you like anything else?", True),
        ("I muted it. Do you want any other changes?", True),
        ("Fertig! Soll es noch heller werden?", True),
        ("Sure! Which language do you want?", False),
        ("I've added your clip to the timeline. Which language?", False),
        ("What should be done with the video?", False),
        ("I graded it. Does this look good?", True),
        ("I added a warm tone to the video. How does it look?", True),
        ("The clip is black and white now. Is this what you had in mind?", True),
        ("I cropped it to 9:16. Are you happy with the result? I can change it.", True),
        ("Muted. What do you think?", True),
        ("我已经调亮了画面。您觉得怎么样？", True),
        ("已调色，您是否满意？", True),
        ("Ich habe es aufgehellt. Gefällt es Ihnen?", True),
        ("He aclarado el video. ¿Te gusta?", True),
        ("J'ai éclairci la vidéo. Ça vous convient ?", True),
        ("Clareei o vídeo. Gostou?", True),
        ("I'd suggest a warm grade. Does this look good?", False),
        ("Here is my plan: crop, then grade. Is that okay?", False),
        ("I've added your clip to the timeline. Does everything look right?", False),
        ("I received your video. What do you think?", False),
        ("How should it look?", False),
        ("Is it okay if I remove the music?", False),
        ("Are you happy with the current colours?", False),
        ("我打算调亮画面，您觉得怎么样？", False),
        ("您想要怎样的效果？", False),
    ]
)
def test_an_offer_after_the_work_is_told_from_a_question_before_it(said: str, done: bool) -> None:
    """How the result is asks somebody who has one. That the clips are in the timeline is no work
    yet, nor is what is only proposed."""
    assert says_done(said) is done
