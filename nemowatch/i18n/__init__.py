"""The language that people on the share read.

Owns the catalogues (`locale`), which of them is in force, and finding the translation of a text.
English is the language of record: the journal, the log, JSON and the terminal are English, and a
text is translated where it is written for people on the share: `said` is called there and nowhere
else (docs/decisions/0041). Nothing may ever be decided by a translated text.
"""

from __future__ import annotations
