"""`python -m tests.bench`: what a judgement costs beside parsing the same body.

    python -m tests.bench            the table of ratios, the profile, the process
    python -m tests.bench --json     the medians for a machine
    python -m tests.bench http       under load by wrk or our own client, waitress and gunicorn
    python -m tests.bench crowd      seven callers, alone and beside one who sends 4,000 results
    python -m tests.bench chart      cost against the number of results, drawn anew
    python -m tests.bench further    what each further result costs, from 50 to 1,000 in a chart
    python -m tests.bench growth     cost by how much a request holds of one thing, up to the limits
    python -m tests.bench pages      what the answers of a FHIR server cost, up to their limits
    python -m tests.bench store      what a call costs that is remembered, beside one that is not
    python -m tests.bench tracing    what a call costs that a collector is told of (extra `otel`)

Ratios are CPU time in one process against a Flask endpoint that only parses the body with the
standard library.  See measure.py for how, and bodies.py for what.
"""

from __future__ import annotations

import gc
import json
import sys
from dataclasses import dataclass, replace

from service.server.serve import settle_interpreter
from tests.bench import chart, crowd, further, growth, load, paging, process, remembering
from tests.bench.arms import arms, authenticated, baseline, checked, log_to_nowhere, signature
from tests.bench.bodies import SIZES, Body, body
from tests.bench.kinds import KINDS
from tests.bench.measure import QUIET, Arm, Ratio, milliseconds, ratio
from tests.bench.steps import profile

BODIES = 20
ROUNDS = {"small": 60, "typical": 40, "large": 10}
RESULTS = (30, 300)


@dataclass(frozen=True)
class Report:
    """All figures of one run.  floor: of a request that is read and checked, and not judged."""

    control: Ratio
    floor: dict[str, Ratio]
    ratios: dict[str, dict[str, Ratio]]
    growth: float
    with_token: Ratio
    signature: Ratio
    shares: dict[str, dict[str, float]]
    import_cpu_s: float
    worker_mb: float
    full_collections: int

    def as_json(self) -> dict[str, object]:
        sizes = {
            size: {arm: round(found.median, 3) for arm, found in by_arm.items()}
            for size, by_arm in self.ratios.items()
        }
        return {
            "aa": round(self.control.median, 3),
            **sizes,
            "results_300_over_30": round(self.growth, 2),
            "import_cpu_s": round(self.import_cpu_s, 3),
            "worker_mb": round(self.worker_mb, 1),
            "gen2_per_1000": self.full_collections,
        }


def measure() -> Report:
    import_cpu_s, collections = process.import_cpu_seconds(), process.full_collections()
    bodies = {name: [body(n, size) for n in range(BODIES)] for name, size in SIZES.items()}
    worker_mb = process.worker_megabytes([b.raw for b in bodies["typical"]])
    parse, candidates, signed = baseline(), arms(), authenticated()
    judged, floor = candidates["judgement"], checked()
    settle_interpreter()
    return Report(
        control=ratio(parse, parse, bodies["typical"], ROUNDS["typical"]),
        floor={
            name: ratio(floor, parse, bodies[name], ROUNDS[name], answers=False) for name in SIZES
        },
        ratios={
            name: {
                arm: ratio(run, parse, bodies[name], ROUNDS[name])
                for arm, run in candidates.items()
            }
            for name in SIZES
        },
        growth=_growth(judged),
        with_token=ratio(signed, judged, bodies["typical"], ROUNDS["typical"]),
        signature=ratio(signature(), judged, bodies["typical"], ROUNDS["typical"], answers=False),
        shares={name: profile(signed, bodies[name], 5) for name in SIZES},
        import_cpu_s=import_cpu_s,
        worker_mb=worker_mb,
        full_collections=collections,
    )


def _growth(judged: Arm) -> float:
    """Time for the most results over time for the fewest, everything else alike."""
    few, many = (_with_results(count) for count in RESULTS)
    return milliseconds(judged, many, 10, judged=True) / milliseconds(judged, few, 20, judged=True)


def _with_results(count: int) -> list[Body]:
    size = replace(SIZES["typical"], results=count)
    return [body(number, size) for number in range(BODIES)]


def show(report: Report) -> None:
    print(f"{BODIES} bodies of each size, CPU time, gc thresholds {gc.get_threshold()}, frozen")
    print("ratio to a Flask endpoint that only parses: median (5 % to 95 % of rounds)\n")
    row("", *SIZES)
    row("parsing (control)", "", shown(report.control), "")
    row("checked, not judged", *(shown(report.floor[size]) for size in SIZES))
    for arm in report.ratios["typical"]:
        row(arm, *(shown(report.ratios[size][arm]) for size in SIZES))
    print()
    row("share of the time", *SIZES)
    for step in report.shares["typical"]:
        row(step, *(f"{report.shares[size][step]:.0%}" for size in SIZES))
    print(f"\n{RESULTS[1]} results over {RESULTS[0]}: {report.growth:.2f}")
    print(f"with an ES384 token over without, typical: {shown(report.with_token)}")
    print(f"the bare check of its signature over that: {shown(report.signature)}")
    print(f"import of the application: {report.import_cpu_s:.2f} s CPU")
    print(f"private memory of a worker: {report.worker_mb:.0f} MB")
    print(f"full garbage collections in 1,000 typical requests: {report.full_collections}")


def row(name: str, *cells: str) -> None:
    print(f"{name:<20}" + "".join(f"{cell:>26}" for cell in cells))


def shown(found: Ratio) -> str:
    return f"{found.median:.2f} ({found.low:.2f} to {found.high:.2f})"


def _kinds(named: list[str]) -> tuple[str, ...]:
    """Those of this name, or all."""
    for name in named:
        if name not in KINDS:
            sys.exit(f"{name}: not a kind of what a request holds; one of {', '.join(KINDS)}")
    return tuple(named or KINDS)


def main(arguments: list[str]) -> int:
    if arguments == ["http"]:
        return load.main()
    if arguments == ["crowd"]:
        return crowd.main()
    if arguments[:1] == ["growth"]:
        return growth.main(_kinds(arguments[1:]))
    if arguments == ["pages"]:
        return paging.main()
    log_to_nowhere()
    if arguments == ["store"]:
        settle_interpreter()
        return remembering.main(row, shown)
    if arguments == ["tracing"]:
        from tests.bench import tracing

        settle_interpreter()
        return tracing.main(row, shown)
    if arguments == ["further"]:
        settle_interpreter()
        return further.main(arms()["judgement"], baseline(), row, shown)
    if arguments == ["chart"]:
        settle_interpreter()
        chart.main(arms()["judgement"], baseline())
        return 0
    report = measure()
    if arguments == ["--json"]:
        print(json.dumps(report.as_json()))
    else:
        show(report)
    if not report.control.is_quiet:
        print(
            f"inconclusive: the control is outside {QUIET[0]} to {QUIET[1]}; "
            "run again on a quieter machine",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
