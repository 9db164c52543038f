#!/bin/sh
# On a bare Debian 12, with only Python and make: does `make run` bring up a console whose devices
# answer, and does `make test` hold? Root only: it works in a chroot that is thrown away.
set -eu
[ "$(id -u)" = 0 ] || { echo "make bare 需要 root（chroot）" >&2; exit 1; }
command -v debootstrap >/dev/null || sh "$(dirname "$0")/install.sh" debootstrap
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
root=$(mktemp -d)
tree=$root/srv/netops
console=

finish() {
    [ -z "$console" ] || kill -INT "$console" 2>/dev/null || true
    [ -z "$console" ] || wait "$console" 2>/dev/null || true
    for place in dev/shm dev/pts dev proc; do umount "$root/$place" 2>/dev/null || true; done
    rm -rf --one-file-system "$root"
}
trap finish EXIT INT TERM

echo "debootstrap bookworm…"
debootstrap --variant=minbase --include=ca-certificates,make,python3 bookworm "$root" "$mirror" >/dev/null
# The chroot reaches packages the way this machine does: same resolver, certificates, settings.
for file in etc/resolv.conf etc/apt/sources.list etc/apt/apt.conf.d etc/pip.conf etc/xdg/pip \
    etc/npmrc usr/local/etc/npmrc usr/etc/npmrc root/.npmrc etc/ssl/certs; do
    [ -e "/$file" ] || continue
    mkdir -p "$root/$(dirname "$file")"
    rm -rf "${root:?}/$file"
    cp -rL "/$file" "$root/$file"
done
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
mkdir -p "$tree"
git archive HEAD | tar -x -C "$tree"

inside() { chroot "$root" /usr/bin/env -C /srv/netops "$@"; }

echo "make run…"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
inside NETOPS_PORT="$port" make run > "$root/run.log" 2>&1 &
console=$!
python3 - "$port" "$console" <<'P' || { tail -n 30 "$root/run.log"; exit 1; }
import json, os, sys, time, urllib.request
port, console = sys.argv[1:]
deadline = time.monotonic() + 900
while time.monotonic() < deadline:
    os.kill(int(console), 0)
    try:
        told = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5))
    except OSError:
        told = {"devices": {"up": 0}}
    if told["devices"]["up"] >= 25:
        sys.exit(print("up:", told))
    time.sleep(2)
sys.exit("no 25 devices within 15 minutes")
P
kill -INT "$console"
wait "$console" || true
console=

echo "make test…"
inside LAB_REQUIRED=1 make test
echo "bare: ok"
