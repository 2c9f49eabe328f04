# Sourced by ./visalign: makes sure that the system has what the engine and the pictures need. Prints to standard error only.

# The packages that are missing, by what would be found if they were there.
missing_system_packages() {
    local library
    command -v g++ >/dev/null || echo g++
    if [ -z "${LIBTORCH:-}" ] && ! has_library libtorch_cpu.so && ! python3 -c 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)' 2>/dev/null; then
        echo libtorch-dev
    fi
    if [ -z "${LIBTORCH:-}" ] && ! has_library openblas-openmp/libopenblas.so.0; then echo libopenblas0-openmp; fi
    has_library libturbojpeg.so.0 || echo libturbojpeg0
    has_library libpng16.so.16 || echo libpng16-16
}

has_library() {
    local path
    for path in /usr/lib/*-linux-gnu/"$1" /lib/*-linux-gnu/"$1" /usr/lib64/"$1" /usr/lib/"$1" /usr/local/lib/"$1"; do
        [ -e "$path" ] && return 0
    done
    return 1
}

# Installs what is missing with apt-get, as root or through sudo; where it cannot, says what to install and returns 1.
ensure_system_packages() {
    local packages as_root=()
    packages=$(missing_system_packages | tr '\n' ' ')
    packages=${packages% }
    [ -z "$packages" ] && return 0

    if ! command -v apt-get >/dev/null; then
        echo "visalign needs these Debian packages, or what your system has in their place: $packages" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null || { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
            echo "visalign needs some system packages. As root, run: apt-get install $packages" >&2
            return 1
        fi
        echo "visalign needs some system packages and asks for sudo to install them: $packages" >&2
        as_root=(sudo)
    fi

    echo "Installing $packages ..." >&2
    # shellcheck disable=SC2086 # one word for each package
    if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } </dev/null >&2; then
        echo "The installation failed. Once apt-get works again, run: apt-get install $packages" >&2
        return 1
    fi
}
