"""`nemowatch run`: the daemon in the foreground. Loads the configuration, prepares the state folder, and hands over."""

from __future__ import annotations

from pathlib import Path


def read_options(words: list[str]) -> tuple[Path | None, bool] | None:
    """(--config, --once) when there is nothing else among the words; None: let typer read them, and say what is wrong.

    The daemon runs for months: it does not carry a command line parser for two options."""
    config: Path | None = None
    once = False
    rest = iter(words)
    for word in rest:
        if word == "--once":
            once = True
        elif word == "--config" and (value := next(rest, "")):
            config = Path(value)
        elif word.startswith("--config="):
            config = Path(word.removeprefix("--config="))
        else:
            return None
    return config, once


def start(config: Path | None, once: bool) -> int:
    """Run the daemon until it ends; its exit code. Raises ConfigError with every mistake at once."""
    from nemowatch.cli.setting import find_setting, prepare_state_dir
    from nemowatch.config import check_layout
    from nemowatch.service.daemon import run_daemon

    setting = find_setting(config)
    check_layout(setting.config)
    prepare_state_dir(setting.state_dir)
    return run_daemon(setting.config, setting.path, setting.state_dir, setting.env, once=once)
