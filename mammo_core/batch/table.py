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

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mammo_core.batch.reader import OUT_OF_REACH, Row
from mammo_core.types import LABELS

if TYPE_CHECKING:
    import pyarrow

ROWS_A_GROUP = 50_000
"""Rows that are held in memory and written together when parts become one file (about 25 MB)."""
PART_FORM = 2
"""Of what a part states of itself beside its rows; a run that began with another form cannot go on."""
_PASSED_OVER, _OUT_OF_REACH = "passed_over", "out_of_reach"
_COMPRESSION = "zstd"


class Totals(NamedTuple):
    """What a table holds.

    Attributes:
        films: Rows.
        failed: Films that were set aside.
        passed_over: Files that are no pictures and have no row.
        out_of_reach: Those set aside because their files could not be reached.
    """

    films: int
    failed: int
    passed_over: int
    out_of_reach: int


@dataclass
class Part:
    """What is known of the films that lie in one part.

    Attributes:
        rows: {place of a film in its part: its row}.
        passed_over: Places of files that are no pictures.
    """

    rows: dict[int, Row] = field(default_factory=dict)
    passed_over: set[int] = field(default_factory=set)


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


def write_part(path: Path, part: Part) -> None:
    """Write the rows of a part as a file of its own, on the disk when this returns, whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    places = sorted(part.rows)
    stated = {
        _PASSED_OVER: json.dumps(sorted(part.passed_over)),
        _OUT_OF_REACH: json.dumps([place for place in places if part.rows[place].get(OUT_OF_REACH)]),
    }
    rows = [part.rows[place] | {"file": _printable(part.rows[place]["file"])} for place in places]
    table = pa.Table.from_pylist(rows, schema().with_metadata(stated))
    aside = path.with_name(f".{path.name}.aside")
    with aside.open("wb") as file:
        pq.write_table(table, file, compression=_COMPRESSION)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def read_part(path: Path) -> Part:
    """Return what a part holds, without the films that were out of reach: they are to be read anew."""
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path).read()
    passed_over, again = (set(_stated(table.schema, key)) for key in (_PASSED_OVER, _OUT_OF_REACH))
    places = (place for place in range(table.num_rows + len(passed_over)) if place not in passed_over)
    rows = zip(places, table.to_pylist(), strict=True)
    return Part({place: row for place, row in rows if place not in again}, passed_over)


def count_out_of_reach(path: Path) -> int:
    """Return how many films of a part are to be read anew; only its last bytes are read."""
    import pyarrow.parquet as pq

    return len(_stated(pq.read_schema(path), _OUT_OF_REACH))


def merge_parts(parts: Iterable[Path], out: Path) -> Totals:
    """Write all parts, in their order, as one file in place of `out`, which appears whole or not at all.

    Memory holds `ROWS_A_GROUP` rows at most, however many there are.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    aside = out.with_name(f".{out.name}.aside")
    held: list[pa.Table] = []
    films = failed = passed_over = out_of_reach = 0
    try:
        with aside.open("wb") as file:
            with pq.ParquetWriter(file, schema(), compression=_COMPRESSION) as writer:
                for part in parts:
                    table = pq.ParquetFile(part).read()
                    films += table.num_rows
                    failed += table.num_rows - table["error"].null_count
                    passed_over += len(_stated(table.schema, _PASSED_OVER))
                    out_of_reach += len(_stated(table.schema, _OUT_OF_REACH))
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
    return Totals(films, failed, passed_over, out_of_reach)


def _stated(columns: pyarrow.Schema, key: str) -> list[int]:
    """Return the places that a part states of itself."""
    return json.loads(columns.metadata[key.encode()])


def _printable(name: str) -> str:
    """Return a file's name as valid text: names may hold any bytes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
