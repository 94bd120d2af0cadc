"""What `make bench-growth` measured, as tables of Markdown for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mammo_core.evaluate.tables import table

MB = 1e6
ENCODINGS = {
    "ExplicitVRLittleEndian": "uncompressed",
    "RLELossless": "RLE",
    "JPEGLosslessProcess14_1": "JPEG Lossless",
    "JPEGLSLossless": "JPEG-LS",
    "JPEG2000Lossless": "JPEG 2000, lossless",
}
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
                    *(f"{case['memory_bytes'] / MB:.0f}", f"{case['memory_bytes'] / pixels:.0f}"),
                ]
            )
    return table(head, rows)


def encodings_table(results: Mapping) -> str:
    """Return what one film takes to load, and with it to be read, in each way of keeping it losslessly."""
    cases, demo = results["cases"]["encodings"]["encodings"], results["cases"]["area demo"]
    after = whole(demo) - demo["load"]
    rows = [
        [
            *(words, f"{cases[name]['file_bytes'] / MB:.1f}", f"{cases[name]['load']:.0f}"),
            *(f"{cases[name]['load'] + after:.0f}",),
        ]
        for name, words in ENCODINGS.items()
    ]
    return table(["kept as", "file, MB", "load, ms", "whole, ms"], rows)


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
        f"{case['main_peak_bytes'] / MB:.0f}",
        f"{case['worker_peak_bytes'] / MB:.0f}",
        f"{case['listing_bytes_a_film']:.0f}",
    ]


def memory_table(results: Mapping) -> str:
    """Return the memory held on the way through many small films."""
    notes = results["cases"]["memory"]["notes"]
    return table(
        ["films so far", "main process, MB", "worker, MB"],
        [[f"{note['n']:,}", f"{note['main_bytes'] / MB:.1f}", f"{note['worker_bytes'] / MB:.1f}"] for note in notes],
    )


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
