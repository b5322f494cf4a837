# Sourced by the scripts: makes .venv from requirements.lock when it is missing or the lock has changed, and puts it first in PATH.
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PIP_DISABLE_PIP_VERSION_CHECK=1

python_of_ours() {
    for name in "${NEMOWATCH_PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$name" ] && command -v "$name" >/dev/null || continue
        "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$name"; return; }
    done
    echo "nemowatch needs Python 3.11 or newer with venv and pip (Debian: apt install python3-venv)." >&2
    return 1
}

make_venv() {
    local stamp
    stamp=$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1)
    if [ "$(cat .venv/stamp 2>/dev/null)" != "$stamp" ]; then
        echo "setting up .venv (once) …" >&2
        rm -rf .venv
        "$(python_of_ours)" -m venv .venv
        .venv/bin/pip install --quiet --require-hashes -r requirements.lock
        .venv/bin/pip install --quiet --no-deps --no-build-isolation -e .
        echo "$stamp" >.venv/stamp
    fi
}

make_venv
export PATH="$PWD/.venv/bin:$PATH"
