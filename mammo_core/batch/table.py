"""The table of readings: its columns, parts that appear whole or not at all, and all parts as one file.

| column | type | |
|---|---|---|
| `file` | text | the film, below its source |
| `digest` | text | of its pixels, as `Mammogram.digest`: the same film in two files has the same one |
| `label`, `decision` | text | as `read --json` |
| `p_normal`, `p_benign`, `p_malignant` | number | calibrated |
| `candidates` | list of `x, y, width, height, p_...` | places looked at, in film pixels, most suspicious first |
| `laterality`, `view`, `pixel_spacing_mm` | | |
| `applicability` | `inside`, `reasons` | |
| `warnings` | list of text | |
| `model_id`, `training_film_id` | text | |
| `seconds` | number | from the file to the reading, on the worker |
| `error` | text | why the film was set aside; then nothing but `file`, `model_id` and `seconds` is there |
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mammo_core.types import LABELS

if TYPE_CHECKING:
    import pyarrow

    from mammo_core.batch.reader import Row

ROWS_A_GROUP = 50_000
"""Rows that are held in memory and written together when parts become one file (about 25 MB)."""
_PASSED_OVER = b"passed_over"
_COMPRESSION = "zstd"


class Totals(NamedTuple):
    """What a table holds: films, those of them that were set aside, and files passed over as no pictures."""

    films: int
    failed: int
    passed_over: int


@cache
def schema() -> pyarrow.Schema:
    """Return the columns and their types."""
    import pyarrow as pa

    text, number, texts = pa.string(), pa.float64(), pa.list_(pa.string())
    shares = [(f"p_{label}", number) for label in LABELS]
    place = pa.struct([*((side, number) for side in ("x", "y", "width", "height")), *shares])
    columns = [
        *(("file", text), ("digest", text), ("label", text), ("decision", text), *shares),
        *(("candidates", pa.list_(place)), ("laterality", text), ("view", text), ("pixel_spacing_mm", number)),
        *(("applicability", pa.struct([("inside", pa.bool_()), ("reasons", texts)])), ("warnings", texts)),
        *(("model_id", text), ("training_film_id", text), ("seconds", number), ("error", text)),
    ]
    return pa.schema(columns)


def write_part(path: Path, rows: Sequence[Row], passed_over: int) -> None:
    """Write some rows as a file of its own, on the disk when this returns, whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = schema().with_metadata({_PASSED_OVER: str(passed_over).encode()})
    table = pa.Table.from_pylist([row | {"file": _printable(row["file"])} for row in rows], columns)
    aside = path.with_name(f".{path.name}.aside")
    with aside.open("wb") as file:
        pq.write_table(table, file, compression=_COMPRESSION)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def merge_parts(parts: Iterable[Path], out: Path) -> Totals:
    """Write all parts, in their order, as one file in place of `out`, which appears whole or not at all.

    Memory holds `ROWS_A_GROUP` rows at most, however many there are.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    aside = out.with_name(f".{out.name}.aside")
    held: list[pa.Table] = []
    films = failed = passed_over = 0
    try:
        with aside.open("wb") as file:
            with pq.ParquetWriter(file, schema(), compression=_COMPRESSION) as writer:
                for part in parts:
                    table = pq.ParquetFile(part).read()
                    films += table.num_rows
                    failed += table.num_rows - table["error"].null_count
                    passed_over += int(table.schema.metadata[_PASSED_OVER])
                    held.append(table.replace_schema_metadata())
                    if sum(map(len, held)) >= ROWS_A_GROUP:
                        writer.write_table(pa.concat_tables(held))
                        held.clear()
                if held:
                    writer.write_table(pa.concat_tables(held))
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, out)
    finally:
        aside.unlink(missing_ok=True)
    return Totals(films, failed, passed_over)


def _printable(name: str) -> str:
    """Return a file's name as valid text: names may hold any bytes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
