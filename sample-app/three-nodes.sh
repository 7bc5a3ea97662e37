#!/usr/bin/env bash
# Copyright 2026 the rivet-events authors
# SPDX-License-Identifier: Apache-2.0

# Starts three nodes of the sample as a cluster, their database, and a proxy in front of them. Ctrl+C stops all of it.
#
#   sample-app/three-nodes.sh          then open http://localhost:8080
#   sample-app/three-nodes.sh 9000     uses the ports 9000 to 9007 and 9105 to 9107 instead of 8080 to 8087 and 8185 to 8187
#
# The database is PostgreSQL where it is installed, else H2. All data is in a temporary folder and is deleted at the end.
# A node that ends is started again. Environment variables, all optional:
#   DATABASE                 postgresql or h2
#   RESTART_AFTER            seconds between the end of a node and its next start; default 5
#   RIVET_SAMPLE_CLASSPATH   compiled sample and its dependencies; without it, Maven builds a jar
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
port=${1:-8080}
restart_after=${RESTART_AFTER:-5}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
logs=$here/target/three-nodes/$port
jar=$here/target/three-nodes.jar
nodes="1 2 3"
pids=(unused "" "" "")
states=(unused ended ended ended)
since=(unused 0 0 0)
proxy=""
h2=""
data=""

fail() {
  echo "$*" >&2
  exit 1
}

# ---- processes

# Starts a program in a process group of its own, so that Ctrl+C reaches this script only. Sets "started" to its process id.
start() {
  local log=$logs/$1.log
  shift
  mkdir -p "$logs" # a clean build deletes it
  set -m
  "$@" </dev/null >>"$log" 2>&1 &
  set +m
  started=$!
  disown "$started"
}

is_running() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }

# Stops processes with SIGTERM, and with SIGKILL those that are left after 20 s.
stop() {
  local process signal=TERM tenths=0 left
  while :; do
    left=""
    for process; do
      if is_running "$process"; then left="$left $process"; fi
    done
    [ -n "$left" ] || return 0
    if [ "$tenths" = 200 ]; then signal=KILL; fi
    # shellcheck disable=SC2086 # a list
    if [ -n "$signal" ]; then kill -s "$signal" $left 2>/dev/null || true; fi
    signal=""
    sleep 0.1
    tenths=$((tenths + 1))
  done
}

stop_all() {
  trap '' INT TERM HUP PIPE
  trap - EXIT
  set +e # a closed terminal refuses output, and all must be stopped
  if [ -n "$data" ]; then
    echo "Stopping the nodes, the proxy and the database"
    stop "${pids[1]}" "${pids[2]}" "${pids[3]}" "$proxy"
    if [ -e "$data/postgresql/postmaster.pid" ]; then postgresql pg_ctl -D "$data/postgresql" -m fast -s stop; fi
    stop "$h2"
    rm -rf "$data"
  fi
}

# ---- ports

is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

check_ports() {
  local i
  for i in 0 1 2 3 4 5 6 7 105 106 107; do
    if is_open "$((port + i))"; then
      fail "Port $((port + i)) is in use. Stop the process that uses it, or choose other ports: $0 $((port == 9000 ? 9200 : 9000))"
    fi
  done
}

# ---- the program

# Copies the jar, so that a later build does not change it below running nodes. Only one script builds at a time.
copy_jar() {
  [ -z "${RIVET_SAMPLE_CLASSPATH:-}" ] || return 0
  mkdir -p "$here/target"
  (
    if command -v flock >/dev/null; then flock 9; fi
    build
    cp "$jar" "$data/"
  ) 9>"$here/target/three-nodes.lock"
  jar=$data/three-nodes.jar
}

# Builds the jar if there is none, or if a source has changed since it was built. The time of the jar itself is fixed.
build() {
  local changed=""
  cd "$here/.."
  if [ -e "$jar" ] && [ -e "$jar.built" ]; then
    changed=$(find pom.xml ./*/pom.xml ./*/src/main -type f -newer "$jar.built")
    [ -n "$changed" ] || return 0
  fi
  echo "Building the sample with the modules of a cluster, which takes some minutes at first"
  touch "$jar.building"
  ./mvnw -q -B -pl sample-app -am -Pcluster -DskipTests -Dmaven.javadoc.skip=true -Dmaven.source.skip=true package
  mv "$jar.building" "$jar.built"
}

# Starts a class of the sample or of its dependencies: its name for log and processes, options of the JVM, --, class, arguments.
start_class() {
  local name=$1 options=()
  shift
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  options+=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1)
  if [ -n "${RIVET_SAMPLE_CLASSPATH:-}" ]; then
    start "$name" "$java" "${options[@]}" -cp "$RIVET_SAMPLE_CLASSPATH" "$@"
  else
    options+=("-Dloader.main=$1")
    shift
    start "$name" "$java" "${options[@]}" -cp "$jar" org.springframework.boot.loader.launch.PropertiesLauncher "$@"
  fi
}

# ---- the database

postgresql_programs() {
  local folder
  if command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
    dirname "$(command -v pg_ctl)"
    return
  fi
  for folder in /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/pg_ctl" ]; then echo "$folder"; fi
  done | sort -V | tail -n 1
}

# Runs a program of PostgreSQL. It refuses to run as root, so root becomes the user of its package.
postgresql() {
  local program=$programs/$1
  shift
  if [ "$(id -u)" = 0 ]; then
    (cd "$data" && runuser -u postgres -- "$program" "$@")
  else
    (cd "$data" && "$program" "$@")
  fi
}

start_postgresql() {
  if [ "$(id -u)" = 0 ]; then chown postgres "$data"; fi
  postgresql initdb -D "$data/postgresql" -U rivet -A trust -E UTF8 --no-locale --no-sync >>"$logs/database.log" 2>&1 \
    || fail "PostgreSQL cannot be installed in $data: see $logs/database.log, or use DATABASE=h2"
  postgresql pg_ctl -D "$data/postgresql" -l "$data/log" -s -w start \
    -o "-h 127.0.0.1 -p $((port + 4)) -c unix_socket_directories= -c fsync=off" \
    || fail "PostgreSQL does not start: $(tail -n 3 "$data/log" 2>/dev/null)"
  url=jdbc:postgresql://127.0.0.1:$((port + 4))/postgres user=rivet
}

start_h2() {
  start_class database -Xmx256m -Dh2.bindAddress=127.0.0.1 -- org.h2.tools.Server \
    -tcp -tcpPort $((port + 4)) -baseDir "$data" -ifNotExists
  h2=$started
  until is_open $((port + 4)); do
    is_running "$h2" || fail "H2 does not start: see $logs/database.log"
    sleep 0.1
  done
  url="jdbc:h2:tcp://127.0.0.1:$((port + 4))/./rivet;WRITE_DELAY=0" user=sa
}

start_database() {
  programs=$(postgresql_programs)
  case ${DATABASE:-$([ -n "$programs" ] && echo postgresql || echo h2)} in
    postgresql)
      [ -n "$programs" ] || fail "PostgreSQL is not installed: initdb and pg_ctl were not found"
      echo "Database: PostgreSQL of $programs"
      start_postgresql
      ;;
    h2)
      echo "Database: H2, in a process of its own"
      start_h2
      ;;
    *) fail "DATABASE is neither postgresql nor h2: $DATABASE" ;;
  esac
}

# ---- the nodes

start_node() {
  start_class "node-$1" -Xmx256m -- io.rivetevents.sample.SampleApplication \
    --spring.profiles.active=cluster "--sample.node=node $1 (process \${PID})" \
    --server.port=$((port + $1)) --rivet.events.cluster.port=$((port + 4 + $1)) \
    "--spring.datasource.url=$url" "--spring.datasource.username=$user"
  pids[$1]=$started
  states[$1]=starting
}

is_ready() {
  local request='GET /actuator/health/readiness HTTP/1.0\r\nHost: localhost\r\n\r\n'
  # shellcheck disable=SC2059 # a constant
  (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "$request" >&3 && read -r -t 2 line <&3 && [[ $line == *" 200 "* ]]) 2>/dev/null
}

# Notices what has happened to a node, and starts it again some time after its end.
watch_node() {
  if ! is_running "${pids[$1]}"; then
    if [ "${states[$1]}" != ended ]; then
      echo "node $1 has ended; it is started again in $restart_after s"
      states[$1]=ended since[$1]=$SECONDS pids[$1]=""
    elif [ $((SECONDS - since[$1])) -ge "$restart_after" ]; then
      start_node "$1"
    fi
  elif [ "${states[$1]}" = starting ] && is_ready $((port + $1)); then
    echo "node $1: http://localhost:$((port + $1)), process ${pids[$1]}"
    states[$1]=ready
  fi
}

are_all_ready() { [ "${states[1]}${states[2]}${states[3]}" = readyreadyready ]; }

# ---- all of it

check_ports
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP PIPE
data=$(mktemp -d)
copy_jar
check_ports # again: another script may have started meanwhile
mkdir -p "$logs"
rm -f "$logs"/*.log
start_database
# the same for all nodes, which sign and check the cookie of a login with it
SAMPLE_LOGINKEY=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export SAMPLE_LOGINKEY

for node in $nodes; do start_node "$node"; done
start proxy "$java" -XX:TieredStopAtLevel=1 "$here/three-nodes/Proxy.java" "$port" $((port + 1)) $((port + 2)) $((port + 3))
proxy=$started
until are_all_ready && is_open "$port"; do
  for node in $nodes; do
    watch_node "$node"
    if [ "${states[$node]}" = ended ]; then
      tail -n 20 "$logs/node-$node.log" >&2
      fail "node $node has not started: see $logs/node-$node.log"
    fi
  done
  is_running "$proxy" || fail "The proxy has not started: see $logs/proxy.log"
  sleep 0.3
done

cat <<END

Open http://localhost:$port in two windows and chat. The page shows which node runs the room.

  kill -9 ${pids[1]}     node 1 fails: its rooms continue on another node
  kill ${pids[1]}        node 1 stops, as in a deployment
  Ctrl+C           stops everything

The proxy distributes connections over the nodes that are ready. Logs: $logs

END
while :; do
  for node in $nodes; do watch_node "$node"; done
  is_running "$proxy" || fail "The proxy has ended: see $logs/proxy.log"
  sleep 0.3
done
