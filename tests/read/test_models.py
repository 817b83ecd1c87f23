"""Models: found by name or path, read strictly, changed by the command line."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from mc.errors import ModelError, UsageError
from mc.read.models import bundled, bundled_names, find_spec, override, read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Model


def write(directory: Path, text: str) -> Path:
    """A YAML file beside a spec that is only looked for; returns the spec."""
    spec = directory / "toy.py"
    spec.touch()
    spec.with_suffix(".yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    return spec


def test_a_model_is_read_whole(tmp_path: Path) -> None:
    spec = write(
        tmp_path,
        """\
        default: two
        models:
          one: {constants: {}}
          two:
            description: "All there is"
            constants: {N: 3, On: true, Server: [a, b], Nil: none_}
            symmetry: [Server]
            invariants: [Safe]
            witnesses: []
            constraints: [Bounds]
            deadlock: false
            substitute: {Old: New}
            definitions: [mutants]
        """,
    )
    models = read_models(spec)
    assert list(models.models) == ["one", "two"]
    assert models.select(None) == Model(
        name="two",
        description="All there is",
        constants={"N": 3, "On": True, "Server": ["a", "b"], "Nil": "none_"},
        symmetry=("Server",),
        invariants=("Safe",),
        witnesses=(),
        constraints=("Bounds",),
        deadlock=False,
        substitute={"Old": "New"},
        definitions=("mutants",),
    )
    assert models.select("one") == Model("one", {})


def test_the_first_model_is_the_default(tmp_path: Path) -> None:
    spec = write(tmp_path, "models: {b: {}, a: {}}")
    assert read_models(spec).select(None).name == "b"


def test_a_spec_without_yaml_has_one_empty_model(tmp_path: Path) -> None:
    spec = tmp_path / "toy.py"
    spec.touch()
    assert read_models(spec).select(None) == Model("default", {})


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("models:\n  a:\n    constants: {N: 1\n", 4, "malformed YAML"),
        ("models:\n  a: [\n", 3, "malformed YAML"),
        ("models:\n\ta: {}\n", 2, "malformed YAML"),
        ("models:\n  a:\n    constant: {N: 1}\n", 3, "unknown key 'constant'; did you mean constants?"),
        ("model: {}\n", 1, "unknown key 'model'; did you mean models?"),
        ("models:\n  a:\n    symmetry: Server\n", 3, "list of names ([A, B]), not 'Server'"),
        ("models:\n  a:\n    symmetry: [3]\n", 3, "not '3'"),
        ("models:\n  a:\n    deadlock: 1\n", 3, "true or false, not '1'"),
        ("models:\n  a:\n    constants: 3\n", 3, "a mapping (KEY: VALUE), not '3'"),
        ("models:\n  a:\n    constants:\n      N: 1.5\n", 4, "N is a number, true or false"),
        ("models:\n  a:\n    constants:\n      N: null\n", 4, "N is a number, true or false"),
        ("models:\n  a:\n    constants:\n      N: {}\n", 4, "not a mapping"),
        ("models:\n  a:\n    constants: {N: 1}\n    constants: {N: 2}\n", 4, "'constants' stands here twice"),
        ("models:\n  a:\n    constants: {N: {1: 2, true: 3}}\n", 3, "the key True stands here twice, or 1 beside true"),
        ("models:\n  a:\n    constants: {N: {a: 2, a: 3}}\n", 3, "the key 'a' stands here twice"),
        ("models:\n  a:\n    constants:\n      N: {? [1] : 2}\n", 4, "a key is a number, true or false, or a name"),
        ("models:\n  a:\n    description: 3\n", 3, "description is a text"),
        ("models:\n  a:\n    substitute: {Old: [New]}\n", 3, "not a list"),
        ("models: [a]\n", 1, "models is a mapping"),
        ("models: {}\n", 1, "models is empty"),
        ("default: b\nmodels: {a: {}}\n", 1, "no model 'b'"),
        ("models:\n  ../a: {}\n", 2, "a model's name"),
        ("- a\n", 1, "the file is a mapping"),
        ("models:\n  a:\n    description: 2026-99-99\n", 3, "malformed value"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    spec = write(tmp_path, text)
    with pytest.raises(ModelError) as caught:
        read_models(spec).select(None)
    assert str(caught.value).startswith(f"{spec.with_suffix('.yaml')}:{line}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "# nothing\n", "default: a\n"])
def test_a_file_without_models_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ModelError, match=r"toy\.yaml: .*models"):
        read_models(write(tmp_path, text))


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    spec = write(tmp_path, "")
    spec.with_suffix(".yaml").write_bytes(b"models: \xff")
    with pytest.raises(ModelError, match="cannot read the models"):
        read_models(spec)


def test_an_unknown_model_is_an_error_that_lists_them(tmp_path: Path) -> None:
    models = read_models(write(tmp_path, "models: {small: {}, large: {}}"))
    with pytest.raises(ModelError, match=r"no model 'smal'; did you mean small.* models: small, large"):
        models.select("smal")


def test_the_command_line_overrides_the_model() -> None:
    model = Model("m", {"N": 1, "M": 2}, symmetry=("S",), invariants=("A",), deadlock=True, description="kept")
    assert override(model, {}) == model
    changed = override(model, {"N": 3}, (), ("B",), False)
    assert changed == Model("m", {"N": 3, "M": 2}, invariants=("B",), deadlock=False, description="kept")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("{constants: {N: 1, M: 2}}", "model bad: the spec has no constant 'M'"),
        ("{constants: {}}", "model bad: no value for the constant N"),
        ("{constants: {N: true}}", "constant N is a natural number, not True"),
        ("{constants: {N: 1}, invariants: [Lou]}", "model bad: invariants: the spec has no definition 'Lou'"),
        ("{constants: {N: 1}, symmetry: [N]}", "model bad: symmetry: N is not a constant set of model values"),
        ("{constants: {N: 1}, substitute: {A: B}}", "model bad: substitute: B is not a definition"),
        ("{constants: {N: 1}, definitions: [more]}", "model bad: definitions: there is no more.py"),
    ],
)
def test_a_model_that_does_not_fit_its_spec_is_told_with_its_place(tmp_path: Path, model: str, words: str) -> None:
    spec = write(tmp_path, f"models:\n  good: {{constants: {{N: 1}}}}\n  bad: {model}\n")
    spec.write_text(
        "from mc.lang import *\nN: Natural\nx = Variable(Range(0, N))\ndef Init(t):\n    t.x = 0\n"
        "def A(s, t):\n    return True\nNext = [A]\n",
        encoding="utf-8",
    )
    models = read_models(spec)
    load_spec(spec, models.select("good"))
    with pytest.raises(ModelError) as caught:
        load_spec(spec, models.select("bad"))
    assert str(caught.value).startswith(f"{spec.with_suffix('.yaml')}:3: {words}")
    assert caught.value.line == 3
    # What the command line says has no place in the file.
    with pytest.raises(ModelError, match=r"^constant N is a natural number, not 'x'"):
        load_spec(spec, override(models.select("good"), {"N": "x"}))


def test_specs_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    assert find_spec("raft") == (bundled("specs") / "raft.py", None)
    assert find_spec("raft:tiny") == (bundled("specs") / "raft.py", "tiny")
    spec = write(tmp_path, "models: {a: {}}")
    assert find_spec(str(spec)) == (spec, None)
    assert find_spec(f"{spec.with_suffix('.yaml')}:a") == (spec, "a")


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("rafft", "did you mean raft\\?$"),
        ("../raft", "there is no spec"),
        ("nowhere.py", "there is no file nowhere.py"),
        (":small", "there is no spec|is not SPEC"),
        ("", "is not SPEC"),
    ],
)
def test_a_spec_that_is_not_there_is_an_error(reference: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        find_spec(reference)


def test_models_without_their_spec_are_an_error(tmp_path: Path) -> None:
    file = tmp_path / "alone.yaml"
    file.write_text("models: {a: {}}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"there is no spec alone\.py beside it"):
        find_spec(str(file))


@pytest.mark.parametrize(
    ("spec", "model"),
    [(name, model) for name in bundled_names() for model in read_models(bundled("specs") / f"{name}.py").models],
)
def test_every_bundled_model_loads(spec: str, model: str) -> None:
    path, _ = find_spec(spec)
    loaded = load_spec(path, read_models(path).select(model))
    assert loaded.model.description
    assert loaded.invariants
