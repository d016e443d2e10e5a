#!/bin/sh
# collect.sh FOLDER: copies both variants of iptables, nft and conntrack from this Debian to FOLDER/tools, and Node to FOLDER/node. Each
# comes with the libraries that it loads, the package information and the licenses; there is no shell and no package manager. glibc is
# copied with Node: the tools use the glibc of the image that they are copied into.
set -eu
tools=$1/tools
node=$1/node
multiarch=$(dirname /usr/lib/*/xtables)
glibc='/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv))\.so'

# libraries FILE…: prints the shared libraries that the files load, one per line.
libraries() {
  ldd "$@" | sed -nE 's/.*(=>|^)[[:space:]]+(\/[^ ]+) .*/\2/p' | sort -u
}

# copyright PACKAGE: prints its license. Its folder may be a link to that of another package of the same source, which slim images lack.
copyright() {
  cat "/usr/share/doc/$1/copyright" 2>/dev/null && return
  source=$(dpkg-query -W -f '${source:Package}' "$1")
  dpkg-query -W -f '${source:Package} /usr/share/doc/${Package}/copyright\n' | sed -n "s/^$source //p" | while read -r file; do
    if [ -e "$file" ]; then cat "$file" && break; fi
  done
}

# describe FOLDER FILE…: records the packages that the files came from, as distroless images do, so that scanners find them.
describe() {
  folder=$1
  shift
  mkdir -p "$folder/var/lib/dpkg/status.d"
  for file in "$@"; do
    # With a merged /usr, a file has two names, and dpkg knows only one of them.
    owner=$(dpkg -S "$file" 2>/dev/null || dpkg -S "/usr$file" 2>/dev/null || dpkg -S "${file#/usr}")
    package=${owner%%:*}
    dpkg-query -s "$package" >"$folder/var/lib/dpkg/status.d/$package"
    mkdir -p "$folder/usr/share/doc/$package"
    copyright "$package" >"$folder/usr/share/doc/$package/copyright"
  done
}

mkdir -p "$tools/usr/sbin" "$tools$multiarch"
for name in xtables-nft-multi xtables-legacy-multi nft conntrack; do cp -L "/usr/sbin/$name" "$tools/usr/sbin/"; done
cp -r "$multiarch/xtables" "$tools$multiarch/"
# There is one binary per variant, which acts according to the name that it is called by. A name without a variant means nft, as in Debian.
for family in iptables ip6tables; do
  for verb in "" -save -restore; do
    for variant in nft legacy; do ln -s "xtables-$variant-multi" "$tools/usr/sbin/$family-$variant$verb"; done
    ln -s "$family-nft$verb" "$tools/usr/sbin/$family$verb"
  done
done
loaded=$(libraries "$tools"/usr/sbin/xtables-*-multi "$tools/usr/sbin/nft" "$tools/usr/sbin/conntrack" "$tools$multiarch"/xtables/*.so | grep -vE "$glibc")
# shellcheck disable=SC2086 # library names have no spaces
cp -L $loaded "$tools$multiarch/"
# shellcheck disable=SC2086
describe "$tools" /usr/sbin/xtables-nft-multi /usr/sbin/nft /usr/sbin/conntrack $loaded

# The Debian release of the packages, which scanners need to find CVEs.
mkdir -p "$node/etc"
cp -L /etc/os-release "$node/etc/"

# A merged /usr, as in this Debian: the binary names its loader by a path below /lib or /lib64.
mkdir -p "$node/nodejs/bin" "$node/usr/lib" "$node/usr/lib64" "$node/usr/share/doc/nodejs"
ln -s usr/lib usr/lib64 "$node/"
cp -L "$(command -v node)" "$node/nodejs/bin/"
# The license's path in the official images.
if [ -e /usr/local/LICENSE ]; then cp /usr/local/LICENSE "$node/usr/share/doc/nodejs/"; fi
loaded=$(libraries "$node/nodejs/bin/node")
for library in $loaded; do
  mkdir -p "$node$(dirname "$library")"
  cp -L "$library" "$node$library"
done
# shellcheck disable=SC2086
describe "$node" $loaded

find "$1" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
