#!/usr/bin/env bash
# A throw-away PostgreSQL for tests.
#
#   scripts/postgres.sh run COMMAND…   start a fresh server, run COMMAND against it, remove the server
#   scripts/postgres.sh kill           crash the server of TEST_POSTGRES_DATA (SIGKILL)
#   scripts/postgres.sh restart        crash it if it runs, start it again on the same port
#   scripts/postgres.sh where          print the folder of PostgreSQL's programs
#
# COMMAND sees TEST_DATABASE_URL, and for crash tests TEST_POSTGRES_DATA (the data folder) and
# TEST_POSTGRES_BIN (the folder of programs). With TEST_DATABASE_URL already set, `run` just runs COMMAND.
set -euo pipefail

fail() {
    echo "postgres.sh: $*" >&2
    exit 1
}

# The folder that holds initdb, pg_ctl and postgres: from PATH, else the newest that Debian installed.
find_programs() {
    local initdb folder
    if initdb=$(command -v initdb); then
        folder=$(dirname "$(readlink -f "$initdb")")
    else
        folder=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    fi
    [[ -x $folder/initdb && -x $folder/pg_ctl && -x $folder/postgres ]] && echo "$folder"
}

# PostgreSQL refuses to run as root. The folder is entered first, for the caller's may be closed to `postgres`.
as_server() {
    if [[ $EUID -eq 0 ]]; then
        (cd "$TEST_POSTGRES_DATA" && exec runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# A zombie that nobody reaps (a container without an init process) counts as gone.
is_running() {
    kill -0 "$1" 2>/dev/null && ! grep -qs '^State:[[:space:]]*Z' "/proc/$1/status"
}

# Fails where no server runs.
server_pid() {
    head -n 1 "$TEST_POSTGRES_DATA/postmaster.pid" 2>/dev/null
}

wait_until_gone() {
    local tries=0
    while is_running "$1"; do
        ((++tries < 300)) || fail "process $1 is still there after 30 seconds"
        sleep 0.1
    done
}

# An immediate shutdown: nothing is kept, but shared memory is given back, which a crash does not do.
stop_server() {
    local pid
    pid=$(server_pid) || return 0
    kill -QUIT "$pid" 2>/dev/null || true
    wait_until_gone "$pid"
}

# A crash: the server and its sessions, all at once.
kill_server() {
    local pid sessions
    pid=$(server_pid) || return 0
    sessions=$(pgrep -P "$pid" 2>/dev/null) || true
    # shellcheck disable=SC2086 # one word for each process
    kill -KILL "$pid" $sessions 2>/dev/null || true
    wait_until_gone "$pid"
    # Left behind by a killed server. The next one still refuses to start beside a session that survived.
    rm -f "$TEST_POSTGRES_DATA/postmaster.pid" "$TEST_POSTGRES_DATA"/.s.PGSQL.*
}

# Returns once the server accepts connections.
start_server() {
    as_server "$TEST_POSTGRES_BIN/pg_ctl" start --silent --wait --timeout=60 \
        --pgdata="$TEST_POSTGRES_DATA" --log="$TEST_POSTGRES_DATA/server.log" </dev/null >/dev/null 2>&1
}

fail_with_log() {
    tail -n 20 "$TEST_POSTGRES_DATA/server.log" >&2 || true
    fail "$1"
}

# Crash tests rely on `fsync` and `synchronous_commit`: what was answered must be there afterwards.
write_settings() {
    cat >"$TEST_POSTGRES_DATA/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = '$TEST_POSTGRES_DATA'
max_connections = 200
shared_buffers = 32MB
max_wal_size = 256MB
fsync = on
synchronous_commit = on
timezone = 'UTC'
lc_messages = 'C'
SETTINGS
}

create_cluster() {
    if [[ $EUID -eq 0 ]]; then
        id -u postgres >/dev/null 2>&1 || fail "root needs the account 'postgres': useradd --system postgres"
        chown postgres: "$folder"
    fi
    TEST_POSTGRES_DATA=$folder
    as_server test -w "$folder" || fail "the account 'postgres' cannot reach $folder: set TMPDIR to a folder it can"
    as_server mkdir "$folder/data"
    TEST_POSTGRES_DATA=$folder/data
    as_server "$TEST_POSTGRES_BIN/initdb" --pgdata="$TEST_POSTGRES_DATA" --username=postgres --encoding=UTF8 \
        --locale=C --auth=trust --no-sync >"$folder/initdb.log" 2>&1 </dev/null || {
        cat "$folder/initdb.log" >&2
        fail "initdb failed"
    }
}

# The server itself is the judge of whether a port is free; below 32768 no outgoing connection takes one.
start_on_free_port() {
    local tries=0 port
    while ((++tries <= 20)); do
        port=$((20000 + RANDOM % 12000))
        write_settings "$port"
        if start_server; then
            TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
            return
        fi
        grep -qs 'could not bind' "$TEST_POSTGRES_DATA/server.log" || break
        rm -f "$TEST_POSTGRES_DATA/server.log"
    done
    fail_with_log "the server did not start"
}

folder=
command_pid=
clean_up() {
    if [[ -n $command_pid ]]; then
        kill "$command_pid" 2>/dev/null || true
        wait "$command_pid" || true
    fi
    [[ -z ${TEST_POSTGRES_DATA:-} ]] || stop_server
    [[ -z $folder ]] || rm -rf "$folder"
}

run() {
    (($# > 0)) || fail "run needs a command"
    [[ -z ${TEST_DATABASE_URL:-} ]] || exec "$@"
    unset TEST_POSTGRES_DATA
    if ! TEST_POSTGRES_BIN=$(find_programs); then
        "$(dirname "$0")/setup.sh"
        TEST_POSTGRES_BIN=$(find_programs) || fail "PostgreSQL's programs were not found"
    fi

    trap clean_up EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    folder=$(mktemp -d "${TMPDIR:-/tmp}/billing-postgres.XXXXXX")
    create_cluster
    start_on_free_port
    export TEST_DATABASE_URL TEST_POSTGRES_DATA TEST_POSTGRES_BIN

    # In the background, so that a signal to this script is answered at once; with the terminal's input and
    # interrupt, which a background command would not have.
    local status=0
    (
        trap - HUP INT TERM EXIT
        exec "$@"
    ) <&0 &
    command_pid=$!
    wait "$command_pid" || status=$?
    command_pid=
    return "$status"
}

restart() {
    local tries=0
    kill_server
    # Refused for as long as a session has survived the server.
    until start_server; do
        ((++tries < 100)) || fail_with_log "the server did not start again"
        sleep 0.1
    done
}

needs_server() {
    [[ -n ${TEST_POSTGRES_DATA:-} && -n ${TEST_POSTGRES_BIN:-} ]] ||
        fail "$1 works only inside 'scripts/postgres.sh run', which sets TEST_POSTGRES_DATA and TEST_POSTGRES_BIN"
}

case "${1:-}" in
run)
    shift
    run "$@"
    ;;
kill)
    needs_server kill
    kill_server
    ;;
restart)
    needs_server restart
    restart
    ;;
where)
    find_programs || fail "PostgreSQL's programs were not found"
    ;;
*)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
    ;;
esac
