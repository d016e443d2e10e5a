#!/bin/sh
# collect.sh FOLDER: from this Debian, to FOLDER/tools both variants of iptables, nft and conntrack; to FOLDER/node Node. Each with all
# that it loads, what package that came from, and the licenses; no shell, no package manager. glibc goes with Node: the tools
# use that of the image they are put into.
set -eu
tools=$1/tools
node=$1/node
multiarch=$(dirname /usr/lib/*/xtables)
glibc='/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv))\.so'

# libraries FILE…: the shared libraries that the files load, one a line.
libraries() {
  ldd "$@" | sed -nE 's/.*(=>|^)[[:space:]]+(\/[^ ]+) .*/\2/p' | sort -u
}

# copyright PACKAGE: its license. Its folder may be a link to that of another package of the same source, which slim images lack.
copyright() {
  cat "/usr/share/doc/$1/copyright" 2>/dev/null && return
  source=$(dpkg-query -W -f '${source:Package}' "$1")
  dpkg-query -W -f '${source:Package} /usr/share/doc/${Package}/copyright\n' | sed -n "s/^$source //p" | while read -r file; do
    if [ -e "$file" ]; then cat "$file" && break; fi
  done
}

# describe FOLDER FILE…: the packages that the files came from, in the way of distroless images, so that scanners see them.
describe() {
  folder=$1
  shift
  mkdir -p "$folder/var/lib/dpkg/status.d"
  for file in "$@"; do
    # In a merged /usr a file has two names, and dpkg knows one.
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
# One binary a variant does what the name says by which it is called. A name without a variant means nft, as in Debian.
for family in iptables ip6tables; do
  for verb in "" -save -restore; do
    for variant in nft legacy; do ln -s "xtables-$variant-multi" "$tools/usr/sbin/$family-$variant$verb"; done
    ln -s "$family-nft$verb" "$tools/usr/sbin/$family$verb"
  done
done
loaded=$(libraries "$tools"/usr/sbin/xtables-*-multi "$tools/usr/sbin/nft" "$tools/usr/sbin/conntrack" "$tools$multiarch"/xtables/*.so | grep -vE "$glibc")
# shellcheck disable=SC2086 # names of libraries have no spaces
cp -L $loaded "$tools$multiarch/"
# shellcheck disable=SC2086
describe "$tools" /usr/sbin/xtables-nft-multi /usr/sbin/nft /usr/sbin/conntrack $loaded

# Which Debian the packages are of: without it scanners know of no CVEs.
mkdir -p "$node/etc"
cp -L /etc/os-release "$node/etc/"

# A merged /usr, as this Debian's: the binary names its loader by a path below /lib or /lib64.
mkdir -p "$node/nodejs/bin" "$node/usr/lib" "$node/usr/lib64" "$node/usr/share/doc/nodejs"
ln -s usr/lib usr/lib64 "$node/"
cp -L "$(command -v node)" "$node/nodejs/bin/"
# Where the official images have it.
if [ -e /usr/local/LICENSE ]; then cp /usr/local/LICENSE "$node/usr/share/doc/nodejs/"; fi
loaded=$(libraries "$node/nodejs/bin/node")
for library in $loaded; do
  mkdir -p "$node$(dirname "$library")"
  cp -L "$library" "$node$library"
done
# shellcheck disable=SC2086
describe "$node" $loaded

find "$1" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
