#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs one test script in a folder of its own and leaves nothing running behind it.
# Usage: run_script.sh SCRIPT SCRATCH, where SCRATCH is made anew, and kept when the script fails.
set -euo pipefail

script=$(realpath -- "$1")
rm -rf -- "$2"
mkdir -p -- "$2/home"
MILLRACE_SCRATCH=$(realpath -- "$2")
export MILLRACE_SCRATCH
# A test never sees or touches the user's own files and settings.
export HOME=$MILLRACE_SCRATCH/home
unset XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME DISPLAY WAYLAND_DISPLAY
cd -- "$MILLRACE_SCRATCH"

case $script in
*.py) interpreter=(python3 -B) ;;
*) interpreter=(bash) ;;
esac

# Job control gives the script a process group of its own; whatever it started goes with it, also when
# ctest ends this script at its time limit.
set -m
"${interpreter[@]}" "$script" &
group=$!
trap 'kill -KILL -- "-$group" 2>/dev/null || true' EXIT
trap 'exit 143' TERM INT
status=0
wait "$group" || status=$?
if ((status)); then
    printf '%s failed with exit code %d; its files are in %s\n' "${script##*/}" "$status" "$MILLRACE_SCRATCH" >&2
else
    cd / && rm -rf -- "$MILLRACE_SCRATCH"
fi
exit "$status"
