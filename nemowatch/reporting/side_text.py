"""The words of the file beside a result: what was asked, what the agent said, the timeline, what
changed, what it cost, and when. Pure; `side_files` puts it on disk."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from nemowatch.errors import show_path
from nemowatch.fs.last_lines import SIDE, last_line
from nemowatch.fs.names import plain, split_ending
from nemowatch.i18n.language import chosen, filled, message, said
from nemowatch.reporting.conversation import ConversationTurn
from nemowatch.reporting.paragraphs import indented
from nemowatch.reporting.timeline_words import said_changes, said_timeline
from nemowatch.secrecy import redact

#: What people read about a turn that ended without a word (docs/api.md section 6).
SILENT = "Nothing. It finished without a word; the timeline shows what it made."
SILENT_TOO = "Nothing. It finished without a word."
#: The most turns in one text: `nemowatch show` has all of them.
MOST_TURNS = 5


def side_text(
    turns: list[ConversationTurn], source: bytes, at_ms: int, tips: tuple[str, ...] = ()
) -> str:
    """The whole text: of the last of these turns, and of those before it in which the agent only
    talked. `source`: path of the dropped file below the inbox; `at_ms`: UTC ms at which the
    results were published; `tips`: what would give better results."""
    turn = turns[-1]
    blocks = [_title(turn)]
    for one in turns[-MOST_TURNS:]:
        asked = indented(one.asked, ours=False) or "    -"
        answer = indented(one.said, ours=False) or indented(_silent(one))
        blocks.append(f"{said('Asked:')}\n{asked}")
        blocks.append(f"{said('The agent said:')}\n{answer}")
    if turn.timeline:
        blocks.append(said_timeline(turn.timeline))
    if turn.changes:
        changed = said("Changed since the previous turn:")
        blocks.append(f"{changed}\n{_lines(said_changes(turn.changes))}")
    if tips:
        blocks.append(said("For better results:") + "\n" + indented("\n".join(tips)))
    blocks.append(_facts(turn, source, at_ms))
    return "\n\n".join([*blocks, f"{last_line(SIDE, chosen())}\n"])


def _title(turn: ConversationTurn) -> str:
    names = [plain(os.path.basename(result.path)) for result in turn.results]
    title = ", ".join(names)
    if turn.number > 1:
        number = filled("turn {number}", number=turn.number)
        title = f"{title} ({number})"
    return title


def _silent(turn: ConversationTurn) -> str:
    if turn.timeline:
        return SILENT
    return SILENT_TOO


def _lines(lines: tuple[str, ...]) -> str:
    return "\n".join(f"    {line}" for line in lines)


def _how_to_change(turn: ConversationTurn, source: bytes) -> str:
    """How to ask for a change of this result (docs/behaviour.md section 1)."""
    stem, _ = split_ending(os.fsdecode(os.path.basename(turn.results[0].path)))
    folder = plain(redact(show_path(os.path.dirname(source))))
    return said(f"save what you want as {plain(stem)}.revise.txt in the inbox folder {folder}")


def _facts(turn: ConversationTurn, source: bytes, at_ms: int) -> str:
    """The last lines, each of which is a fact."""
    moment = datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone()
    facts = {
        message("From:"): plain(redact(show_path(source))),
        message("Cost:"): said(turn.cost),
        message("Date:"): said(f"{moment.day} {moment:%B %Y, %H:%M %Z}"),
        message("To change it:"): _how_to_change(turn, source),
    }
    lines = [f"{said(name)} {value}" for name, value in facts.items() if value]
    return "\n".join(lines)
