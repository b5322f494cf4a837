"""Finds the messages that people on the share read, where they are written: in Python any sentence
that is no docstring and goes to no log, and what is marked; in templates what is marked.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from nemowatch.model import State

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "nemowatch"
#: What nobody on the share reads: commands, the log, the configuration, instructions for the cloud.
SILENT = (
    "cli",
    "sandbox",
    "service",
    "config",
    "journal/database.py",
    "journal/facts.py",
    "journal/lock.py",
    "journal/opening.py",
    "journal/reading.py",
    "journal/spend.py",
    "journal/transaction.py",
    "i18n",
    "secrecy.py",
    "model.py",
    "clock.py",
    "content/alphabets.py",
    "content/child.py",
    "content/children.py",
    "content/cloud_names.py",
    "content/file_tasks.py",
    "content/kinds.py",
    "content/messages.py",
    "content/serve.py",
    "content/word/symbols.py",
    "edits/agent_sentences.py",
    "edits/draft.py",
    "edits/draft_changes.py",
    "fs/last_lines.py",
    "edits/offers.py",
    "edits/turn_summary.py",
    "errors/journal.py",
    "holds/account_check.py",
    "intake/scan/ignore.py",
    "intake/scan/ignored_names.py",
    "intake/scan/conflict_names.py",
    "intake/scan/instruction_forms.py",
    "intake/scan/name_words.py",
    "installer",
    "jobs/hold_log.py",
    "jobs/job_log.py",
    "notify/channels.py",
    "notify/message.py",
    "notify/programs.py",
    "remote/event_reader.py",
    "remote/part_file.py",
    "remote/rate_limiter.py",
    "remote/refusals.py",
    "remote/client.py",
    "remote/headers.py",
    "stages/table.py",
    "reporting/json_records.py",
    "reporting/status_line.py",
    "tasks/countries.py",
    "tasks/mistakable.py",
    "tasks/native_names.py",
    "tasks/language_words.py",
    "tasks/prompts.py",
    "tasks/praise.py",
    "tasks/edit_words.py",
    "tasks/question_words.py",
    "tasks/romance_question_words.py",
    "content/forms/two_turns.py",
    "tasks/request_languages.py",
    "tasks/request_words.py",
    "tasks/foreign_folder_words.py",
    "web/figures.py",
    "web/guard.py",
    "web/passwords.py",
    "web/server.py",
)
#: Where the names of states are from: refusals call a job by them.
STATES = "model.py"
#: Sentences in the other modules that nobody on the share reads: instructions for the cloud, causes
#: in the journal.
UNSAID = Path(__file__).parent / "unsaid.txt"
#: Calls whose texts are a programmer's or the log's.
_LOGS = ("log", "logger", "logging")
_QUIET_CALLS = ("getLogger", "compile", "LatePattern", "namedtuple", "write_text", "execute")
#: Calls that mark a message of any length, and one in singular and plural.
_MARKS = ("message", "said", "filled", "_")
_PLURAL = "counted"
#: Calls around a name or a value, by which its field is not called.
_AROUND = ("plain", "show_path", "shown", "str", "escaped", "amount", "len", "redact_work")
#: Of these the result is a name, whatever the argument is called.
_NAMING = ("show_path", "shown", "escaped")
_WORDS = re.compile(r"[A-Za-z]{2,}[,;:.)]? [(\"“]?[A-Za-z]{2,}")
#: Patterns, lists of words by language, and text that is for programs.
_NO_PROSE = re.compile(r"[\\^$|]|\(\?|<\w+ |^\w\w: ")
#: Commands, and what names a key; not where it is a sentence with a full stop.
_NO_SENTENCE = re.compile(r"^nemowatch [a-z-]+( [A-Za-z.\"-]+)*$|_")
_MARKED = re.compile(
    r"""\b(?:_|said|message|filled)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*[,)]"""
)


@dataclass(frozen=True, slots=True)
class Found:
    """A message at one place."""

    message: str
    where: str  #: "reporting/notes.py"
    many: str = ""  #: the same for many; "" where it does not count


def messages() -> Iterator[Found]:
    """Every message, in the order of its place."""
    unsaid = frozenset(UNSAID.read_text("utf-8").splitlines())
    for path in sorted(PACKAGE.rglob("*.py")):
        where = path.relative_to(PACKAGE).as_posix()
        if where.startswith(SILENT):
            continue
        for found in _Module(path, where).messages():
            if found.message not in unsaid:
                yield found
    for path in sorted(PACKAGE.rglob("*.j2")):
        where = path.relative_to(PACKAGE).as_posix()
        for marked in _MARKED.findall(path.read_text("utf-8")):
            yield Found(ast.literal_eval(marked), where)
    for state in State:
        yield Found(state.value, STATES)


class _Module:
    """One module's messages."""

    def __init__(self, path: Path, where: str) -> None:
        self._where = where
        self._tree = ast.parse(path.read_text("utf-8"))
        self._constants = _prose_constants(self._tree)
        self._skipped: set[int] = set()

    def messages(self) -> Iterator[Found]:
        """In the order of their lines."""
        self._skip()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and _called(node) == _PLURAL:
                yield from self._plural(node)
            marked = isinstance(node, ast.Call) and _called(node) in _MARKS
            if marked and node.args:
                yield from self._found(node.args[0], any_length=True)
            if isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in self._skipped:
                yield from self._found(node)
            if isinstance(node, ast.ClassDef) and self._where.startswith("errors"):
                yield from self._default(node)

    def _default(self, node: ast.ClassDef) -> Iterator[Found]:
        """The docstring of an error is its default message."""
        docstring = ast.get_docstring(node) or ""
        text = " ".join(docstring.split("\n\n")[0].split())
        if "Error" in ast.dump(ast.Tuple(node.bases)) or node.bases:
            yield Found(_escaped(text), self._where)

    def _plural(self, node: ast.Call) -> Iterator[Found]:
        texts = [_text(argument, self._constants) for argument in node.args[1:3]]
        if all(texts) and len(texts) == 2:
            one, many = (f"{{count}} {text}" for text in texts)
            yield Found(one, self._where, many)
        self._skipped.update(map(id, node.args[1:3]))

    def _found(self, node: ast.AST, *, any_length: bool = False) -> Iterator[Found]:
        text = _text(node, self._constants) or ""
        for line in text.split("\n"):
            bare = line.strip()
            is_marked = any_length and re.search("[A-Za-z]", re.sub(r"\{\w+\}", "", bare))
            if is_marked or _is_prose(bare):
                yield Found(bare, self._where)

    def _skip(self) -> None:
        """What is no message: docstrings, what goes to the log, the parts of what is put
        together."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                self._skipped.add(id(node.value))
            if isinstance(node, ast.JoinedStr):
                self._skip_below(node)
            if isinstance(node, ast.FunctionDef) and node.name == "__repr__":
                self._skip_below(node)
            if isinstance(node, ast.Call) and _is_quiet(node):
                self._skip_below(node)
            if isinstance(node, (ast.Raise, ast.Assert)) and "ValueError" in ast.dump(node):
                self._skip_below(node)

    def _skip_below(self, top: ast.AST) -> None:
        inner = [child for child in ast.walk(top) if child is not top]
        is_put_together = isinstance(top, ast.JoinedStr)
        for node in inner:
            if not is_put_together or (isinstance(node, ast.Constant) and node in top.values):
                self._skipped.add(id(node))


def _is_quiet(node: ast.Call) -> bool:
    function = node.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id in _LOGS or function.attr in _QUIET_CALLS
    return _called(node) in _QUIET_CALLS


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_prose(text: str) -> bool:
    bare = " ".join(re.sub(r"\{\w+\}", "", text).split())
    if _NO_PROSE.search(bare) or not all(map(_is_english, bare)):
        return False
    if _NO_SENTENCE.search(bare) and not bare.endswith("."):
        return False
    return bool(_WORDS.search(bare))


def _is_english(sign: str) -> bool:
    return sign.isascii() or not sign.isalpha()


def _prose_constants(tree: ast.Module) -> dict[str, str]:
    """Texts that sentences are put together of, by their names."""
    from nemowatch.cures import ADMIN

    found = {"ADMIN": ADMIN}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            text = _text(node.value, found)
            if isinstance(target, ast.Name) and text and " " in text and "{" not in text:
                found[target.id] = text
    return found


def _text(node: ast.AST, constants: dict[str, str]) -> str | None:
    """A text as a message, with its values as fields; None when it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _escaped(node.value)
    if not isinstance(node, ast.JoinedStr):
        return None
    said, used = "", {}
    for part in node.values:
        if isinstance(part, ast.Constant):
            said += _escaped(str(part.value))
            continue
        value = part.value
        if isinstance(value, ast.Name) and value.id in constants:
            said += constants[value.id]
            continue
        said += "{" + _numbered(_field(value), ast.unparse(value), used) + "}"
    return said


def _numbered(name: str, source: str, used: dict[str, str]) -> str:
    """The field's name; another value of the same name gets a number."""
    number, free = 1, name
    while used.get(free, source) != source:
        number += 1
        free = f"{name}{number}"
    used[free] = source
    return free


def _field(node: ast.AST) -> str:
    """What a value is called."""
    if isinstance(node, ast.Name):
        return node.id.lower().strip("_")
    if isinstance(node, ast.Attribute):
        return node.attr.lower().strip("_")
    if isinstance(node, ast.Call):
        name = _called(node).strip("_").lower()
        if name in _NAMING:
            return "name"
        if name in _AROUND and node.args:
            return "count" if name == "len" else _field(node.args[0])
        return name or "text"
    if isinstance(node, (ast.Subscript, ast.BinOp)):
        return _field(node.value if isinstance(node, ast.Subscript) else node.left)
    return "text"


def _escaped(text: str) -> str:
    """Braces as they are in a message: around a name they are a field that is filled in later."""
    doubled = text.replace("{", "{{").replace("}", "}}")
    said = re.sub(r"\{{2,}(\w+)\}{2,}", r"{\1}", doubled)
    numbers = (str(number) if number > 1 else "" for number in count(1))
    return re.sub(r"\{\{\}\}", lambda _: f"{{text{next(numbers)}}}", said)
