# Sourced by test-service: a bare Debian 12 with nothing but what the documents have apt install, and
# a folder of wheels that stands for the package index. Both are kept in NEMOWATCH_BARE_DEBIAN and
# made anew when what they are made of changes. Needs root, mmdebstrap and the network.

make_bare_debian() {
    local folder=$1 include stamp
    include=systemd,systemd-sysv,dbus,python3,$(python -m tests.rigs.document_blocks docs/operations.md)
    stamp=$(echo "$include" | cat - requirements-run.lock | sha256sum)
    if [ "$(cat "$folder/stamp" 2>/dev/null)" != "$stamp" ]; then
        rm -rf "$folder"
        mkdir -p "$folder"
        mmdebstrap --quiet --variant=minbase --include="$include" bookworm "$folder/tree"
        pip download --quiet --no-deps --require-hashes -d "$folder/index" -r requirements-run.lock
        pip download --quiet -d "$folder/index" hatchling setuptools wheel pip uv
        echo "$stamp" >"$folder/stamp"
    fi
    rm -f "$folder"/index/nemowatch-*
    python -m hatchling build --target wheel -d "$folder/index"
}
