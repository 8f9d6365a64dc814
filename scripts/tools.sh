# Finds the tools a command needs and installs the missing ones. Sourced by ./dev.
# Every need_* function says what it found, leaves the tool ready to use (PATH or an
# exported variable) and returns 1, with the reason on stderr, when it cannot.

NODE_MINIMUM=20.19.0
NODE_INSTALLED=22 # the major installed when the system's Node is too old
POSTGRES_MINIMUM=15

# version_at_least HAVE WANT: compares dotted version numbers.
version_at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# as_root COMMAND...: runs directly as root, through sudo otherwise.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    warn "'$*' needs root: become root, or install sudo"
    return 1
  fi
}

# apt_install PACKAGE...: the package lists are refreshed only when the first try fails.
apt_install() {
  if ! command -v apt-get >/dev/null; then
    warn "not a Debian-like system: please install $* (or what it is called here) yourself"
    return 1
  fi
  say "installing with apt: $*"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@")
  as_root "${install[@]}" </dev/null >"$LOGS/apt.log" 2>&1 && return 0
  say "refreshing the package lists (apt-get update)"
  as_root apt-get update -q </dev/null >>"$LOGS/apt.log" 2>&1 || true
  as_root "${install[@]}" </dev/null >>"$LOGS/apt.log" 2>&1 && return 0
  tail -n 15 "$LOGS/apt.log" >&2
  warn "apt could not install $*"
  return 1
}

need_rust() {
  # A login-less shell (CI, cron) often lacks the folder rustup installs into.
  if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
    export PATH="$HOME/.cargo/bin:$PATH"
  fi
  if ! command -v cargo >/dev/null; then
    warn "Rust is missing: install it from https://rustup.rs, then run this again"
    return 1
  fi
  if ! command -v cc >/dev/null; then
    apt_install gcc libc6-dev || return 1
  fi
  local have want
  have=$(rustc --version | cut -d ' ' -f 2)
  want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  if ! version_at_least "$have" "$want"; then
    warn "Rust $have is too old, $want is needed: rustup update stable"
    return 1
  fi
  say "Rust $have; build folder $CARGO_TARGET_DIR"
}

# need_rust_component fmt|clippy RUSTUP_NAME
need_rust_component() {
  cargo "$1" --version >/dev/null 2>&1 && return 0
  say "adding the Rust component $2"
  rustup component add "$2" || { warn "cargo $1 is missing and rustup could not add it"; return 1; }
}

node_is_new_enough() {
  command -v node >/dev/null && version_at_least "$(node --version | tr -d v)" "$NODE_MINIMUM"
}

need_node() {
  local folder="$CACHE/node-$NODE_INSTALLED" platform
  if ! node_is_new_enough && [ -x "$folder/bin/node" ]; then
    export PATH="$folder/bin:$PATH"
  fi
  if ! command -v npm >/dev/null; then
    # Debian's npm depends on Debian's nodejs; a newer Node already on the PATH stays first.
    if command -v node >/dev/null; then apt_install npm || return 1; else apt_install nodejs npm || return 1; fi
    hash -r
  fi
  if ! node_is_new_enough; then
    case "$(uname -s)-$(uname -m)" in
      Linux-x86_64) platform=linux-x64 ;;
      Linux-aarch64) platform=linux-arm64 ;;
      *)
        warn "Node $NODE_MINIMUM or newer is needed: please install it yourself"
        return 1
        ;;
    esac
    say "the system's Node ($(node --version 2>/dev/null || echo none)) is older than $NODE_MINIMUM: installing Node $NODE_INSTALLED from npm"
    # The platform package that the package `node` unpacks: no install script has to run.
    rm -rf "$folder" "$folder.partial"
    mkdir -p "$folder.partial"
    npm install --prefix "$folder.partial" --ignore-scripts --no-save --no-audit --no-fund \
      "node-$platform@$NODE_INSTALLED" </dev/null >"$LOGS/node.log" 2>&1 \
      || { tail -n 15 "$LOGS/node.log" >&2; warn "npm could not install Node"; return 1; }
    mv "$folder.partial/node_modules/node-$platform" "$folder" && rm -rf "$folder.partial"
    export PATH="$folder/bin:$PATH"
    hash -r
    node_is_new_enough || { warn "the installed Node does not run: $folder/bin/node"; return 1; }
  fi
  say "Node $(node --version), npm $(npm --version 2>/dev/null)"
}

find_chromium() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

# Exports SHOUWANG_CHROMIUM, the browser the journeys drive.
need_chromium() {
  local missing=()
  find_chromium >/dev/null || missing+=(chromium)
  # Without a CJK font every screenshot shows boxes and text is measured wrongly.
  if ! { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family)" ]; }; then
    missing+=(fontconfig fonts-noto-cjk)
  fi
  if [ ${#missing[@]} -gt 0 ]; then apt_install "${missing[@]}" || return 1; fi
  hash -r
  SHOUWANG_CHROMIUM=$(find_chromium) || { warn "Chromium is missing"; return 1; }
  export SHOUWANG_CHROMIUM
  say "$("$SHOUWANG_CHROMIUM" --version 2>/dev/null || echo "Chromium at $SHOUWANG_CHROMIUM") with a CJK font"
}

# Prints the folder of the newest installed server binaries.
find_postgres() {
  local folder
  folder=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$folder" ] && [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
    echo "$folder"
  elif command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
    dirname "$(command -v initdb)"
  else
    return 1
  fi
}

POSTGRES_FOLDER=""
POSTGRES_BINARIES=""

# PostgreSQL refuses to run as root, so root hands over to an account without rights.
as_postgres() {
  if [ "$(id -u)" -ne 0 ]; then "$@"; else (cd / && runuser -u "$(postgres_account)" -- "$@"); fi
}

postgres_account() {
  if getent passwd postgres >/dev/null; then echo postgres; else echo nobody; fi
}

# Starts a throw-away server on loopback and exports SHOUWANG_TEST_POSTGRES_URL. It keeps
# nothing (fsync off) and is removed by stop_postgres, which ./dev also runs on exit.
need_postgres() {
  local version port attempt password parent=${TMPDIR:-/tmp}
  if ! find_postgres >/dev/null; then apt_install postgresql || return 1; fi
  POSTGRES_BINARIES=$(find_postgres) || { warn "PostgreSQL's initdb and pg_ctl are missing"; return 1; }
  version=$("$POSTGRES_BINARIES/postgres" --version | grep -oE '[0-9]+(\.[0-9]+)*' | head -n 1)
  if ! version_at_least "$version" "$POSTGRES_MINIMUM"; then
    warn "PostgreSQL $version is too old: $POSTGRES_MINIMUM or newer is needed"
    return 1
  fi

  # The account root hands over to may not be able to enter root's own TMPDIR.
  if [ "$(id -u)" -eq 0 ]; then parent=/tmp; fi
  POSTGRES_FOLDER=$(mktemp -d "$parent/shouwang-postgres.XXXXXX")
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$password" >"$POSTGRES_FOLDER/password"
  if [ "$(id -u)" -eq 0 ]; then chown -R "$(postgres_account)" "$POSTGRES_FOLDER"; fi
  if ! as_postgres "$POSTGRES_BINARIES/initdb" --pgdata="$POSTGRES_FOLDER/data" --username=shouwang \
    --pwfile="$POSTGRES_FOLDER/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C \
    --no-sync >"$LOGS/postgres.log" 2>&1; then
    tail -n 15 "$LOGS/postgres.log" >&2
    warn "initdb failed"
    return 1
  fi
  for attempt in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    # Another program may own the port: then the start fails and the next one is tried.
    if as_postgres "$POSTGRES_BINARIES/pg_ctl" start --wait --timeout=60 --silent \
      --pgdata="$POSTGRES_FOLDER/data" --log="$POSTGRES_FOLDER/server.log" \
      --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off \
        -c synchronous_commit=off -c full_page_writes=off -c max_connections=200" >>"$LOGS/postgres.log" 2>&1; then
      export SHOUWANG_TEST_POSTGRES_URL="postgres://shouwang:$password@127.0.0.1:$port/postgres"
      say "PostgreSQL $version: throw-away server on 127.0.0.1:$port (attempt $attempt)"
      return 0
    fi
  done
  tail -n 15 "$LOGS/postgres.log" "$POSTGRES_FOLDER/server.log" >&2
  warn "PostgreSQL did not start"
  return 1
}

stop_postgres() {
  [ -n "$POSTGRES_FOLDER" ] || return 0
  if [ -e "$POSTGRES_FOLDER/data/postmaster.pid" ]; then
    as_postgres "$POSTGRES_BINARIES/pg_ctl" stop --silent --mode=immediate \
      --pgdata="$POSTGRES_FOLDER/data" >>"$LOGS/postgres.log" 2>&1 || warn "PostgreSQL did not stop"
  fi
  rm -rf "$POSTGRES_FOLDER"
  POSTGRES_FOLDER=""
  unset SHOUWANG_TEST_POSTGRES_URL
}
