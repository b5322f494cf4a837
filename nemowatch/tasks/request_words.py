"""The words by which a request that is not work is recognized, in English and in both scripts of
Chinese (other languages are in `request_languages`). Data only; `routing` says what they mean
together."""

from __future__ import annotations

#: Words, and pieces of Chinese sentences, that ask for nothing by themselves.
POLITE = """
a all also am an and any are as at by can can't could day dear did didn't do does doesn't
evening everything folks for from get give got guys has have hello here hey hi how how's hows
whats wheres u ur ya yo yea yeah bro dude lol hm hmm um uh well sup r wen whens i i'd i'll i'm
i've if in
into is it it's its just kindly know let let's like lot
lots would_love i'd_love love_to many me much my need nice now of ok okay on one or our out
please pleased plz pls ready really right regards so some soon sorry team than thank thanks thx
that that's the them then there these they this those to too try u up us very want was we what
what's when where where's which why will with would wondering yes yet you your finally finished
final done whole full entire current again once version copy cheers good_day good_morning
good_afternoon good_evening best_regards kind_regards as_soon_as_possible asap 请 请问 帮 帮忙
我 你 您 你好 您好 大家好 我们 们 把 将 给 的 了 吧 吗 呢 啊 呀 哦 嗯 啦
一下 一个 个 想 想要 要 需要 应该 现在 马上 尽快 然后 并 并且 和 跟 或
最后 最终 最新 麻烦 能 能否 可以 能不能 可不可以 是 是否 有 还 就 这
这个 这些 那个 那些 它 怎么 怎样 如何 哪 好 好的 谢谢 多谢 感谢 完成
整个 全部 所有 当前 目前 再 重新 为 成 到 用 以 在 里 上 不 没 没有 了吗
一份 份 直接 知道 想知道 一次 一遍 請 請問 幫 幫忙 幫我 們 將 給 嗎 並
並且 與 最終 最後 麻煩 這 這個 這些 那個 還 謝謝 多謝 感謝 整個 當前
現在 馬上 盡快 然後 為 裡 沒 沒有 怎麼
"""
#: With one of these, a thing that is only named is asked for: "the file, please".
PLEASE = "please pls plz plse pleas 请 請 麻烦 麻煩 谢谢 謝謝 thanks thx ty"
#: What the product makes, and what people call it ("_" joins two words of one meaning).
THINGS = """
clip clips vid vids the_cut my_cut final_cut the_edit my_edit file files film films footage movie
movies
output project result results video videos 视频 影片 文件 成片 片子 作品 结果 项目
素材 視頻 檔案 成品 專案 項目 結果
"""
#: Properties of a file.
FORMATS = """
版 版本 1080p 720p 480p 1440p 2160p 1080 720 4k 8k 2k hd uhd full-hd fullhd mp4 .mp4 mov webm
mkv avi h264 h.264 h265 h.265 hevc fps 24fps 25fps 30fps 60fps high higher highest best_quality
best_possible best_resolution good_quality quality resolution format size original default 高清
超清 高质量 最高 最好的质量 最好的画质 质量 画质 分辨率 格式 原画
全高清 高畫質 最高畫質 畫質 解析度 原畫
"""
#: One of these is in a request for the result,
EXPORT = """
export exporting exported re-export download downloading render rendering send sent email mail
deliver 导出 导出来 输出 下载 渲染 传给 发给 发送 发我 发来 发 匯出 導出
輸出 下載 傳給 發給 發送 發我 寄給 發
"""
#: or one of these with something that the product makes,
EXPORT_WITH_A_THING = """
i'd_like would_like gimme gimmie lemme give get receive save saved need want where where's have
hand grab fetch
provide forward obtain 保存 存 给我 我要 我想要 拿到 在哪 在哪里 在哪儿 儲存
給我 在哪裡
"""
#: and these may be.
EXPORT_TOO = """
link url over back still find inbox outbox folder computer laptop desktop phone disk usb mailbox
链接 过来 出来 到 电脑 文件夹 連結 過來 出來 電腦 資料夾
"""
#: Or it only names the thing, with one of these before it: "just the file, please".
ONLY = """
just only the my our your 只要 只需要 只想要 就要 仅要 只要给我
"""
#: Then nothing else may be in it but these.
ONLY_TOO = """
please pls plz thanks thank you thx cheers hi hello hey final finished done ready whole full
complete result as for me us is that's all we i need want now ok okay itself download link
original actual 谢谢 请 我 就 行 就行 就好 就可以 了 的 最终 成品 吧 謝謝 請
最終
"""
#: One of these is in a request for the balance,
CREDITS = """
credit credits balance quota top_up topup recharge how_much what_does_it_cost
what_does_this_cost what_does_that_cost what_did_it_cost what_did_this_cost what_did_that_cost
what_will_it_cost what_will_this_cost have_i_spent did_i_spend i_have_spent was_i_charged
am_i_charged did_i_pay 积分 余额 额度 点数 充值 多少钱 積分 餘額 額度 點數
儲值 多少錢
"""
#: and these may be.
CREDITS_TOO = """
account far left remain remaining remains available check show tell still see view used use cost
costs spent spend enough more buy buying purchase run running ran out_of low happens when charge
charged pay price each per total video videos clip 费用 价格 账户 账号 帐户 还剩 剩余
剩 剩下 多少 几 查 查看 查询 查下 看 看看 看下 告诉 显示 可用 不足 不够
够 够不够 用完 用光 用了 怎么办 购买 买 更多 花 花了 扣 扣了 一次 每次
视频 帳戶 帳號 還剩 剩餘 幾 查詢 告訴 顯示 不夠 夠 怎麼辦 購買 買 費用
價格 視頻 影片
"""
#: One of these is in a request for the state of things,
STATUS = """
status state progress track tracks timeline how_is_it_going how's_it_going how_long hw_long
how_much_longer almost_done nearly_done still_nothing nothing_yet wassup whassup what's_up
whats_up how_far any_news any_luck eta update_please
news_on did_it_finish
did_the_render_finish did_the_video_finish how_many_minutes anyone_there news_about any_updates
any_update done_yet ready_yet finished_yet is_it_done is_it_ready is_it_finished any_news
what's_happening what_is_happening what's_going_on what_is_going_on video_ready file_ready
result_ready r_u_done did_u_finish u_done you_done r_we_there are_you_done
status_update 状态 进度 进展 轨道 时间线 时间轴 好了吗 好了没 好了没有
完成了吗 完成了没 做好了吗 做完了吗 做完了没 弄好了吗 弄好了没
剪好了吗 剪好了没 剪完了吗 处理好了吗 处理完了吗 生成好了吗 好了么
完了吗 完了没 搞定了吗 搞定了没 搞定没 好没 好了没呀 在吗 啥时候
好了嘛 弄好没 咋样了 咋样 怎样了 弄完了吗 弄完没 哪一步
到哪了 到哪儿了 怎么样了 还要多久
还需要多久 多久 how_much_time 狀態 進度 進展 軌道 時間線 時間軸 好了嗎
完成了嗎 做好了嗎 弄好了嗎 剪好了嗎 處理好了嗎 完了嗎 到哪裡了
怎麼樣了 還要多久
"""
#: or, in a question, one of these: "is the render done", "still rendering?",
STATUS_ASKED = """
wen whens done ready finished complete completed over rendering rendered exported processed
processing
working running stuck coming take takes taking long where where's when happening happened news
update updates going back arrive arrived arriving soon be wrong wheres hows whats expect 文件呢
视频呢 成片呢 影片呢 在哪 在哪里 在哪儿 渲染完 渲染好 还在渲染
还在处理 处理完 完成 消息 什么时候 还没好 还没 在哪裡 渲染完 還在渲染
還在處理 消息 什麼時候 還沒好
"""
#: which begins like this,
OPENERS = """
hows whats wheres whens wen could_you_tell can_you_tell is isn't are aren't has hasn't did was
when when's
where where's how how's why what what's any still yet 吗 没 哪 什么时候 呢 还 嗎 沒 還
什麼時候
"""
#: and these may be.
STATUS_TOO = """
almost nearly more nothing whens wen show list tell see view check display take left project's
longer export render upload still
going far long along work works working running process processing processed exported exporting
rendering rendered complete completed back over stuck coming arrive arrived be not if did go
something wrong expect minutes finish anyone there luck hours minutes hour minute today tonight
tomorrow already today's news update updates about just happened happening happen waiting wait
waited it's 渲染 导出 消息 新 渲染完 出来 拿到 什么时候 等 还在 在 处理
處理 查 查看 查询 看 看看 告诉 显示 列出 多少 几 几条 什么 哪些 都
怎么样 做 做好 进行 情况 查詢 告訴 顯示 幾 什麼 怎麼樣 進行 情況
"""
#: One of these is in a request for an upload,
UPLOAD = """
upload uploading share publish post 上传 分享 发布 上傳 發布 發佈
"""
#: and these may be.
UPLOAD_TOO = """
add another new more other import send second picture pictures image images photo photos youtube
tiktok instagram facebook vimeo twitter linkedin dropbox google drive channel page account 新 另
图片 照片 添加 抖音 快手 小红书 微信 朋友圈 视频号 网盘 云盘 圖片 新增
小紅書 雲端
"""
#: One of these is in instructions that leave open what to do,
VAGUE = """
better nicer nice good great cool amazing awesome perfect professional improve improved
improving improvement improvements enhance enhanced fix optimise optimize polish beautify pop
magic beautiful interesting engaging viral edit editing 优化 改进 改善 提升 美化 好看
更好看 更好 完善 处理 加工 精彩 高级 专业 好一点 修改 编辑 剪辑 優化
改進 處理 高級 專業 編輯 剪輯
"""
#: and these may be.
VAGUE_TOO = """
make makes making turn look looks looking do something it more much bit little as possible
quality try best work job edited way overall your 弄 做 变 变得 更 一点 一些 让 使
效果 质量 高 得 些 下 變 變得 一點 讓 品質 質量
"""
