#!/bin/sh
# Makes sure that the system packages Likeness builds against are there. Installs only what is
# missing, so a second run costs a fraction of a second. Debian/Ubuntu by apt, macOS by Homebrew.
set -eu

fail() {
    printf 'likeness set-up: %s\n' "$1" >&2
    exit 1
}

have_cxx() { printf '#include <vector>\n' | clang++ -x c++ -fsyntax-only - >/dev/null 2>&1; }
# An unpacked toolchain still wants the libraries and the linker that swift.org lists for Debian 12.
have_swift() { swift --version >/dev/null 2>&1 && command -v ld >/dev/null 2>&1; }
swift_needs='binutils binutils-gold libc6-dev libcurl4-openssl-dev libedit2 libgcc-12-dev libncurses6
    libpython3.11 libsqlite3-0 libstdc++-12-dev libxml2-dev libz3-4 tzdata zlib1g-dev'
have_pip() { python3 -m pip --version >/dev/null 2>&1; }
have_vips() { pkg-config --exists 'vips >= 8.13' 2>/dev/null; }
have_embree() { [ -n "$(embree_major)" ]; }
# The major version whose headers are there: 4 (Homebrew) or 3 (Debian 12).
embree_major() {
    for major in 4 3; do
        for folder in "$(embree_prefix)" /usr; do
            [ -e "$folder/include/embree$major/rtcore.h" ] && { echo $major; return; }
        done
    done
    true
}
embree_prefix() {
    if command -v brew >/dev/null 2>&1; then brew --prefix embree 2>/dev/null || echo /usr; else echo /usr; fi
}
have_font() { fc-list 2>/dev/null | grep -q .; }

missing=
need() { missing="$missing $1"; }

install_with_brew() {
    command -v brew >/dev/null 2>&1 ||
        fail "expected Homebrew to install$missing, found none; install it from brew.sh, then run make again"
    # shellcheck disable=SC2086  # a list of names
    brew install $missing
}

install_with_apt() {
    command -v apt-get >/dev/null 2>&1 ||
        fail "missing (in Debian's names)$missing; install them with this system's package manager, then run make again"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            fail "missing$missing; as root run: apt-get install --no-install-recommends$missing"
        as_root=sudo
    fi
    echo "likeness set-up: installing$missing"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $missing >/dev/null
}

command -v swift >/dev/null 2>&1 ||
    fail "expected Swift 6.3 or later on the PATH, found none; install it from swift.org/install, then run make again"

if [ "$(uname)" = Darwin ]; then
    command -v pkg-config >/dev/null 2>&1 || need pkgconf
    have_vips || need vips
    have_embree || need embree
    have_pip || need python
    [ -z "$missing" ] || install_with_brew
else
    # shellcheck disable=SC2086  # a list of names
    have_swift || need "$(echo $swift_needs)"
    command -v pkg-config >/dev/null 2>&1 || need pkg-config
    have_vips || need libvips-dev
    have_embree || need libembree-dev
    have_pip || need 'python3-pip python3-venv'
    have_cxx || need libstdc++-12-dev
    have_font || need 'fontconfig fonts-dejavu-core'
    [ -z "$missing" ] || install_with_apt
fi

swift --version >/dev/null || fail "expected 'swift --version' to work; reinstall Swift 6.3 from swift.org/install"
have_vips || fail "expected pkg-config to find libvips 8.13 or later after the installation; is PKG_CONFIG_PATH set to something unusual?"
have_embree || fail "expected the headers of Embree 3 or 4 under $(embree_prefix)/include after the installation, found none"
have_pip || fail "expected 'python3 -m pip' to work after the installation; it fetches libtorch"

# vips.pc carries flags that SwiftPM leaves out with a warning each; hand it only what it takes.
mkdir -p .deps/pkgconfig
cat >.deps/pkgconfig/likeness-vips.pc <<PC
Name: likeness-vips
Description: libvips, as Likeness found it
Version: $(pkg-config --modversion vips)
Cflags: $(pkg-config --cflags-only-I vips)
Libs: $(pkg-config --libs-only-L --libs-only-l vips)
PC

# Debian's Embree brings no pkg-config file. The system's own folders must not be named: -I/usr/include
# puts C's headers before C++'s.
embree_include= embree_lib=
if [ "$(embree_prefix)" != /usr ]; then
    embree_include="-I$(embree_prefix)/include" embree_lib="-L$(embree_prefix)/lib"
fi
cat >.deps/pkgconfig/likeness-embree.pc <<PC
Name: likeness-embree
Description: Embree, as Likeness found it
Version: $(embree_major)
Cflags: $embree_include
Libs: $embree_lib -lembree$(embree_major)
PC
