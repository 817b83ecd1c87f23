"""Results as a picture: how fast the searches are, and how many times longer TLC takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .measurement import Results, ratio
from .table import RIVAL, absent

#: Colours by the beginning of an engine's name: hues that differ in lightness too.
COLOURS = {"mc": "#1f5fa8", "reference": "#8fb4dc", "tlc": "#c2410c", "spin": "#5f7f3a", "rumur": "#a3a329"}
#: Inches.
WIDTH, ROW, MARGIN = 11.0, 0.21, 1.35
#: A figure right of the end of its bar.
BESIDE: dict[str, Any] = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": 8}


@dataclass(frozen=True)
class Bar:
    """A contestant that ran; None is a ratio that there is no TLC for."""

    engine: str
    generated_per_second: float
    times_tlc: float | None


@dataclass(frozen=True)
class Group:
    """A model with its counts, its constants and symmetry, and the contestants that were run on it."""

    title: str
    constants: str
    bars: list[Bar]


def groups(results: Results) -> Iterator[Group]:
    """All models that something was run on."""
    for case, description in results.cases.items():
        rival = results.find(case, RIVAL)
        bars = []
        for record in results.of(case):
            rate = record.generated_per_second
            if rate is not None:
                seconds = rival.median("explore_seconds") if rival is not None else None
                bars.append(Bar(record.engine, rate, ratio(seconds, record.median("explore_seconds"))))
        counted = results.counted(case)
        if counted is not None:
            title = f"{case}: {counted.distinct:,} states, {counted.generated:,} generated"
            yield Group(title, description.partition("; invariants")[0], bars)


def short(number: float) -> str:
    """A number in three or four digits: 22.8 M, 15.1 k, 1,042."""
    if number >= 1e6:
        return f"{number / 1e6:.3g} M"
    return f"{number / 1e3:.3g} k" if number >= 1e4 else f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def caption(results: Results) -> Iterator[str]:
    """What the figures depend on, and who is not in the picture."""
    known = results.machine
    yield (
        f"Medians. The number after a name is that of workers, threads or processes. {known['processor']},"
        f" {known['processors']} processors, {known['kernel']}; TLC {known['tlc']}"
    )
    run = {record.engine for record in results.records if record.rounds}
    never = {record.engine: record for record in reversed(results.records) if record.engine not in run}
    yield from absent([*reversed(never.values())])


def draw(results: Results, file: Path) -> None:
    """Write the picture as SVG, the same for the same results."""
    # Imported here: nothing but the picture needs it.
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.family": "DejaVu Sans", "font.size": 9, "svg.hashsalt": "mc"}):
        shown = list(groups(results))
        rows = sum(len(group.bars) + 3 for group in shown)
        figure = Figure(figsize=(WIDTH, ROW * rows + MARGIN), layout="constrained")
        FigureCanvasSVG(figure)
        rates, times = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        _draw_bars(rates, times, shown)
        rates.set_title("States generated per second of search", loc="left", weight="bold")
        times.set_title("TLC's search time / this one's", loc="left", weight="bold")
        for axes in (rates, times):
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(lambda number, _: short(number))
            axes.margins(x=0.12)
            axes.grid(axis="x", color="#dddddd")
            axes.set_axisbelow(True)
            axes.tick_params(axis="y", length=0)
            axes.spines[["top", "right", "left"]].set_visible(False)
        figure.supxlabel("\n".join(caption(results)), fontsize=8, color="#555555")
        figure.savefig(file, format="svg", metadata={"Date": None})


def _draw_bars(rates: Any, times: Any, shown: list[Group]) -> None:
    """Fill both panels, from top to bottom: per model two lines of text, then a row for each contestant."""
    names: dict[int, str] = {}
    row = 0
    for group in shown:
        place = {"transform": rates.get_yaxis_transform(), "va": "center"}
        rates.text(0, row, group.title, weight="bold", **place)
        row += 1
        rates.text(0, row, group.constants, fontsize=7.5, color="#555555", **place)
        for bar in group.bars:
            row += 1
            names[row] = bar.engine
            colour = COLOURS[bar.engine.split("-")[0]]
            rates.barh(row, bar.generated_per_second, color=colour)
            rates.annotate(short(bar.generated_per_second), (bar.generated_per_second, row), **BESIDE)
            if bar.times_tlc is not None:
                # From 1 on: what is slower than TLC points to the left.
                times.barh(row, bar.times_tlc - 1, left=1, color=colour)
                times.annotate(f"{short(bar.times_tlc)}x", (max(1, bar.times_tlc), row), **BESIDE)
        row += 2
    rates.set_yticks(list(names), list(names.values()))
    rates.set_ylim(row - 1, -1)
    times.axvline(1, color=COLOURS["tlc"], linewidth=1)
