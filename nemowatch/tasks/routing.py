"""What an instruction asks for: work of the agent, which is a paid turn, or something that has an
endpoint of its own and never goes to it (docs/api.md section 6). Pure.

An instruction is a request of another kind only when nothing else is in it: it has one of that
kind's words, and apart from them only words that say nothing by themselves. Whatever is not
recognised is work. It must not know what becomes of an instruction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import filterfalse


class Request(StrEnum):
    """What an instruction asks for."""

    WORK = "work"  #: a turn of the agent
    EXPORT = "export"  #: the result as a file, and nothing else
    CREDITS = "credits"  #: what is left of them
    STATUS = "status"  #: how things are, or what is on the timeline
    UPLOAD = "upload"  #: how files get to the cloud


#: Words, and pieces of Chinese sentences, that ask for nothing by themselves.
_POLITE = """
a all also an and any are as at by can could do does for from get give got has have hello here
hey hi how i i'd i'm in into is it it's its just kindly let let's like many me much my need now
of ok okay on one our out please ready really some soon than thank thanks that that's the them
then there this to up us want we what what's where which will with would you your finally
finished final done whole full entire current again once version copy 请 帮 我 你 您 我们 们 把
将 给 的 了 吧 吗 呢 啊 一下 一个 个 想 要 需要 现在 马上 然后 并 并且 和 最后 最终 最新 麻烦 能
可以 能不能 可不可以 是 有 还 就 这 这个 那个 它 怎么 怎样 如何 好 谢谢 完成 整个 当前 再 为 成
到 用 以 在 里 上
"""
#: What the product makes, and what people call it ("_" joins two words of one meaning).
_THINGS = """
clip clips the_cut my_cut final_cut the_edit my_edit file files film films footage movie movies
output project result results video videos 视频 影片 文件 成片 片子 作品 结果 项目 素材
"""
#: How a file is to be.
_FORMATS = """
1080p 720p 480p 1440p 2160p 4k 8k 2k hd uhd full-hd fullhd mp4 mov webm mkv avi h264 h.264 h265
hevc fps 24fps 25fps 30fps 60fps high higher highest best good quality resolution format size
original 高清 超清 高质量 最高 质量 画质 分辨率 格式 原画
"""
#: One of these is in a request for the result,
_EXPORT = """
export exporting download downloading render rendering send 导出 导出来 输出 下载 渲染 发给 发送
发我 发
"""
#: and these may be.
_EXPORT_TOO = """
save saved deliver link url share over back 保存 存 链接 发来 过来 出来
"""
#: One of these is in a request for the balance,
_CREDITS = """
credit credits balance quota 积分 余额 额度 点数
"""
#: and these may be.
_CREDITS_TOO = """
account left remain remaining remains available check show tell still see view used use cost
costs spent 账户 账号 还剩 剩余 剩 剩下 多少 几 查 查看 查询 看 看看 告诉 显示 可用
"""
#: One of these is in a request for the state of things,
_STATUS = """
status state progress track tracks timeline 状态 进度 进展 轨道 时间线 时间轴
"""
#: and these may be.
_STATUS_TOO = """
show list tell see view check print display audio text title titles music bgm 查 查看 查询 看
看看 告诉 显示 列出 多少 几 条 什么 哪些 都 音频 文字
"""
#: One of these is in a request for an upload,
_UPLOAD = """
upload uploading 上传
"""
#: and these may be.
_UPLOAD_TOO = """
add another new more other import send second picture pictures image images photo photos 新 另
图片 照片 添加
"""


@dataclass(frozen=True, slots=True)
class Words:
    """By what words one kind of request is known."""

    needs: str  #: one of these is in it
    may: str  #: and, apart from what is polite, none but these


#: Kinds of requests that are no work. The first that fits counts.
_REQUESTS = {
    Request.EXPORT: Words(_EXPORT, _EXPORT_TOO + _THINGS + _FORMATS),
    Request.CREDITS: Words(_CREDITS, _CREDITS_TOO),
    Request.STATUS: Words(_STATUS, _STATUS_TOO + _THINGS),
    Request.UPLOAD: Words(_UPLOAD, _UPLOAD_TOO + _THINGS),
}
#: "send" and "发" alone ask for an export only when it is said what, or to whom.
_SENDS = frozenset({"send", "发"})

#: The longest instruction that may be no work, in characters: nobody asks for an export in more.
_LONGEST = 300
#: A word with its signs, or one character of a script without spaces.
_WORD = re.compile(r"[a-z0-9][a-z0-9.'-]*|[^\W\d_]|\d+")
#: Marks that end a sentence, or an instruction of a list.
_SENTENCE_ENDS = ".!?;。！？；\n"
#: What is between the parts of an instruction: a mark, "and", "then".
_BETWEEN = re.compile(
    r"([.!?;,](?=\s|$)|[。！？；，、\n]|(?<!\S)(?:and|then)(?!\S)|然后|并且|并)", re.IGNORECASE
)


def _vocabulary(words: Iterable[str]) -> re.Pattern[str]:
    """Finds each of these words, the longest first; Latin ones only as whole words."""
    spelled = {word.replace("_", " ") for word in words}
    longest_first = sorted(spelled, key=len, reverse=True)
    latin = _any_of(filter(str.isascii, longest_first))
    other = _any_of(filterfalse(str.isascii, longest_first))
    return re.compile(rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])|{other}")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))


_NEEDS = {kind: _vocabulary(words.needs.split()) for kind, words in _REQUESTS.items()}
_KNOWN = {
    kind: _vocabulary(f"{words.needs} {words.may} {_POLITE}".split())
    for kind, words in _REQUESTS.items()
}


def request_in(text: str) -> Request:
    """What an instruction asks for, as a whole."""
    said = _plain(text)
    if len(said) > _LONGEST:
        return Request.WORK
    for kind in _REQUESTS:
        if _is_only(said, kind):
            return kind
    return Request.WORK


def without_export(text: str) -> str:
    """An instruction without those of its parts that ask for nothing but the result as a file:
    every result is rendered, and the agent is never told to. Other parts stay as they are, also
    where they contain such a word ("export-ready colours")."""
    parts = _parts(text)
    kept: list[_Part] = []
    for part in parts:
        if not _is_export(part.clause):
            kept.append(part)
            continue
        if kept:
            # what was to lead on to the part that is left out
            before = kept[-1]
            before.end = _sentence_end(before.end) or _sentence_end(part.end)

    if len(kept) == len(parts):
        return text
    return "".join(f"{part.clause}{part.end}" for part in kept).strip()


@dataclass(slots=True)
class _Part:
    """A part of an instruction, and what is between it and the next one."""

    clause: str
    end: str


def _parts(text: str) -> list[_Part]:
    pieces = _BETWEEN.split(text)
    parts: list[_Part] = []
    for clause, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if parts and not clause.strip():
            parts[-1].end += clause + end
        else:
            parts.append(_Part(clause, end))
    return parts


def _is_export(clause: str) -> bool:
    return _is_only(_plain(clause), Request.EXPORT)


def _sentence_end(between: str) -> str:
    """The mark that ends a sentence there, with the end of its line; "" for none."""
    mark = between.lstrip(" ")[:1]
    if mark not in _SENTENCE_ENDS:
        return ""
    if "\n" in between:
        return f"{mark.strip()}\n"
    return mark


def _plain(text: str) -> str:
    return text.casefold().replace("\u2019", "'").strip()


def _is_only(said: str, kind: Request) -> bool:
    """Whether there is a request of this kind in it, and nothing else."""
    if len(said) > _LONGEST or not _NEEDS[kind].search(said):
        return False

    unknown = _WORD.search(_KNOWN[kind].sub(" ", said))
    if unknown is not None:
        return False
    words = set(_WORD.findall(said))
    return not words <= _SENDS
