"""Which instructions are work for the agent, and which have an endpoint of their own."""

from __future__ import annotations

from nemowatch.tasks.request_kinds import RequestKind
from nemowatch.tasks.routing import request_in, without_export
from tests.rigs.rows import each_row

ASKED = {
    RequestKind.EXPORT: """
export|Export it, please.|export as 1080p MP4|download|Can you send me the video?
Render the final cut!|Export my edit in high quality|导出|导出视频|请帮我导出1080p的视频|下载视频
把视频发给我|输出高清成片|Export.|export!|EXPORT|Export it.|please export|Please export the video
could you export this for me, please?|export the video as MP4|export in 1080p|export this in 4K
export this in 4K, please|export 1080p MP4|Download the video|download please|can I download it?
send me the video|send me the video, please!|Please send me the final video.|send it to me
Send the finished video to me as MP4.|send me the file|give me the file|give me the video|render
Render it.|render the video in 4k|save it as mp4|save as MP4|Save the video
I'd like to download the result|I want to export|export and send me the link|export then download
Export, please. Thank you!|导出。|导出！|请导出|请导出视频|帮我导出视频|把视频导出|导出成片
导出为MP4|导出 1080p MP4|导出1080p的MP4|请把视频导出为1080p MP4|下载|请下载|我要下载视频
可以下载吗？|请把视频发给我|把成片发给我|发送视频|渲染|输出视频|export 导出|请 export 视频
导出 the video please|帮我export一下|保存视频
Hi, could you please export my video for me? Thanks so much!|hey can u export plz|pls export
export pls|Just export it.|Export everything|re-export|Export again please
Dear team, please export the final version as MP4. Best regards|Where can I find the result?
Give me the final video, please.
I need the video in 4K|I want the file|Get me the link|Save the project as mp4|把视频给我
视频给我|给我视频|我要视频|能把视频发给我吗？谢谢！|请问可以导出吗
您好，请帮忙导出视频，谢谢。|导出4K视频|导出最高画质|请直接导出视频|再导出一次|重新导出
导出 video|please 导出 视频|download 视频|Export the video and send it to me.
Export it, and tell me how many credits are left.|导出视频，还剩多少积分？|导出并告诉我余额
導出影片|匯出影片|請匯出影片|下載影片|把影片傳給我|請把影片發給我，謝謝|ＥＸＰＯＲＴ
导出１０８０ｐ ＭＰ４|EXPORT！|导出视频！！！|請 export 影片 in 4K, thanks
Kindly export the finished clip|Could I have the mp4 file, please?
Export in HD and email me the link|Please deliver the final file|Give it to me as a file
I'd love to download my clip now|can you hand me the finished video
Export the result to my outbox|just render and send|pls send final mp4 to me
Export to mp4 please, 1080p, thanks a lot|Need the download link|把成片导出来给我
请输出最终视频文件|麻烦导出一下高清版，谢谢|我想下载成品|请把最终文件发给我|下载链接给我
导出成 mov 格式|帮我渲染并导出|可以给我成片吗|Have it exported, please|can I get a download?
I'd like the final mp4 now|export my film to the desktop|Forward me the file please
Fetch me the result|请导出高清版本|把成品视频传给我|麻烦把影片发给我，谢谢啦
Export! Thanks a lot!|Please hand me the mp4|download to my phone
""",
    RequestKind.CREDITS: """
credits|How many credits do I have left?|balance|Check my balance|What's my credit balance?|积分
我还剩多少积分？|余额|查询余额|剩余积分|how many credits do I have left?
How many credits do I have?|how many credits are left|credits?|Credits left?|what's my balance?
What is my credit balance?|check credits|show credits|show me my credits|show my balance please
do I have enough credits?|how much credit do I have left?|remaining credits
tell me my remaining credits|积分？|余额多少|查看余额|查询积分|我还有多少积分|还有多少积分？
我的余额|余额不足怎么办|余额不足怎么办？|积分不够了怎么办|积分用完了怎么办|how do I buy credits?
how do I top up?|top up my credits|buy more credits|充值|怎么充值|如何充值积分|查一下积分余额
how many credits do I have left? And what's the status?|How much does it cost?
how much does a video cost|多少钱|一个视频多少钱？|一个视频要多少积分|扣了多少积分|花了多少积分？
我的积分还够吗|积分够不够|how many credits did this use?|Credits used?
what happens when I run out of credits?|how many credits will this cost?|do I still have credits
How do I get more credits?|credit balance please|余额：？|账户余额|账号余额是多少
帐户还剩多少积分|怎么购买积分|我還有多少積分？|餘額不足怎麼辦|剩餘點數|查詢餘額|餘額|積分
Any credits left on my account?|credits remaining?|Please tell me the balance of my account
Am I out of credits?|how much have I spent so far|What did that cost me?|账户里还剩多少钱
看下我的积分|积分还剩几个|帮我查一下账户余额|how many credits did I spend?|Was I charged?
what will it cost?|看看还有几个积分|我花了多少积分了|am I low on credits
""",
    RequestKind.STATUS: """
status|show tracks|Show me the timeline|What’s the status?|what is on the timeline?|progress|状态
查看状态|显示轨道|现在的进度|Status?|what's the status?|What is the status of my video?
status update|status please|show status|show the tracks|show me the tracks
Show me the tracks, please.|list the tracks|list all tracks|what tracks are there?|show timeline
show me the timeline|what's on the timeline?|how is it going?|is it done yet?|is it ready?
progress?|what's the progress|状态？|当前状态|查看轨道|查看时间线|显示时间线|进度|进度怎么样了
进度如何？|现在什么状态|好了吗|完成了吗？|show 状态|看看状态
show me the current status of the project|Export and show tracks
Show me the tracks and the balance|status?|status??|STATUS!!!
What's the current status of this project?|How far are you?|how long will it take?
how much longer?|are you done yet|Is my video ready?|is it finished
could you tell me the status please|what's the status of the export?
Show me all the tracks on the timeline|show timeline tracks
Which tracks are there in the project?|现在进度怎么样？|视频好了吗？|视频做好了吗|还要多久？
请问视频状态|项目状态|时间线上有什么|有哪些轨道|显示所有轨道|列出轨道|看看时间线|查询进度
show me 时间线|查看 status|请显示 tracks|狀態|顯示軌道|進度如何？|影片好了嗎？
how much time is left?|Where is my video?|where's my video|我的视频在哪里？|视频在哪
Are you done?|Is my video finished yet?|what's happening with my clip?
which tracks are in the project|list tracks and timeline please|How far along is it?|做完了没有
视频处理到哪一步了|现在有哪些轨道|显示当前的时间轴|进展如何|what's going on with my video?
视频弄好了吗|剪好了没|处理到哪了|還需要多久|Any progress?|any news on my video?|时间线上有什么
""",
    RequestKind.UPLOAD: """
upload|How do I upload another file?|Can I upload a new video here?|上传|上传视频
怎么上传新的文件|upload a file|Upload this video|upload the file please|how do I upload?
how do I upload a video?|can I upload more files?|上传文件|请上传|怎么上传|怎么上传视频？
我要上传文件|如何上传|upload 视频|How can I upload my files?|where do I upload?
upload another clip please|I want to upload a picture|upload it to YouTube|Share it on Instagram
请问怎么上传|上传到抖音|把视频上传到YouTube|分享到朋友圈|发布到小红书|upload 文件
Upload my video, please!|can you upload|上傳|怎麼上傳檔案？
how do I upload a file?|Upload my video|I want to upload another clip|怎么上传文件|上传视频
请上传
""",
    RequestKind.WORK: """
add a voice-over and export 1080p MP4|export-ready colours, please|Balance the audio|send|save
Cut the film and export it|Edit this clip and send it to me|send greetings to Anna
Add a progress bar|Show the status of orders on the screen|Explain how credits work in our app
Roll the credits at the end|Animate exports rising by 5 percent|Render the logo in 3D
Remove the tracks on the left|Trim the video|Upload speed test: add captions
Cut this to its best 30 seconds.|加上字幕并导出|进口和出口|打开窗户|剪成30秒|给视频加上积分榜
状态栏要显示时间|export this in 4K and make the music softer|把视频导出并加上字幕
导出视频并加字幕|加字幕，然后导出|加上音乐，导出1080p|show tracks of the dancer
show the tracks of the train|show the dancer's tracks in the snow
status update video: make it lively|make a status update video|Status report: add titles
add a title "Export"|add a title that says Status|Add the text "Credits" at the end
add end credits|add rolling credits|credits at the end, please
Add credits with the names of the cast|show the credits at the end|balance the audio
balance the colours|Balance the colors and the audio levels|white balance|fix the white balance
color balance|调整白平衡|平衡音量|调整色彩平衡|make it better|save the best 30 seconds
save the dancer|Keep the best scenes and save them in a row|render the sky in blue
render it in black and white|render as anime|render in cartoon style|download counter animation
Add a download button animation|upload animation at the start|make it ready for upload to YouTube
optimise for upload|make it YouTube ready|Cut it to 30 seconds for upload to TikTok
export with subtitles|export with subtitles in English|export without music
export without the intro|export only the first 30 seconds|export the audio only|export as GIF
export as vertical 9:16|export in portrait|export for TikTok|Export for Instagram reels
export in slow motion|export 3 versions|export the best part|export two clips of 10 seconds each
send a greeting at the end|send me a funny version|send me a version without music
send me the video with subtitles|send me the video in black and white|give me a short version
give me subtitles|give it a title|give the video a warm look|show me the best moments
show the timeline of the company's history|show a timeline of the history at the bottom
add a progress bar|show a progress bar at the bottom|Progress bar in red|add three audio tracks
remove the audio track|mute all tracks|remove the music track|list the ingredients on screen
print the date on the screen|show the status bar|hide the status bar|blur the status bar
状态栏打码|去掉状态栏|去掉进度条|加进度条|加一个进度条|显示进度条|加上片尾字幕|添加积分动画
显示积分排行榜|导出前加上片头|导出字幕|导出音频|导出无字幕版本|导出竖屏版本|导出前30秒|输出竖屏
把背景换成蓝色再导出|剪成30秒后导出|下载按钮加动画|发光效果|加发光效果|发光|发展历程时间线
渲染成动漫风格|加上下载二维码|把音乐调小并导出|调小音乐，导出4K
video: export. Also make it lively.|Make it pop|zoom in|add a voice-over|先加字幕，再导出
请帮我加上字幕，然后导出视频发给我|Please make it warmer and send me the video.
Cut the first 5 seconds, then export|Remove the silence. Export as MP4.
speed it up 2x and download|Turn it into a 30 s teaser; export 1080p|上传到抖音用，剪成竖屏
为上传YouTube优化|Add my logo and show tracks|Add subtitles. How many credits do I have left?
加字幕，还剩多少积分？|Make the music softer. What's the status?
translate to spanish and tell me the balance|in 4K|1080p|4k|make it 4K|high quality|in HD please
upscale to 4K|best quality|convert to mp4|convert it to 1080p|resize to 1080p|MP4|with music
Video|clip|请|你好|hello|thanks|please|Add icons: like, share, download
Show the words "smile, export, repeat"|Animate import and export
Write “Save, share, download” on the screen|加上文字“导出、下载、分享”
Add a call to action: download|Explain how to export files|Explain how to download the app
Zoom in on the export button|Highlight the status bar|Zoom into the download link
用红框标出导出按钮|突出显示下载链接|讲解如何上传文件|讲解怎么充值|Explain how credits work
explain the account balance|A balance of light and dark|Keep the balance between music and voice
show price tags|Show the price on the screen|add price|show prices at the end|track the dancer
Track the ball with a circle|tracking shot of the dancer|follow the tracks in the snow
Add tracks of rain sound|show the race tracks|Sort the clips by state|the state of California
state the obvious|Show the state names|Show the map of each state|status quo
Show the countdown timeline of events|timeline of my life|时间轴动画|添加时间线动画|按时间线排序
给视频加状态更新字幕|做一个状态更新视频|轨道上的火车|火车轨道|显示火车轨道|余额宝广告
余额不足的提示动画|积分墙|讲解积分规则|显示剩余时间|显示多少人参加|输出结果要活泼
导出的风格要活泼|下载量增长动画|上传进度动画|发光文字|发财|发言|发型|send the ball over the net
Send shivers down the spine|send a message of hope|save the whales
Save time by cutting the pauses|save the date invitation|Give me goosebumps|give me energy
give me more contrast|get rid of the silence|Get to the point|I want it funny|I need subtitles
I want music|I want the video shorter|I need the video in black and white
give me the video without sound|want more colour
make it ready to post on Instagram|Create a post for Instagram|turn this into an Instagram post
share price animation|post-production look|publish date at the bottom
Is it possible to add subtitles?|Can you export it with a border?
please export, but first remove the noise|first remove the noise, then please export it for me
先去噪，然后请导出给我|视频加速并发给我|把视频变成黑白的发给我|可以把视频变成竖屏并导出吗
how about a faster cut?|What about music?|what happens at the end should be slower|Done in red
done: remove it|ready, set, go animation|when the music starts, zoom in|loop it|reverse|crop|trim
mute|cut|dub it|翻译|字幕|配音|加速|快一点|短一点|倒放|变成竖屏|去掉声音|更有活力
把影片匯出並加上字幕|加上字幕然後匯出|狀態列打碼|顯示進度條|積分榜動畫|發光效果|發財|匯出字幕
影片加速|剪成30秒後匯出|餘額寶廣告|合并视频|把两个视频合并后导出|合并导出|两个画面并排
并列显示两个画面
add a call to action: Download our app today|Title at the end: Check your balance!
Trim the first 3 seconds then export|balance the audio levels|fix the white balance
make the status bar blue|upload arrow animation in the corner
Mix so that the voice is louder than the music and export in 4K
credit roll at the end with names|add end credits|rolling credits: Anna, Bob
track the ball with a circle|remove the second audio track
show tracks of the animals in the snow longer
make it download-friendly: smaller file size under 20 MB|export-safe colours please
export the first 10 seconds only|Export only the part with the dog|export it without the music
save the best moments only and drop the rest|give me a faster version
send the viewer to our website with an end card|Speed up x2 and give me the file
cut the video to 30s, mp4|把导出按钮的画面剪掉|在片尾加上“下载我们的应用”|添加字幕：余额不足
调整白平衡|给视频配上背景音乐并导出|去掉第二条音轨|导出前先把前五秒剪掉|画面里的状态栏打码
只导出前10秒|加一个上传图标动画|片尾字幕加上制作人员名单|平衡一下音量
把视频发给观众看的感觉，节奏快一点|把视频加速两倍然后发给我|渲染风格改成水彩
have the video fade out|grab the viewer's attention|hand-drawn style|I love the ending, keep it
love theme in the background|forward motion only|fetch the best take|provide subtitles
have a file icon in the corner|have music over the video|Make a version for my phone
have the film in black and white|a lot more contrast|versions in 9:16 and 1:1|做一个竖版
换成抖音版本|把第一步到哪一步了的画面加上标注|处理噪音|give the video a happy ending
I want the video in slow motion|I want the movie shorter|I need the video to be 30 seconds
save the last clip for the end|Where the man speaks, lower the music
have I spent too long on the intro? shorten it
what is happening on screen should be described by captions
show what's happening behind the scenes faster|Make the laptop screen brighter|blur the desktop
clean up the file noise|phone format|desktop and mobile split screen|cost 20 dollars as a text
title: what did it cost?|给视频加个版权声明|出版社的标志放在左上角|画面下方加进度条
add a progress bar|status quo joke at 0:10|balanced colours|quota sign
do not export yet, first shorten it|no export, just add captions|导出的时候不要水印
Export with subtitles burned in|export with a logo|Download sound effect at 0:05
Change the download button to green|render it in cartoon style
""",
}


def phrases() -> list[tuple[str, RequestKind]]:
    found = []
    for request, table in ASKED.items():
        lines = table.strip().splitlines()
        found += [(phrase, request) for line in lines for phrase in line.split("|")]
    return found


@each_row(phrases())
def test_a_request_is_what_all_of_its_words_say(said: str, request_: RequestKind) -> None:
    """Only what holds nothing else is no work, in English and in Chinese."""
    assert request_in(said) is request_


@each_row(
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
        ("export this in 4K and make the music softer", "make the music softer"),
        ("把视频导出并加上字幕", "加上字幕"),
        ("把影片匯出並加上字幕", "加上字幕"),
        ("合并两段视频并导出", "合并两段视频"),
        ("合并导出", "合并导出"),
        ("可以把视频变成竖屏并导出吗", "可以把视频变成竖屏"),
        ("Please make it warmer and send me the video.", "Please make it warmer."),
        ("Make it a teaser; export 1080p", "Make it a teaser"),
    ]
)
def test_the_wish_for_the_file_is_left_out(said: str, kept: str) -> None:
    """With what leads on to it, and nothing else."""
    assert without_export(said) == kept


@each_row(
    [
        "Add music, and a title, then stop.",
        "Exports, then imports.",
        "Add icons: like, share, download",
        'Show the words "smile, export, repeat"',
        "加上文字\u201c导出、下载、分享\u201d",
        "Animate import and export",
        "",
    ]
)
def test_instructions_without_that_wish_stay_as_they_are(said: str) -> None:
    """To the letter."""
    assert without_export(said) == said


def test_a_long_text_is_work() -> None:
    """Whatever it is made of: nobody asks for an export in so many words."""
    assert request_in("export it now " * 40) is RequestKind.WORK
