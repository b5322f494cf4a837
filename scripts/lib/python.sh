# Sourced by venv.sh and run-venv.sh: which Python, and how locked packages are installed.
export PIP_DISABLE_PIP_VERSION_CHECK=1

python_of_ours() {
    for name in "${NEMOWATCH_PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$name" ] && command -v "$name" >/dev/null || continue
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "nemowatch needs Python 3.11 or newer with venv and pip." >&2
    echo "On Debian: apt install python3-venv" >&2
    return 1
}

stamp_of() { cat "$@" | sha256sum | cut -d' ' -f1; }

# One line that counts, so that nobody looks at a still terminal; pip's own words are kept for
# when it fails.
install_locked() {
    local venv=$1 lock=$2 all log
    all=$(grep -c '^[A-Za-z0-9].*==' "$lock")
    log=$(mktemp)
    if ! "$venv/bin/pip" install --no-color --require-hashes -r "$lock" 2>&1 |
        tee "$log" | count_packages "$all"; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

count_packages() {
    local all=$1 seen=0 line
    while read -r line; do
        case $line in
            Collecting*) seen=$((seen + 1)); show_progress "  $seen of at most $all packages" ;;
            Installing*) show_progress "  installing $seen packages …" ;;
        esac
    done
    if [ -t 2 ]; then echo >&2; fi
}

# A line over the one before on a terminal; nothing in a log.
show_progress() { if [ -t 2 ]; then printf '\r%-40s' "$1" >&2; fi; }
