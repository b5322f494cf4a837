# Sourced by what only runs nemowatch: makes .venv-run from requirements-run.lock, and runs this
# checkout from where it is.
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/lib/python.sh

make_run_venv() {
    local stamp
    stamp=$(stamp_of requirements-run.lock)
    if [ "$(cat .venv-run/stamp 2>/dev/null)" != "$stamp" ]; then
        echo "setting up .venv-run (once) …" >&2
        rm -rf .venv-run
        "$(python_of_ours)" -m venv .venv-run
        install_locked .venv-run requirements-run.lock
        echo "$stamp" >.venv-run/stamp
    fi
}

# whoever develops has the packages already
if [ "$(cat .venv/stamp 2>/dev/null)" = "$(stamp_of requirements.lock pyproject.toml)" ]; then
    export PATH="$PWD/.venv/bin:$PATH"
else
    make_run_venv
    export PATH="$PWD/.venv-run/bin:$PATH" PYTHONPATH="$PWD"
fi
