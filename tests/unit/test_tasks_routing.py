"""Which instructions are work for the agent, and which have an endpoint of their own."""

from __future__ import annotations

import pytest

from nemowatch.tasks.routing import Request, request_in, without_export

ASKED = {
    Request.EXPORT: """
export|Export it, please.|export as 1080p MP4|download|Can you send me the video?|Render the final cut!
Export my edit in high quality|导出|导出视频|请帮我导出1080p的视频|下载视频|把视频发给我|输出高清成片
""",
    Request.CREDITS: """
credits|How many credits do I have left?|balance|Check my balance|What's my credit balance?|积分
我还剩多少积分？|余额|查询余额|剩余积分
""",
    Request.STATUS: """
status|show tracks|Show me the timeline|What\u2019s the status?|what is on the timeline?|progress|状态
查看状态|显示轨道|现在的进度
""",
    Request.UPLOAD: """
upload|How do I upload another file?|Can I upload a new video here?|上传|上传视频|怎么上传新的文件
""",
    Request.WORK: """
add a voice-over and export 1080p MP4|export-ready colours, please|Balance the audio|send|save
Cut the film and export it|Edit this clip and send it to me|send greetings to Anna|Add a progress bar
Show the status of orders on the screen|Explain how credits work in our app|Roll the credits at the end
Animate exports rising by 5 percent|Render the logo in 3D|Remove the tracks on the left|Trim the video
Upload speed test: add captions|Cut this to its best 30 seconds.|加上字幕并导出|进口和出口|打开窗户
剪成30秒|给视频加上积分榜|状态栏要显示时间
""",
}


def phrases() -> list[tuple[str, Request]]:
    found = []
    for request, table in ASKED.items():
        lines = table.strip().splitlines()
        found += [(phrase, request) for line in lines for phrase in line.split("|")]
    return found


@pytest.mark.parametrize(("said", "request_"), phrases())
def test_a_request_is_what_all_of_its_words_say(said: str, request_: Request) -> None:
    """Only what holds nothing else is no work, in English and in Chinese."""
    assert request_in(said) is request_


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("add a voice-over and export 1080p MP4", "add a voice-over"),
        ("Make it shorter, then export it as MP4.", "Make it shorter."),
        ("Add music. Then export. Thanks", "Add music. Thanks"),
        ("Export it, and add music.", "add music."),
        ("Cut it.\nExport it.\nAdd a title", "Cut it.\nAdd a title"),
        ("A, and B. Export.", "A, and B."),
        ("Cut to 1.5 s. Render 1080p.", "Cut to 1.5 s."),
        ("添加背景音乐，然后导出视频。", "添加背景音乐。"),
        ("export", ""),
    ],
)
def test_the_wish_for_the_file_is_left_out(said: str, kept: str) -> None:
    """With what leads on to it, and nothing else."""
    assert without_export(said) == kept


@pytest.mark.parametrize(
    "said", ["Add music, and a title, then stop.", "Exports, then imports.", ""]
)
def test_instructions_without_that_wish_stay_as_they_are(said: str) -> None:
    """To the letter."""
    assert without_export(said) == said


def test_a_long_text_is_work() -> None:
    """Whatever it is made of: nobody asks for an export in so many words."""
    assert request_in("export it now " * 40) is Request.WORK
