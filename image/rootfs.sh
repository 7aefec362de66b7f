#!/bin/sh
# image/rootfs.sh NODE DIST TARGET: puts everything that the image holds below TARGET, which must be empty or missing: Node.js, the
# libraries that it loads, the bundle, and a user without a name in any other image.
set -eu
node=$1 dist=$2 target=$3
umask 022
mkdir -p "$target/usr/local/bin" "$target/yunfan" "$target/etc"
cp "$node" "$target/usr/local/bin/node"
# Lines of ldd: "name => path (address)", and the loader's path without a name.
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$target$(dirname "$library")"
  cp -L "$library" "$target$library"
done
cp "$dist"/yunfan* "$target/yunfan/"
echo 'nonroot:x:65532:65532::/:/sbin/nologin' >"$target/etc/passwd"
echo 'nonroot:x:65532:' >"$target/etc/group"
echo 'hosts: files dns' >"$target/etc/nsswitch.conf"
