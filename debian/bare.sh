#!/bin/bash
# On a bare Debian 12, with only Python, make and certificates: does `make run` bring up a console
# whose devices answer, does it leave nothing behind, and does `make test` hold?
#
#   debian/bare.sh [COMMAND...]    COMMAND instead of `make test`, e.g. true
#
# Root only. All happens in a root and in namespaces of its own: when this ends, however it ends,
# every process in there is dead and every mount gone.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "make bare 需要 root" >&2; exit 1; }

if [ -z "${BARE_ROOT-}" ]; then
    sh "$here/install.sh" debootstrap git util-linux
    BARE_ROOT=$(mktemp -d -t netops-bare.XXXXXX)
    export BARE_ROOT
    trap 'rm -rf --one-file-system "$BARE_ROOT"' EXIT
    trap 'exit 130' INT TERM
    unshare --mount --pid --fork --kill-child bash "$0" "$@"
    exit
fi

root=$BARE_ROOT
mount --bind "$root" "$root" # tests make namespaces in there, which takes a root that is a mount
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
echo "debootstrap…"
debootstrap --variant=minbase --include=ca-certificates,make,python3 bookworm "$root" "$mirror" \
    > "$root.log" || { tail -n 20 "$root.log"; exit 1; }
rm "$root.log"
chmod 755 "$root" # not only root lives in there: apt, PostgreSQL

# The bare system reaches packages the way this machine does: resolver, certificates, proxies, indexes.
for file in etc/resolv.conf etc/pip.conf etc/xdg/pip usr/local/share/ca-certificates etc/ssl/certs; do
    [ -e "/$file" ] || continue
    mkdir -p "$root/${file%/*}"
    rm -rf "${root:?}/$file"
    cp -rLp "/$file" "$root/$file"
done
apt-config dump | grep -E '^Acquire::(http|https)::' > "$root/etc/apt/apt.conf.d/99machine" || true
kept=()
for name in $(compgen -e); do
    case $name in
        PIP_FIND_LINKS) ;; # a folder of this machine
        *_proxy | *_PROXY | PIP_* | npm_config_* | *SSL_CERT* | *CA_CERTS | *CA_BUNDLE)
            kept+=("$name=${!name}") ;;
    esac
done

mount -t proc proc /proc
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
mkdir -p "$root/srv/netops"
git -C "$here/.." archive HEAD | tar -x -C "$root/srv/netops"

# Not a chroot proper: inside one the kernel refuses user namespaces, which tests need.
inside() {
    unshare --mount /usr/bin/env -i HOME=/root TERM=dumb \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${kept[@]}" \
        /bin/bash -ec 'cd "$0"; pivot_root . mnt; umount -l /mnt; cd /srv/netops; exec env "$@"' \
        "$root" "$@"
}
echo "make run…"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
set -m # a process group of its own, as in a terminal, so that Ctrl-C reaches what it would reach there
inside NETOPS_HOST=127.0.0.1 NETOPS_PORT="$port" make run > "$root/run.log" 2>&1 &
console=$!
set +m
python3 "$here/bare_up.py" "$port" "$console" || { tail -n 40 "$root/run.log"; exit 1; }
cat "$root/run.log"
kill -INT -- "-$console"
wait "$console" || true
left= # what else runs in this namespace of processes was started by the console
for process in /proc/[0-9]*; do
    [ "$process" = "/proc/$$" ] || left="$left,${process#/proc/}"
done
[ -z "$left" ] || { echo "still running after Ctrl-C:"; ps -o pid,args -p "${left#,}"; exit 1; }

[ $# -gt 0 ] || set -- make test
echo "$*…"
inside LAB_REQUIRED=1 "$@"
echo "bare: ok"
