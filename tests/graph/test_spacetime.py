"""Space-time diagrams: nothing overlaps, nothing is injected, the same every time, and text without system fonts."""

from __future__ import annotations

import itertools
import struct
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from mc.errors import UsageError
from mc.graph.layout import LETTER, Layout, layout, pack, wrap
from mc.graph.raster import MONO, rasterize
from mc.graph.spacetime import png, svg
from mc.spec.objects import Spec
from mc.trace.events import timeline
from tests.toys.walks import TOYS, load, raft, take, twophase, walk

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert(1)</script><image href="http://x/"/>&amp;\x01'


def placed(spec, behavior) -> Layout:
    return layout(timeline(spec, behavior), frozenset())


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    "spec",
    [
        *(raft(5), raft(3), raft(2), raft(1), raft(7), twophase(5), load(TOYS / "ring.py", N=3)),
        *(
            load(TOYS / "diehard.py"),
            load(TOYS / "starts.py"),
            load(TOYS / "turns.py", N=2),
            load(TOYS / "turns.py", N=5),
        ),
    ],
)
@pytest.mark.parametrize("seed", range(8))
def test_no_two_texts_overlap(spec: Spec, seed: int) -> None:
    picture = placed(spec, walk(spec, seed, 29))
    assert picture.width <= 1600
    for a, b in itertools.combinations(picture.boxes, 2):
        beside = a.right <= b.left + 0.01 or b.right <= a.left + 0.01
        above = a.bottom <= b.top + 0.01 or b.bottom <= a.top + 0.01
        assert beside or above, (a, b)
    for box in picture.boxes:
        assert 0 <= box.left < box.right <= picture.width, box
        assert 0 <= box.top < box.bottom <= picture.bottom, box
        assert len(box.lines) * 14 <= box.bottom - box.top, box


@pytest.mark.parametrize("seed", range(6))
def test_arrows_go_down_from_the_row_of_the_sending(seed: int) -> None:
    spec = raft(5)
    behavior = walk(spec, seed, 29)
    told, picture = timeline(spec, behavior), placed(spec, behavior)
    for arrow in picture.arrows:
        ys = [y for _, y in arrow.points]
        assert ys == sorted(ys)
        assert ys[0] < ys[-1]
    received = [a for a in picture.arrows if a.kind == "received"]
    assert len(received) == sum(len(f.arrivals) for f in told.flights)
    assert {a.points[-1][1] for a in received} <= {top for top, _ in picture.rows}
    lost = [a.points[-1] for a in picture.arrows if a.kind == "dropped"]
    assert sorted(lost) == sorted((m.x, m.y) for m in picture.marks if m.kind == "dropped")
    assert len(lost) == sum(f.dropped is not None for f in told.flights)


def test_one_row_for_each_state() -> None:
    spec = raft(3)
    behavior = walk(spec, 1, 14)
    rows = placed(spec, behavior).rows
    assert len(rows) == len(behavior.states)
    assert all(above[1] < below[0] for above, below in itertools.pairwise(rows))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_small_behaviors_of_specs_of_other_shapes(number: int) -> None:
    spec = [twophase(), load(TOYS / "lock.py", Process=2), load(TOYS / "ring.py", N=3)][number]
    for length in (0, 1, 6):
        behavior = walk(spec, length, length)
        picture = svg(spec, behavior, "Something is wrong.")
        assert f"{length + 1} state{'s' if length else ''}" in texts(picture)
        for event in timeline(spec, behavior).events:
            assert any(t.startswith(event.step.action.name) for t in texts(picture))


def test_what_the_picture_says() -> None:
    spec = raft(3)
    behavior = take(spec, "Timeout(s1)", "RequestVote(s1, s2)", "DropMessage(", "Timeout(s2)")
    picture = svg(spec, behavior, "ElectionSafety is false for i = s1, j = s3")
    said = texts(picture)
    for text in ("raft:m", "5 states", "s1", "s2", "s3", "Candidate 2", "RequestVoteRequest", "DropMessage"):
        assert text in said
    assert "State 5: ElectionSafety is false for i = s1, j = s3" in said
    marked = [box for box in layout(timeline(spec, behavior), frozenset()).boxes if box.marked]
    assert not marked
    # The lanes that the sentence names have a heavy outline at their end: s1 and s3, not s2.
    heavy = [e for e in ET.fromstring(picture).iter(f"{SVG}rect") if e.get("stroke-width") == "2.5"]
    assert len(heavy) == 2


def test_values_where_there_are_no_messages() -> None:
    spec = load(TOYS / "diehard.py")
    said = texts(svg(spec, take(spec, "FillBig", "BigToSmall"), "NotSolved is false"))
    for text in ("big = 0, small = 0", "big: 0 -> 5", "big: 5 -> 2", "small: 0 -> 3", "big = 2, small = 3"):
        assert text in said
    # What is shared stands beside the lanes, what is a role on them; processes that are numbers have no other name.
    spec = load(TOYS / "turns.py", N=2)
    behavior = take(spec, "Ask(1)", "Ask(2)", "Enter(2)")
    picture = svg(spec, behavior, 'Exclusion is false for p = 2: at[2] = "inside"')
    said = texts(picture)
    for text in ("1", "2", "away", "turn = 1, queue = <<>>", "turn: 1 -> 2", "queue: <<>> -> <<1>>", "inside"):
        assert text in said
    heavy = [e for e in ET.fromstring(picture).iter(f"{SVG}rect") if e.get("stroke-width") == "2.5"]
    assert len(heavy) == 1


def hostile(directory: Path):
    """A spec whose strings are markup: a role, a message's field, and the sentence about it."""
    path = directory / "hostile.py"
    path.write_text(
        f"""\
from mc.lang import *

Node: ModelValues
Bad = {HOSTILE!r}
mode = Variable(Fn(Node, Enum("good", Bad)))
net = Variable(Bag(Union(Record(type=Bad, text=Enum(Bad), dest=Node)), distinct=2, copies=1))

def Init(t):
    t.mode = {{n: "good" for n in Node}}
    t.net = {{}}

def Turn(s, t, n, w):
    t.mode[n] = w
    t.net = s.net + {{Record(type=Bad, text=Enum(Bad), dest=Node)(type=w, text=w, dest=n)}}
    return True

Next = [(Turn, Node, Enum(Bad))]
""",
        encoding="utf-8",
    )
    spec = load(path, Node=2)
    return spec, take(spec, "Turn(n1")


def test_markup_in_values_stays_text(tmp_path: Path) -> None:
    spec, behavior = hostile(tmp_path)
    root = ET.fromstring(svg(spec, behavior, HOSTILE))
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {"svg", "g", "title", "rect", "path", "circle", "text"}
    assert not [a for e in root.iter() for a in e.attrib if a.lower().startswith("on") or "href" in a]
    assert "script" in "".join(texts(svg(spec, behavior, HOSTILE)))


def test_the_same_every_time() -> None:
    spec = raft(3)
    behavior = walk(spec, 2, 12)
    assert svg(spec, behavior, "x") == svg(spec, behavior, "x")
    assert png(spec, behavior, "x") == png(spec, behavior, "x")


def test_png_has_the_size_of_the_svg_and_its_text() -> None:
    spec = raft(3)
    behavior = walk(spec, 2, 5)
    picture = svg(spec, behavior)
    data = png(spec, behavior, zoom=2)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    root = ET.fromstring(picture)
    assert struct.unpack(">II", data[16:24]) == tuple(round(2 * float(root.get(n, ""))) for n in ("width", "height"))
    # No system font is looked for, so what differs from the picture without letters are the letters of our font.
    for element in root.iter(f"{SVG}text"):
        element.text = ""
    assert len(data) > 1.3 * len(rasterize(ET.tostring(root, encoding="unicode"), MONO, 2.0))


def test_pictures_by_graphviz_have_their_letters_too() -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="30pt"><text y="20" {}>Timeout</text></svg>'
    drawn = {
        rasterize(picture.format(f'font-family="{family}"'), MONO, 2.0)
        for family in ("Times,serif", "Arial,sans-serif")
    }
    assert len(drawn) == 1
    assert drawn != {rasterize(picture.format("").replace("Timeout", ""), MONO, 2.0)}
    assert struct.unpack(">II", drawn.pop()[16:24]) == (160, 80)


@pytest.mark.parametrize("package", ["fontpkg", "resvg_py"])
def test_png_without_its_packages_says_what_to_install(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=rf"{package}.*mc-consensus\[render\]"):
        rasterize("<svg/>", MONO, 2.0)


def test_lines() -> None:
    assert wrap("one two three four", 9, 2) == ["one two", "three ..."]
    assert pack(("a = 1", "b = 2", "c = <<1, 2>>"), 14, 2) == ["a = 1, b = 2,", "c = <<1, 2>>"]
    assert pack(("a = <<111, 222, 333>>",), 14, 2) == ["a = <<111,", "222, 333>>"]
    assert LETTER > 6
