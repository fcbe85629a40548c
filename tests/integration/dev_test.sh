#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ./dev on a small project of its own, in a path with spaces: exit codes, what it prints, and what it
# says to a user who may not install packages.
set -euo pipefail

tree="$MILLRACE_SCRATCH/a tree"
tools="$MILLRACE_SCRATCH/tools"
mkdir -p "$tree/tests" "$tools"
cp "$MILLRACE_SOURCE/dev" "$MILLRACE_SOURCE/CMakePresets.json" "$tree"

die() {
    printf '%s\n' "$*" "--- the last output:" "$output" >&2
    exit 1
}
output='' code=0
dev() { # ARGUMENT…: runs ./dev from another folder; sets code and output
    code=0
    output=$(cd / && PATH="$tools:$PATH" CI=true "$tree/dev" "$@" 2>&1) || code=$?
}
expect() { # CODE WORDS…
    ((code == $1)) || die "exit code $code instead of $1"
    shift
    for words in "$@"; do
        [[ $output == *"$words"* ]] || die "no '$words'"
    done
}
stub() { # NAME TEXT: a tool that stands before the machine's own
    printf '#!/bin/sh\n%s\n' "$2" >"$tools/$1"
    chmod +x "$tools/$1"
}
project() { # CMAKE_LINE…: a project of tests that need no compiler
    { printf 'cmake_minimum_required(VERSION 3.25)\nproject(small LANGUAGES NONE)\nenable_testing()\n' && printf '%s\n' "$@"; } >"$tree/CMakeLists.txt"
}

# shellcheck disable=SC2016 # the stub expands it
stub dpkg-query 'shift 2; for name; do echo "$name installed"; done'

dev help
expect 0 './dev run' './dev test'
dev nonsense
expect 2 'unknown command: nonsense'
dev test --nonsense
expect 2 '--nonsense'

project 'add_test(NAME core.log.good COMMAND true)' 'add_test(NAME core.log.bad COMMAND sh -c "echo seen; exit 1")' \
    'add_test(NAME core.sql.good COMMAND true)' 'add_test(NAME core.sql.long COMMAND false)' \
    'set_tests_properties(core.sql.long PROPERTIES LABELS full)'
dev test
expect 1 'core.log.bad: ***Failed' 'seen' '1 not passed' 'tests passed, 1 tests failed out of 3' 'core.log.bad (Failed)'
[[ $output =~ core\.log\ +2\ cases ]] || die 'no line for core.log with its 2 cases'
[[ $output =~ core\.sql\ +1\ cases.*ok ]] || die 'no line for core.sql with its 1 case'
dev test core.sql
expect 0 '100% tests passed, 0 tests failed out of 1'
dev test --full core.sql
expect 1 'core.sql.long (Failed)' 'out of 2'
dev test nothing.like.it
expect 1 'No test matches nothing.like.it'

project 'add_custom_target(broken ALL COMMAND sh -c "echo why it broke; exit 1")'
dev build
expect 1 'why it broke' 'The build of release failed'
project 'message(FATAL_ERROR "libwater was not found")'
dev build core-only
expect 1 'libwater was not found' 'could not configure core-only'

# run, with programs that print their arguments.
cat >"$tree/program" <<'PROGRAM'
#!/usr/bin/env bash
echo "${0##*/} platform=${QT_QPA_PLATFORM:-} $*"
while (($#)); do
    [[ $1 != --screenshot ]] || echo picture >"$2"
    shift
done
PROGRAM
chmod +x "$tree/program"
# shellcheck disable=SC2016 # CMake expands what stands in these lines
project 'file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/bin)' 'add_custom_target(unwanted ALL COMMAND false)' 'foreach(program millrace millrace-studio)' \
    'add_custom_target(${program} COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/program ${CMAKE_BINARY_DIR}/bin/${program})' 'endforeach()'
common="resources/templates/clickstream.millrace --data $HOME/.local/share/millrace/demo --budget 2GB"
dev run
expect 0 'no display' "millrace platform= run $common --for 20s --dashboard" \
    "millrace-studio platform=offscreen $common --run --screenshot build/studio.png --after 10s --size 1600x1000" \
    "$tree/build/studio.png"
[[ -s $tree/build/studio.png ]] || die 'no picture'
DISPLAY=:7 XDG_DATA_HOME="$HOME/my data" dev run
expect 0 "millrace-studio platform= resources/templates/clickstream.millrace --data $HOME/my data/millrace/demo --budget 2GB --run"
[[ $output != *'no display'* ]] || die 'speaks of no display although there is one'

# .ci/run goes on after a red step and fails in the end.
mkdir -p "$MILLRACE_SCRATCH/ci/.ci"
cp "$MILLRACE_SOURCE/.ci/run" "$MILLRACE_SCRATCH/ci/.ci"
# shellcheck disable=SC2016 # the stub expands it
printf '#!/bin/sh\necho "step $*"; [ "$*" != "test" ] || [ -e green ]\n' >"$MILLRACE_SCRATCH/ci/dev"
chmod +x "$MILLRACE_SCRATCH/ci/dev"
code=0 && output=$(cd / && "$MILLRACE_SCRATCH/ci/.ci/run" 2>&1) || code=$?
expect 1 'step lint --quick' 'step test' 'step test --preset dev' 'step test --preset tsan-core' '1 of 5 steps failed'
touch "$MILLRACE_SCRATCH/ci/green"
code=0 && output=$(cd / && "$MILLRACE_SCRATCH/ci/.ci/run" 2>&1) || code=$?
expect 0 'passed'

# Neither root nor sudo: the line to type, and exit code 3. Root becomes nobody for it.
stub dpkg-query 'exit 1'
for tool in bash env nproc dirname mkdir apt-get apt-cache sed tail cat grep; do
    ln -sf "$(command -v "$tool")" "$tools/$tool"
done
become=()
if ((EUID == 0)); then
    become=("$(command -v setpriv)" --reuid=65534 --regid=65534 --clear-groups)
    chmod -R a+rwX "$MILLRACE_SCRATCH"
    [[ $MILLRACE_SCRATCH != /root/* ]] || exit 0 # nobody cannot look into root's home
fi
code=0
output=$(cd / && PATH="$tools" "${become[@]}" "$tree/dev" build 2>&1) || code=$?
expect 3 'neither root nor has sudo' 'apt-get install --no-install-recommends g++ cmake'
