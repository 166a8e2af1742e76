# Debian 12 packages by purpose; sourced by ./run, ./test and ./bench. Why each library: docs/dependencies.md.
BUILD_PACKAGES="ca-certificates clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 libclang-rt-19-dev-wasm32 cmake ninja-build ccache pkg-config make
  libboost1.81-dev libboost-json1.81-dev libfmt-dev libssl-dev zlib1g-dev libdeflate-dev libbrotli-dev libsimdjson-dev libsqlite3-dev
  libpq-dev libcmark-gfm-dev libcmark-gfm-extensions-dev libtomlplusplus-dev libcli11-dev libre2-dev libarchive-dev
  libpugixml-dev librnp-dev libpango1.0-dev libcairo2-dev fonts-dejavu-core libsodium-dev libqrcodegencpp-dev libglib2.0-dev
  libcurl4-openssl-dev libicu-dev libpoppler-cpp-dev
  tzdata libhunspell-dev hunspell-en-us hunspell-de-de
  prometheus-cpp-dev libgtest-dev libgmock-dev libbenchmark-dev"
TEST_PACKAGES="libclang-rt-19-dev llvm-19 postgresql-15 chromium poppler-utils python3 python3-venv python3-aiosmtpd python3-openpyxl python3-xlsxwriter zstd openssl gnupg curl clang-format-19
  clang-tidy-19"
BENCH_PACKAGES="postgresql-15 wrk nginx-light python3 python3-venv zstd curl"

say() { printf '\033[1m%s\033[0m\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_missing PACKAGE...: quiet and quick when everything is there already.
install_missing() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
  done
  # Node.js may come from elsewhere than Debian, so the command counts, not the package.
  [ -n "${NEED_NODE:-}" ] && { command -v node >/dev/null || missing+=(nodejs); command -v npm >/dev/null || missing+=(npm); }
  [ ${#missing[@]} = 0 ] && return 0
  if ! command -v apt-get >/dev/null; then
    echo "These packages are missing and this is not a Debian system: ${missing[*]}" >&2
    return 1
  fi
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >"$LOG_DIR/apt.log" 2>&1 ||
    { tail -20 "$LOG_DIR/apt.log" >&2; return 1; }
}

# build PRESET TARGET...: configures when needed, then builds with ninja's own progress line.
build() {
  local preset=$1
  shift
  say "Building ($preset)"
  # CMake checks its own inputs on every build; configuring again is only needed where that never happened.
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >"$LOG_DIR/configure-$preset.log" 2>&1 ||
    { tail -30 "$LOG_DIR/configure-$preset.log" >&2; return 1; }
  cmake --build "build/$preset" --target "$@"
}
