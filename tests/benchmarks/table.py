"""Results as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .measurement import Record, Results, fastest, ratio, spread

#: Whose times the ratios are to.
RIVAL = "tlc-2"

#: Title, width.
_COLUMNS = (
    ("search s", 10),
    ("spread", 8),
    ("generated/s", 13),
    ("TLC/this", 9),
    ("process s", 10),
    ("TLC/this", 9),
    ("compile s", 10),
    ("warm", 7),
    ("B/state", 8),
    ("peak MiB", 9),
)

LEGEND = """\
Medians over the rounds. search: the search alone, as the contestant itself says (rumur: its process); spread: largest
less smallest, of the median; process: from start to end of the process, mc with a warm code cache; TLC/this: how many
times longer TLC takes for the same; compile: with an empty code cache, of SPIN and rumur with the C compiler; warm:
loading the compiled code; B/state: size of the visited set for each distinct state; peak: resident set of the process.
"""


def report(results: Results) -> str:
    """All of it: the machine, a table for each model, what the columns are."""
    return "\n".join([*machine_lines(results), "", *_tables(results), LEGEND])


def machine_lines(results: Results) -> Iterator[str]:
    """The machine and the versions."""
    known = results.machine
    yield (
        f"{known['processor']}, {known['processors']} processors, {known['memory_bytes'] / 2**30:.0f} GiB,"
        f" load {known['load_average']} at the start; {known['kernel']}"
    )
    versions = ("python", "llvmlite", "llvm", "java", "tlc", "spin", "rumur", "gcc", "commit")
    yield "; ".join(f"{name} {known[name]}" for name in versions if known[name])


def _tables(results: Results) -> Iterator[str]:
    for case, description in results.cases.items():
        records = results.of(case)
        measured = results.counted(case)
        counts = f": {measured.generated:,} generated, {measured.distinct:,} distinct" if measured else ""
        yield f"{case}{counts}"
        yield f"  {description}"
        yield f"  {'':<11}" + "".join(f"{title:>{width}}" for title, width in _COLUMNS)
        yield from (_line(record, results.find(case, RIVAL)) for record in records if record.rounds)
        yield from (f"  {line}" for line in absent(records))
        yield from (f"  {line}" for line in summary(records))
        yield ""


def _line(record: Record, rival: Record | None) -> str:
    search, whole = record.median("explore_seconds"), record.median("process_seconds")
    peak = record.median("peak_rss_bytes")
    rate = record.generated_per_second
    cells = (
        _number(search, ".3f"),
        f"{100 * spread(record.values('explore_seconds')):.0f} %",
        _number(rate, ",.0f"),
        _times(ratio(rival.median("explore_seconds") if rival else None, search)),
        _number(whole, ".3f"),
        _times(ratio(rival.median("process_seconds") if rival else None, whole)),
        _number(record.cold_compile_seconds, ".2f"),
        _number(record.median("compile_seconds"), ".3f"),
        _number(record.visited_bytes_per_state, ".1f"),
        _number(None if peak is None else peak / 2**20, ",.0f"),
    )
    shown = "".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, _COLUMNS, strict=True))
    return f"  {record.engine:<11}{shown}"


def absent(records: Sequence[Record]) -> Iterator[str]:
    """Who was not run, and why; one line for each reason."""
    reasons = dict.fromkeys(record.absent for record in records if not record.rounds)
    for reason in reasons:
        yield f"not run: {', '.join(r.engine for r in records if not r.rounds and r.absent == reason)}: {reason}"


def _number(value: float | None, style: str) -> str:
    return "" if value is None else f"{value:{style}}"


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}x"


def summary(records: Sequence[Record]) -> Iterator[str]:
    """What two workers gain over one, and how far mc is ahead of the fastest other contestant but TLC."""
    by_name = {record.engine: record for record in records}
    one, two = by_name.get("mc-1"), by_name.get("mc-2")
    if one is None or two is None:
        return
    gain = ratio(one.median("explore_seconds"), two.median("explore_seconds"))
    if gain is not None:
        yield f"mc with two workers is {gain:.2f} times as fast as with one."
    peer = fastest(record for record in records if record.engine.startswith(("spin-", "rumur-")))
    ours = fastest((one, two))
    if peer is None or ours is None:
        return
    ahead = ratio(peer.median("explore_seconds"), ours.median("explore_seconds"))
    # SPIN prints hundredths of a second: nothing can be said of less.
    if ahead is not None:
        yield f"{ours.engine} is {ahead:.2f} times as fast as {peer.engine}, the fastest of SPIN and rumur."
