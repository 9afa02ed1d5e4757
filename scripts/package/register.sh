#!/bin/sh
# Tells the inference component of this device where a model or a runtime library is: writes one JSON file into the work folder
# of the component that brings it. A nucleus runs it in the component's install step; POSIX sh and coreutils are all it needs.
#
#   sh register.sh KIND NAME COMPONENT FILE ARCHITECTURE WORK
#
#   KIND          model or runtime
#   NAME          what configurations call it: waste-sorter
#   COMPONENT     the component that brings it: mli.model.WasteSorter
#   FILE          the file whose digest identifies it, from the folder of this script: waste-sorter/model.json
#   ARCHITECTURE  x64, arm64 or any
#   WORK          the component's work folder
#
# The version is the name of the folder above: .../artifacts-unarchived/COMPONENT/VERSION/ARCHIVE/register.sh
set -eu
umask 022

fail() {
  printf 'register.sh: %s\n' "$1" >&2
  exit 1
}

[ "$#" -eq 6 ] || fail "expected KIND NAME COMPONENT FILE ARCHITECTURE WORK, got $# arguments"
kind=$1 name=$2 component=$3 architecture=$5 work=$6

home=$(cd "$(dirname "$0")" && pwd)
file=$home/$4
folder=${file%/*}
above=${home%/*}
version=${above##*/}
store=${work%/}/mli-store
entry=$store/$name.json

case $kind in model | runtime) ;; *) fail "the kind is $kind, expected model or runtime" ;; esac
case $architecture in x64 | arm64 | any) ;; *) fail "the architecture is $architecture, expected x64, arm64 or any" ;; esac
case $name$component$version in *[!A-Za-z0-9._+-]*) fail "$name, $component or $version has a character that does not belong there" ;; esac
case $folder in *[\"\\]* | *[[:cntrl:]]*) fail "the folder $folder has a quote, a backslash or a control character in its name" ;; esac

if [ ! -f "$file" ]; then
  [ "$kind" = runtime ] || fail "$file is missing: the archive is not whole"
  # On processors for which no library is published the archive is the place for one's own.
  rm -f "$entry"
  printf 'register.sh: %s brings no %s for %s; nothing is registered\n' "$component" "$4" "$architecture"
  exit 0
fi

digest=$(sha256sum "$file")
digest=${digest%% *}
digest=${digest#\\}

mkdir -p "$store"
fresh=$store/.$name.json.$$
printf '{"kind":"%s","name":"%s","component":"%s","version":"%s","folder":"%s","sha256":"%s","architecture":"%s"}\n' \
  "$kind" "$name" "$component" "$version" "$folder" "$digest" "$architecture" >"$fresh"
# The inference component may read at any moment, and power may fail: the file is whole before it has its name.
sync "$fresh"
mv -f "$fresh" "$entry"
printf 'register.sh: registered %s %s %s (%s)\n' "$kind" "$name" "$version" "$folder"
