# Sourced by the scripts: makes .venv from requirements.lock when it is missing or the lock has changed, and puts it first in PATH.
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/lib/python.sh
# Where Python may not keep what it has compiled, each of a thousand processes compiles it anew.
unset PYTHONDONTWRITEBYTECODE

make_venv() {
    local stamp
    stamp=$(stamp_of requirements.lock pyproject.toml)
    if [ "$(cat .venv/stamp 2>/dev/null)" != "$stamp" ]; then
        echo "setting up .venv (once) …" >&2
        rm -rf .venv
        "$(python_of_ours)" -m venv .venv
        install_locked .venv requirements.lock
        .venv/bin/pip install --quiet --no-deps --no-build-isolation -e .
        .venv/bin/python -m compileall -q nemowatch # once, and not by each of the first processes
        echo "$stamp" >.venv/stamp
    fi
}

make_venv
export PATH="$PWD/.venv/bin:$PATH"
