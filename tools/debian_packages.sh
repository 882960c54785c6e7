#!/usr/bin/env sh
# Makes sure that something outside Python is there: installs Debian packages when we are root,
# says what to install and fails when we are not.
#   debian_packages.sh libraries   what OpenCV and MediaPipe load
#   debian_packages.sh chromium    the browser of the browser tests
set -eu

install() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing Debian packages: $*"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "Please install these packages (as root: apt-get install $*), then run this again." >&2
        exit 1
    fi
}

loads() {
    "${PYTHON:-python3}" -c "import ctypes, sys; [ctypes.CDLL(name) for name in sys.argv[1:]]" "$@" 2>/dev/null
}

case "${1:-}" in
libraries)
    # Other systems bring these with the wheels.
    [ "$(uname -s)" = Linux ] || exit 0
    loads libGL.so.1 libEGL.so.1 libGLESv2.so.2 libgthread-2.0.so.0 || {
        glib=libglib2.0-0
        if apt-cache show libglib2.0-0t64 >/dev/null 2>&1; then glib=libglib2.0-0t64; fi
        install libgl1 libegl1 libgles2 "$glib"
    }
    ;;
chromium)
    command -v chromium >/dev/null 2>&1 || install chromium
    ;;
*)
    echo "usage: $0 libraries|chromium" >&2
    exit 2
    ;;
esac
