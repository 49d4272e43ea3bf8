#!/bin/sh
# Installs the servers that the tests start by themselves, or says what to install.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="$missing chromium"
command -v mariadbd >/dev/null 2>&1 || [ -x /usr/sbin/mariadbd ] || missing="$missing mariadb-server"
# The clients that judge the local workspace, outside the tree; Node comes with them where it is missing.
python="${VENV:-.venv}/bin/python"
[ -x "$python" ] || python=python3
PYTHON="$python" sh "$(dirname "$0")/workspace/node/install.sh" >/dev/null
# What generated code runs in: its packages, also outside the tree, and the jail that is taken where it is installed.
"$python" -m bot.cli analysis >/dev/null
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ]; then
    echo "The tests need:$missing. As root: apt-get install -y$missing" >&2
    exit 1
fi
# A server that the package would start is not wanted: the tests start their own on private ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # The words are package names.
apt-get install -y -qq --no-install-recommends $missing >/dev/null
