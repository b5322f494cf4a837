"""Editing by a person's own instructions, from a prompt.txt in the folder."""

from __future__ import annotations

from nemowatch.errors import shown
from nemowatch.model import DEFAULT_SKILL, MB, MediaKind
from nemowatch.tasks.kinds.base import AUDIO, IMAGE, VIDEO, Example, Hint, Skill, Spelled
from nemowatch.tasks.kinds.own_instructions import OwnInstructions
from nemowatch.tasks.records import Drop, Folder
from nemowatch.tasks.words import WrongError

_INSTRUCTED = Drop(MediaKind.VIDEO, "clip.mp4", prompt="Cut this to its best 30 seconds.")


class Edit(OwnInstructions):
    """`edit`."""

    word = "edit"
    summary = "your own instructions, from a prompt.txt beside the files"
    skills = (Skill(DEFAULT_SKILL, 500 * MB),)
    takes = VIDEO | AUDIO | IMAGE
    meant = ("editing", "edits")
    has_arguments = False
    needs_prompt = True
    examples = (
        Example(
            ("edit",), "your own instructions", _INSTRUCTED, "`edit`, with a `prompt.txt` in it"
        ),
    )
    hints = (Hint("edit", "your own instructions, from a prompt.txt beside the files"),)

    def read(self, spelled: Spelled) -> Folder:
        if spelled.first_argument:
            raise WrongError(
                '"edit" takes no further words, but the name continues with'
                f' "{shown(spelled.first_argument)}".',
                self.word,
            )
        return Folder(spelled.name, self.word, self.skill, accepts=self.takes)


KIND = Edit()
