"""Only `fs/` opens, creates, renames, links, removes or lists what may lie below a workspace."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.rigs.source_code import modules

#: Functions of modules that touch a file by its name.
FORBIDDEN = {
    "os": frozenset(
        {"open", "rename", "replace", "renames", "link", "unlink", "remove", "mkdir", "makedirs"}
        | {"rmdir", "removedirs", "scandir", "listdir", "walk", "fwalk", "symlink", "truncate"}
        | {"mkfifo", "utime", "chmod", "chown"}
    ),
    "io": frozenset({"open", "open_code", "FileIO"}),
    "shutil": frozenset({"copy", "copy2", "copyfile", "copytree", "move", "rmtree"}),
    "tempfile": frozenset({"mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryDirectory"}),
}
#: Methods of a Path that do.
METHODS = frozenset(
    {"open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "rename", "replace"}
    | {"mkdir", "rmdir", "iterdir", "glob", "rglob", "touch", "hardlink_to", "symlink_to", "chmod"}
)
#: Modules, or folders of modules, whose files lie outside every workspace, and why they may.
ELSEWHERE = {
    "fs/": "the one home of these calls",
    "sandbox/": "the stand-in cloud: its own media, as resources of the package",
    "tasks/native_names.py": "a table of ours, as a resource",
    "journal/": "the state folder: the journal, its lock, its backups; SQL as resources",
    "clock.py::_boot_id": "/proc",
    "config/layout.py": "the kernel's table of mounts",
    "content/serve.py": "the kernel's records of the child itself",
    "content/word/package.py": "the parts of an archive that is open already",
    "tasks/request_kinds.py::_no_slips": "a list of words, a resource of the package",
    "tasks/native_names.py::_codes": "names of languages, a resource of the package",
    "service/started_by.py::start_command": "/proc",
    "service/control.py": "the control socket",
    "service/control_client.py": "the control socket",
    "i18n/language.py": "the catalogues, in this package",
    "config/kept.py": "copies in the user's own cache folder; modules of this package",
    "remote/anonymous_store.py": "the token in the state folder",
    "remote/credential.py": "the token's file",
    "remote/part_file.py::Marker": "markers of downloads, in the state folder",
    "reporting/page.py::_template": "the page's template, a resource of the package",
    "intake/watch/watcher_supervisor.py::WatcherSupervisor": (
        "the pulse's folder, in the state folder"
    ),
    "intake/watch/watcher.py::Watcher": "the pulse, in the state folder; /proc",
    "intake/watch/watcher.py::_inotify_fds": "/proc",
    "cli/container/folders.py": (
        "the folder of the configuration and state; whose an empty workspace is"
    ),
    "cli/container/identity.py": "/proc",
    "cli/service_kinds.py::check_unshared": "configurations of other services, in /etc",
    "cli/init.py": "makes the folders of a new workspace, and the configuration file",
    "cli/demo/": "makes and shows the demonstration's own folder",
    "cli/exits.py": "/dev/null",
    "cli/context.py": "the state folder",
    "web/pages.py::_static_text": "the page's style and script, resources of the package",
    "installer/": "units, configuration and token of a service, as systemd reads them",
    "cli/journal.py": "copies of the journal",
    "cli/check/machine.py::inotify": "/proc",
}
#: What reads a file that is open already; its namesake of Path takes no descriptor.
READS_DESCRIPTORS = "reading"


class Calls(ast.NodeVisitor):
    """The forbidden calls of one module, each with the outermost thing that holds it."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int, str]] = []
        self._outermost = ""

    def visit(self, node: ast.AST) -> None:
        """Every node; functions and classes of the module itself give their name."""
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if named and not self._outermost:
            self._outermost = node.name  # type: ignore[attr-defined]
            self.generic_visit(node)
            self._outermost = ""
            return
        if isinstance(node, ast.Call) and (words := forbidden(node)):
            self.found.append((self._outermost, node.lineno, words))
        if isinstance(node, ast.ImportFrom) and node.module in FORBIDDEN:
            for alias in node.names:
                if alias.name in FORBIDDEN[node.module]:
                    words = f"from {node.module} import {alias.name}"
                    self.found.append((self._outermost, node.lineno, words))
        self.generic_visit(node)


def forbidden(call: ast.Call) -> str:
    """The call as it is written when it touches a file by its name, else ""."""
    function = call.func
    if isinstance(function, ast.Name):
        return "open" if function.id == "open" else ""
    if not isinstance(function, ast.Attribute):
        return ""
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if owner in FORBIDDEN:
        return f"{owner}.{function.attr}" if function.attr in FORBIDDEN[owner] else ""
    if function.attr not in METHODS or not is_of_a_path(call, function.attr, owner):
        return ""
    return f"….{function.attr}"


def is_of_a_path(call: ast.Call, method: str, owner: str) -> bool:
    """Tells Path's methods from their namesakes: `str.replace` takes two texts,
    `dataclasses.replace` keywords, and a class of ours opens itself."""
    if method == "replace":
        return len(call.args) == 1 and not call.keywords and owner != "dataclasses"
    return owner != READS_DESCRIPTORS and not (method == "open" and owner[:1].isupper())


def offences(tree: ast.Module, module: str) -> Iterator[str]:
    """What a module does that only `fs/` may."""
    for outermost, line, words in calls_of(tree):
        if not is_elsewhere(module, outermost):
            yield f"{module}:{line}: {words}"


def is_elsewhere(module: str, outermost: str) -> bool:
    """Whether this place is one of the exceptions."""
    folders = [name for name in ELSEWHERE if name.endswith("/")]
    if any(module.startswith(folder) for folder in folders):
        return True
    return module in ELSEWHERE or f"{module}::{outermost}" in ELSEWHERE


@cache
def calls_of(tree: ast.Module) -> list[tuple[str, int, str]]:
    """(outermost definition, line, words) of each call of the kind."""
    calls = Calls()
    calls.visit(tree)
    return calls.found


def test_nothing_outside_fs_touches_files_of_people() -> None:
    """A call that could reach below a workspace goes through fs/, or is a named exception."""
    assert [found for module, tree in modules().items() for found in offences(tree, module)] == []


def test_every_exception_is_needed() -> None:
    """One whose call has gone goes as well."""
    used = set[str]()
    for module, tree in modules().items():
        used |= {module for _ in calls_of(tree)}
        used |= {f"{module}::{outermost}" for outermost, _, _ in calls_of(tree)}
    idle = {name for name in ELSEWHERE if not any(u == name or u.startswith(name) for u in used)}
    assert idle == set()


@pytest.mark.parametrize(
    "line",
    [
        "open(path)",
        "path.open('rb')",
        "(inbox / name).read_bytes()",
        "path.write_text('x')",
        "Path(name).unlink()",
        "path.rename(other)",
        "path.replace(other)",
        "list(inbox.iterdir())",
        "os.open(path, os.O_RDONLY)",
        "os.listdir(folder)",
        "os.unlink(name, dir_fd=folder)",
        "shutil.move(one, other)",
        "from os import scandir",
    ],
)
def test_a_new_call_is_found(line: str) -> None:
    """In whatever form it comes into a room that works with people's files."""
    text = f"def claim(path):\n    {line}\n"
    assert list(offences(ast.parse(text), "intake/claim/claimer.py")) != []


@pytest.mark.parametrize(
    "line",
    [
        "text.replace('a', 'b')",
        "dataclasses.replace(row, path=path)",
        "replace(row, path=path)",
        "Journal.open(path, clock)",
        "os.path.isdir(path)",
        "path.stat()",
        "open_below(root, path)",
        "reading.read_text(fd)",
    ],
)
def test_what_touches_no_file_by_its_name_is_none(line: str) -> None:
    """Texts, records, stats and descriptors are free."""
    tree = ast.parse(f"def claim(path):\n    {line}\n")
    assert list(offences(tree, "intake/claim/claimer.py")) == []
