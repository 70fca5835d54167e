#!/bin/sh
# Runs the command line of this image by its own Java, and by nothing else that a shell has not built in.
#
#   handgrad [JVM OPTION...] COMMAND [ARGUMENT...]
#
# Arguments in front of the command that start with -D or -X go to the JVM: handgrad -Xmx8g -Dhandgrad.blas=off train
set -eu

fail() {
    printf 'handgrad: %s\n' "$1" >&2
    exit 1
}

script=$0
while [ -L "$script" ]; do
    command -v readlink >/dev/null ||
        fail "$script is a link, and to follow it takes readlink, which is not on PATH; run the file that it names"
    link=$(readlink "$script")
    case $link in
        /*) script=$link ;;
        *) script=${script%/*}/$link ;;
    esac
done
case $script in
    */*) image=${script%/*} ;;
    *) image=. ;;
esac
image=$(CDPATH='' cd -- "$image" && pwd -P)
case $image in
    *:*) fail "the path of this image has a colon, which separates paths for Java: rename a folder of $image" ;;
esac
[ -x "$image/runtime/bin/java" ] ||
    fail "there is no $image/runtime/bin/java that may be run; unpack the whole archive, on a disk without noexec"
terminal=false
[ ! -t 2 ] || terminal=true
exec "$image/runtime/bin/java" -XX:-UsePerfData -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m \
    --class-path "$image/modules/*" "-Dhandgrad.image=$image" "-Dhandgrad.terminal=$terminal" \
    handgrad.app.image.ImageMain "$@"
