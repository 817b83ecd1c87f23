#!/usr/bin/env bash
# Quint 0.33.0 (@informalsystems/quint from npm, with antlr4ts 0.5.0-alpha.4), quint run with the TypeScript backend.
#
# With the default --n-traces 1 the trace of a violated invariant ends in the state that violates it. With --n-traces 3
# the same seed gives a trace with the same "#meta": {"status": "violation"} that goes on behind that state to the end of
# the steps; of its traces only this one is written. So the last state of a trace with this status need not be wrong.
#
# Seen: x = 0, 1, 3, 3, 5 with --n-traces 1, where x < 4 is the invariant; x = 0, 1, 3, 3, 5, 7, 9 with --n-traces 3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > npm.txt
npm install --silent --no-audit --no-fund @informalsystems/quint@0.33.0 antlr4ts@0.5.0-alpha.4 >> npm.txt 2>&1

cat > two.qnt <<'QNT'
module two {
  var x: int
  var s: str
  action init = all { x' = 0, s' = "" }
  action Num = { nondet k = Set(1, 2).oneOf()
    all { x' = x + k, s' = s } }
  action Str = { nondet k = Set("a", "b").oneOf()
    all { x' = x, s' = k } }
  action step = any { Num, Str, all { x > 100, x' = 0, s' = s } }
  val Low = x < 4
}
QNT

for n in 1 3; do
  node_modules/.bin/quint run --backend=typescript --seed=3 --max-samples=20 --max-steps=6 --n-traces=$n \
    --invariant=Low --out-itf=n$n-.itf.json two.qnt > quint.txt 2>&1 || true
done
ls ./*.itf.json
node - <<'JS'
const read = (name) => JSON.parse(require("fs").readFileSync(name, "utf8"));
const told = (t) => t["#meta"].status + ": " + t.states.map((s) => Number(s.x["#bigint"])).join(" ");
const files = require("fs").readdirSync(".").filter((f) => f.endsWith(".itf.json")).sort();
const seen = files.map((f) => told(read(f)));
console.log(seen.join("\n"));
const [one, three] = seen;
const ends = (text) => Number(text.split(" ").pop());
const wrong = (text) => text.split(" ").slice(1).findIndex((x) => Number(x) >= 4);
const length = (text) => text.split(" ").length - 1;
const asSeen = files.length === 2 && seen.every((t) => t.startsWith("violation: "))
  && wrong(one) === length(one) - 1 && wrong(three) >= 0 && wrong(three) < length(three) - 1 && ends(three) > ends(one);
if (!asSeen) { console.log("this has changed"); process.exit(1); }
JS
