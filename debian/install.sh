#!/bin/sh
# Install the Debian packages named, when they are missing: by apt as root, else say which.
set -eu
present() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing=
for package in "$@"; do
    present "$package" && continue
    # A Python that brings venv along (not Debian's own) needs no package for it.
    [ "$package" = python3-venv ] && python3.11 -c 'import ensurepip, venv' 2>/dev/null && continue
    missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "缺少系统软件包 / missing packages:$missing" >&2
    echo "请执行 / please run: sudo apt-get install$missing" >&2
    # Tests that need them say so one by one; only Python itself cannot be done without.
    case "$missing" in *python3-venv*) exit 1 ;; *) exit 0 ;; esac
fi

echo "安装系统软件包 / installing:$missing"
# A service started at installation would take the ports that tests and devices use.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
ours=$log
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    ours="$log $policy"
fi
# shellcheck disable=SC2064,SC2086 # the words of now, and lists of words
trap "rm -f $ours" EXIT
export DEBIAN_FRONTEND=noninteractive
wait='-o DPkg::Lock::Timeout=300'
# shellcheck disable=SC2086
{ apt-get $wait -q update && apt-get $wait -q install -y --no-install-recommends $missing; } \
    > "$log" 2>&1 || { tail -n 20 "$log" >&2; exit 1; }
