#!/bin/sh
# collect-tools.sh FOLDER: both variants of iptables, nft, and all that they load, from this Debian to FOLDER.
set -eu
out=$1
mkdir -p "$out/usr/sbin" "$out/usr/share/doc" "$out/var/lib/dpkg/status.d"

binaries="xtables-nft-multi xtables-legacy-multi nft"
extensions=$(echo /usr/lib/*/xtables)
for name in $binaries; do cp -L "/usr/sbin/$name" "$out/usr/sbin/"; done
mkdir -p "$out${extensions%/*}"
cp -r "$extensions" "$out${extensions%/*}/"

# One binary a variant does what the name says by which it is called. A name without a variant means nft, as in Debian.
for family in iptables ip6tables; do
  for verb in "" -save -restore; do
    for variant in nft legacy; do ln -s "xtables-$variant-multi" "$out/usr/sbin/$family-$variant$verb"; done
    ln -s "$family-nft$verb" "$out/usr/sbin/$family$verb"
  done
done

# Shared libraries, found by ldd. Those of glibc are the runtime image's own: two versions of it do not mix.
glibc='/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv))\.so'
libraries=$(ldd "$out"/usr/sbin/xtables-*-multi "$out/usr/sbin/nft" "$out$extensions"/*.so |
  sed -nE 's/.*(=>|^)[[:space:]]+(\/[^ ]+) .*/\2/p' | sort -u | grep -vE "$glibc")
for library in $libraries; do cp -L "$library" "$out${extensions%/*}/"; done

# What came from which package, for scanners (the way distroless images tell it), and its license.
{
  dpkg -S /usr/sbin/xtables-nft-multi /usr/sbin/nft
  # ldd may name them by way of a merged /usr.
  for library in $libraries; do dpkg -S "*/${library##*/}"; done
} | cut -d: -f1 | sort -u | while read -r package; do
  dpkg-query -s "$package" >"$out/var/lib/dpkg/status.d/$package"
  mkdir "$out/usr/share/doc/$package"
  cp "/usr/share/doc/$package/copyright" "$out/usr/share/doc/$package/"
done

find "$out" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
