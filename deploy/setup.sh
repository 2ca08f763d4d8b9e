#!/usr/bin/env bash
# Makes this checkout ready to run: Debian packages, a virtual environment from the hashed lock, the project itself.
# Run again at any time: what is there already is only looked at. Used by every make target that needs it.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.venv
readonly stamp=$venv/.baidiao-setup
readonly policy=/usr/sbin/policy-rc.d
# pcscd and vpcd: the card reader stack and its virtual reader. libfribidi0: Pillow's raqm, without which Thai marks fall
# off. libusb: USB printers. chromium: the kiosk's screen. postgresql, nginx: the store's second engine and the centre's
# proxy, in tests too. The rest compiles pyscard, which is published as source only.
packages=(pcscd vsmartcard-vpcd libpcsclite1 libfribidi0 libusb-1.0-0 chromium postgresql nginx ca-certificates gcc libc6-dev swig libpcsclite-dev pkg-config)

say() { printf '\033[1m%s\033[0m\n' "$*"; }
fail() {
  printf '\nSetup stopped: %s\n' "$1" >&2
  printf 'What to do: %s\n' "$2" >&2
  exit 1
}
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "'$*' needs root, and sudo is not installed." "Run the same make command as root."
  fi
}

find_python() {
  # Debian's own first: it is what kiosks and centres run, and it is built with the compiler's profile, unlike many a
  # Python that somebody compiled.
  local candidate
  for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "no Python 3.11 or newer was found." "Install it (Debian: apt-get install python3) and run make again."
}

base_of() {
  "$1" -c 'import os, sys; print(os.path.realpath(sys._base_executable))'
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

keep_nginx_still() {
  # Debian starts a web server as it installs it, and at every boot. This one waits for its configuration (README, "On a
  # real server"). Where such a policy is there already, it is left alone.
  [ ! -e "$policy" ] || return 0
  trap 'as_root rm -f "$policy"' EXIT
  printf '#!/bin/sh\n[ "$1" != nginx ] || exit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

install_packages() {
  command -v dpkg-query >/dev/null || fail "this is not a Debian-like system (no dpkg)." \
    "Use Debian 12 or 13 or Raspberry Pi OS, or install these by hand: ${packages[*]}"
  # Debian splits venv and headers off its own Python; other builds bring theirs.
  "$python" -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
  "$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' \
    || packages+=(python3-dev)
  local missing
  mapfile -t missing < <(missing_packages)
  if [ "${#missing[@]}" -eq 0 ]; then
    say "[1/3] Debian packages: all there"
    return
  fi
  say "[1/3] Debian packages: installing ${missing[*]}"
  local log nginx_is_new=
  log=$(mktemp)
  case " ${missing[*]} " in *" nginx "*) nginx_is_new=1; keep_nginx_still ;; esac
  if ! { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive \
         apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    fail "apt-get could not install: ${missing[*]} (whole output: $log)." \
      "Check the network and /etc/apt/sources.list, then run make again; it goes on where it stopped."
  fi
  rm -f "$log"
  if [ -n "$nginx_is_new" ] && [ -d /run/systemd/system ]; then as_root systemctl disable --quiet nginx || true; fi
}

quietly_pip() {
  # pip's words are many; they matter only when it fails.
  if ! "$venv/bin/python" -m pip --disable-pip-version-check "$@" >"$venv/pip.log" 2>&1; then
    tail -n 20 "$venv/pip.log" >&2
    fail "pip could not do this: pip $* (whole output: $venv/pip.log)." \
      "Check the network and free disk space (df -h .), then run make again."
  fi
}

install_python_packages() {
  local wanted
  wanted=$({ cat requirements.lock pyproject.toml kiosk/firmware/stubs.lock; "$python" --version; base_of "$python"; pwd; } \
    | sha256sum | cut -d' ' -f1)
  if [ -x "$venv/bin/baidiao" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    say "[2/3] Python packages: all there"
    say "[3/3] Project: installed"
    return
  fi
  say "[2/3] Python packages: installing $(grep -c '^[a-z]' requirements.lock) from requirements.lock into $venv"
  if ! "$venv/bin/python" -c 'import pip' 2>/dev/null || [ "$(base_of "$venv/bin/python")" != "$(base_of "$python")" ]; then
    rm -rf "$venv"
    "$python" -m venv "$venv" || fail "the virtual environment could not be made." "Check free disk space: df -h ."
  fi
  # Build tools first, from the same hashed lock: then nothing unhashed is fetched for compiling pyscard.
  awk '/^setuptools==/ {on=1; print; next} on && /^[a-z]/ {exit} on' requirements.lock >"$venv/build.lock"
  quietly_pip install --require-hashes -r "$venv/build.lock"
  quietly_pip install --require-hashes --no-build-isolation -r requirements.lock
  say "[3/3] Project: installing it in place"
  quietly_pip install --no-deps --no-build-isolation --editable .
  # MicroPython's own "time", "socket" and so on, as types: in a folder apart, lest they hide the real ones.
  rm -rf "$venv/micropython-stubs"
  quietly_pip install --require-hashes --no-deps --target "$venv/micropython-stubs" -r kiosk/firmware/stubs.lock
  echo "$wanted" >"$stamp"
}

python=$(find_python)
install_packages
install_python_packages
