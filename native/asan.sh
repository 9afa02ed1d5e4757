#!/bin/sh
# Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer beside the normal build and runs its tests on it:
#   native/asan.sh [arguments of vitest]
# Node itself is not instrumented, so the sanitizer's runtime is preloaded. Reports stop the process that they are about,
# which fails its test, and are printed at the end. Node and V8 free little when they exit, so a leak counts where the
# addon itself asked for the memory.
set -eu
cd "$(dirname "$0")/.."
build=build/asan
cmake -S . -B "$build" -DMLI_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug
cmake --build "$build" --target mli_dlr
reports="$PWD/$build/reports"
rm -rf "$reports" && mkdir "$reports"

status=0
LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
ASAN_OPTIONS="log_path=$reports/report:detect_leaks=1:exitcode=0:quarantine_size_mb=8" \
UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1" \
MLI_ADDON="$PWD/$build/Release/mli_dlr.node" \
  npx vitest run "${@:-test/native}" || status=$?

# One paragraph of a report is one leak; its first frame that is not the allocator or the standard library decides.
leaks_of_ours='
  BEGIN { RS = ""; FS = "\n" }
  /leak of/ {
    for (i = 2; i <= NF; i++) {
      if ($i ~ /asan_(new_delete|malloc_linux)|\/include\/c\+\+\//) continue
      if ($i ~ /\/native\/|node-addon-api|mli_dlr\.node/) print $0 "\n"
      break
    }
  }'
found=0
for report in "$reports"/*; do
  [ -e "$report" ] || break
  if grep -q -e 'ERROR: AddressSanitizer' -e 'runtime error:' "$report"; then
    found=$((found + 1))
    cat "$report"
  fi
  leaks=$(awk "$leaks_of_ours" "$report")
  if [ -n "$leaks" ]; then
    found=$((found + 1))
    echo "$leaks"
  fi
done
echo "sanitizer reports on the addon: $found"
[ "$found" -eq 0 ] || exit 1
exit "$status"
