#!/bin/sh
# A fake of libgpiod's gpioset for tests: there is no GPIO chip here. It writes down how it was called, and holds until its input ends.
if [ "$1" = --version ]; then
  echo "gpioset (libgpiod) v${FAKE_GPIOD_VERSION:-1.6.3}"
  exit 0
fi
folder=$(dirname "$0")
echo "set $*" >>"$folder/calls"
cat >/dev/null
echo "released $*" >>"$folder/calls"
