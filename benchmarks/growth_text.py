"""What `make bench-growth` measured, as tables of Markdown for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mammo_core.evaluate.tables import table

MIB = 2**20
STEPS = ("load", "prepare", "scan", "answer")
FLOORS = ("floor_decode", "floor_clahe", "floor_network")


def whole(case: Mapping) -> float:
    """Return the milliseconds of one reading, from the file's bytes to the answer."""
    return sum(case[step] for step in STEPS)


def floor(case: Mapping) -> float:
    """Return the milliseconds of one reading's floors: decode, CLAHE once, the bare network."""
    return sum(case[name] for name in FLOORS)


def area_table(results: Mapping) -> str:
    """Return time and memory of one film by its area."""
    head = ["film", "pixels", "as the model sees it", *(f"{step}, ms" for step in STEPS)]
    head += ["whole, ms", "times the floor", "memory, MB", "bytes a pixel"]
    rows = []
    for name, case in sorted(results["cases"].items(), key=lambda item: (len(item[0]), item[0])):
        if name.startswith("area"):
            pixels = case["pixels"][0] * case["pixels"][1]
            rows.append(
                [
                    *(name.removeprefix("area "), _by(case["pixels"]), _by(case["prepared_pixels"])),
                    *(f"{case[step]:.0f}" for step in STEPS),
                    *(f"{whole(case):.0f}", f"{whole(case) / floor(case):.1f}"),
                    *(f"{case['memory_bytes'] / MIB:.0f}", f"{case['memory_bytes'] / pixels:.0f}"),
                ]
            )
    return table(head, rows)


def films_table(results: Mapping) -> str:
    """Return time and memory of `batch` by the number of films."""
    head = ["films", "worker, ms a film", "times the floor", "main process, ms a film", "main process at most, MB"]
    head += ["worker at most, MB", "list, bytes a film"]
    return table(head, [_films_row(case) for case in films_cases(results)])


def films_cases(results: Mapping) -> Sequence[Mapping]:
    """Return the cases of many films that were measured, fewest films first."""
    cases = (case for name, case in results["cases"].items() if name.startswith("films"))
    return sorted(cases, key=lambda case: case["n"])


def _films_row(case: Mapping) -> list[str]:
    return [
        f"{case['n']:,}",
        f"{1000 * case['worker_cpu_a_film']:.0f}",
        f"{case['worker_cpu_a_film'] / case['floor_cpu_a_film']:.2f}",
        f"{1000 * case['main_cpu_a_film']:.1f}",
        f"{case['main_peak_bytes'] / MIB:.0f}",
        f"{case['worker_peak_bytes'] / MIB:.0f}",
        f"{case['listing_bytes_a_film']:.0f}",
    ]


def workers_table(results: Mapping) -> str:
    """Return what a second worker gives, and what the machinery around one costs."""
    case = results["cases"]["workers"]
    return table(
        ["ratio", "by the clock", "by processor seconds", "target"],
        [
            [
                "one worker to a plain loop of one thread",
                f"{case['one_to_alone']:.2f}",
                f"{case['one_to_alone_cpu']:.2f}",
                "0.8",
            ],
            ["two workers to one", f"{case['two_to_one']:.2f}", f"{case['two_to_one_cpu']:.2f}", "1.7"],
        ],
    )


def _by(pixels: Sequence[int]) -> str:
    return f"{pixels[0]} x {pixels[1]}"
