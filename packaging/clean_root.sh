#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs `./dev COMMAND…` from a fresh clone of this checkout's HEAD in a fresh Debian without anything
# installed, and prints how long it took. Needs root, mmdebstrap and about 8 GB of disk.
#
#   packaging/clean_root.sh bookworm|trixie [--keep] [COMMAND…]     (default: test, then run)
#
# The Debian mirror is MIRROR (default: mmdebstrap's own); proxies come from the environment, further
# certificates from SSL_CERT_FILE. The root stands in ROOTS (default /var/tmp/millrace-roots).
set -euo pipefail

(($#)) || { sed -n '3,10s/^# \{0,1\}//p' "$0"; exit 2; }
suite=$1 keep=
shift
[[ ${1:-} != --keep ]] || { keep=1; shift; }
((EUID == 0)) || { echo 'clean_root: needs root, for mmdebstrap and chroot' >&2; exit 3; }
command -v mmdebstrap >/dev/null || { echo 'clean_root: apt-get install mmdebstrap' >&2; exit 3; }

checkout=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
roots=${ROOTS:-/var/tmp/millrace-roots}
tree=$roots/$suite

trap '[[ $keep ]] || rm -rf --one-file-system -- "$tree"' EXIT

minutes() { printf '%d:%02d min' $(($1 / 60)) $(($1 % 60)); }

# A root that is there already is not fresh: it would hide what ./dev forgets to install.
rm -rf --one-file-system -- "$tree"
mkdir -p "$roots"
from=$SECONDS
echo "==> Making a $suite root in $tree"
mmdebstrap --quiet --variant=minbase --include=ca-certificates,git "$suite" "$tree" ${MIRROR:+"$MIRROR"}
# What this machine needs to reach its mirror: the resolver, proxies of apt, certificates.
cp /etc/resolv.conf "$tree/etc/resolv.conf"
apt-config dump | grep -iE '^Acquire::[a-z]+::proxy' >"$tree/etc/apt/apt.conf.d/99proxy" || true
if [[ -n ${SSL_CERT_FILE:-} ]]; then
    cp "$SSL_CERT_FILE" "$tree/usr/local/share/ca-certificates/machine.crt"
    chroot "$tree" update-ca-certificates >/dev/null 2>&1 || true
fi
git clone --quiet --no-hardlinks "$checkout" "$tree/srv/millrace"
echo "==> Root and clone are ready after $(minutes $((SECONDS - from)))"

# In namespaces of its own: mounts and processes that are left over go when it ends.
inside() { # ./dev COMMAND…
    # shellcheck disable=SC2016 # the inner shells expand these
    unshare --mount --pid --fork --kill-child bash -c '
        tree=$1 && shift
        mount -t proc proc "$tree/proc" && mount -t tmpfs tmpfs "$tree/dev/shm" || exit 3
        exec chroot "$tree" "$@"' inside "$tree" \
        env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        nice bash -c 'cd /srv/millrace && ./dev "$@"' dev "$@"
}

status=0
timed() {
    local from=$SECONDS result=passed
    inside "$@" || { result=FAILED && status=1; }
    summary+=("$suite: ./dev $* $result in $(minutes $((SECONDS - from)))")
}
summary=()
if (($#)); then
    timed "$@"
else
    timed test
    timed run
fi
echo
printf '%s\n' "${summary[@]}"
exit "$status"
