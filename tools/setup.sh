# Sourced by ./test and ./visalign: makes sure that what apt-get provides is there. Says nothing and takes a few
# milliseconds when nothing is missing.

# Whether a shared library lies where the loader finds it.
has_library() {
    local folder
    for folder in "/usr/lib/$HOSTTYPE-linux-gnu" "/lib/$HOSTTYPE-linux-gnu" /usr/lib64 /usr/lib /usr/local/lib; do
        [[ -e $folder/$1 ]] && return 0
    done
    return 1
}

# Whether the distribution's libtorch is there, with its headers.
has_libtorch() {
    has_library libtorch_cpu.so && [[ -d /usr/include/ATen ]]
}

# Whether pip installed a torch, which brings headers and a matrix library along.
has_pip_torch() {
    command -v python3 >/dev/null || return 1
    local folder
    folder=$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")' 2>/dev/null) || return 1
    [[ -d $folder/include/ATen && -e $folder/lib/libtorch_cpu.so ]]
}

# The packages that are missing, one a line. What is named on top, runs of several processes need.
missing_packages() {
    if [[ ${1:-} == libgloo-dev && -z ${LIBTORCH:-} ]] && { has_libtorch || ! has_pip_torch; }; then
        [[ -e /usr/include/gloo/context.h ]] || echo libgloo-dev
    fi
    command -v g++ >/dev/null || echo g++
    if [[ -z ${LIBTORCH:-} ]] && { has_libtorch || ! has_pip_torch; }; then
        has_libtorch || echo libtorch-dev
        has_library openblas-openmp/libopenblas.so.0 || echo libopenblas0-openmp
    fi
    has_library libturbojpeg.so.0 || echo libturbojpeg0
    has_library libpng16.so.16 || echo libpng16-16
}

# Installs what is missing as root or through sudo; otherwise says what to install and fails.
# Named 'libgloo-dev', it sees to that too, which only runs of several processes need.
ensure_system_packages() {
    if ! command -v dotnet >/dev/null; then
        echo "The .NET SDK 10 is needed and 'dotnet' was not found. Install it from https://dotnet.microsoft.com/download and run this again." >&2
        return 1
    fi
    local missing as_root=()
    missing=$(missing_packages "$@")
    [[ -z $missing ]] && return 0
    missing=${missing//$'\n'/ }

    if ! command -v apt-get >/dev/null; then
        echo "These packages are needed, by their Debian names: $missing. This system has no apt-get; install their counterparts and run this again." >&2
        echo "In place of libtorch-dev, a libtorch archive will do: unpack it and set LIBTORCH to its folder." >&2
        return 1
    fi
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null || ! { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
            echo "These packages are needed: $missing. Install them and run this again:" >&2
            echo "    sudo apt-get update && sudo apt-get install -y $missing" >&2
            return 1
        fi
        echo "These packages are needed and will be installed with sudo, which may ask for your password: $missing" >&2
        as_root=(sudo)
    else
        echo "Installing what is missing: $missing" >&2
    fi
    # The names are split on purpose: each is an argument of its own.
    # shellcheck disable=SC2086
    if ! { "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >&2; then
        echo "apt-get could not install: $missing. Its own words are above; mend that, or install them by hand, and run this again." >&2
        return 1
    fi
}
