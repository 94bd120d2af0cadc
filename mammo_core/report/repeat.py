"""Whether a recorded reading repeats bit by bit: the same files, the same model, read again and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mammo_core.config import MODELS_DIR
from mammo_core.errors import RecordError
from mammo_core.network.bundle import Bundle, load_bundle
from mammo_core.report.record import SCHEMA, SCHEMA_VERSION, make_record
from mammo_core.report.reported import MOST_FILMS, FilmFile, read_files

_MOST_TOLD = 12
"""Differences that are told one by one; a foreign model changes them all."""


@dataclass(frozen=True)
class Repeat:
    """What came of reading again.

    Attributes:
        differences: What is not the same, one sentence each; none when the reading repeats bit by bit.
        surroundings: What else differs between then and now (versions, processor, code), one sentence each. It need
            not change a reading; where one does not repeat, it is where to look for the reason.
    """

    differences: tuple[str, ...]
    surroundings: tuple[str, ...]

    @property
    def repeats(self) -> bool:
        """Whether every bit that was recorded came again."""
        return not self.differences


def bundle_of_record(record: dict) -> Bundle:
    """Load the model folder that a record names; the active one where there is none of that name.

    Raises:
        BundleError: The folder is not sound.
        RecordError: This is no record.
    """
    check_record(record)
    folders = {folder.name: folder for folder in MODELS_DIR.iterdir() if folder.is_dir()}
    return load_bundle(folders.get(record["model"]["id"]))


def repeat_record(record: dict, files: Sequence[bytes], bundle: Bundle) -> Repeat:
    """Read the files again and compare everything that was recorded, bit by bit.

    Where file or model is another one, nothing is read: the reading cannot repeat.

    Args:
        record: From `make_record`, through JSON.
        files: The films' files, in any order.
        bundle: The model to read with.

    Raises:
        RecordError: This is no record, or one of another version.
        ImageError: A file with the recorded digest cannot be read by this program.
    """
    check_record(record)
    ordered, differences = _in_order(record, files)
    now = make_record([], bundle, datetime.fromisoformat(record["read_at"]))
    differences += _model_differences(record["model"], now["model"])
    if not differences:
        inputs = [_film_file(film, data) for film, data in zip(record["films"], ordered, strict=True)]
        films, exam = read_files(inputs, bundle, together=record["exam"] is not None)
        now = make_record(films, bundle, datetime.fromisoformat(record["read_at"]), exam)
        differences = [
            *_compare("film", record["films"], now["films"]),
            *_compare("exam", record["exam"], now["exam"]),
        ]
    told = differences[:_MOST_TOLD]
    if len(differences) > len(told):
        told.append(f"{len(differences) - len(told)} more differences.")
    surroundings = [
        *_compare("software", record["software"], now["software"]),
        *_compare("machine", record["machine"], now["machine"]),
    ]
    return Repeat(tuple(told), tuple(surroundings))


def check_record(record: object) -> None:
    """Raise RecordError where something is no record of a reading that this program understands."""
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise RecordError("expected the record of a reading, as `report --json` writes it; something else came")
    if record.get("schema_version") != SCHEMA_VERSION:
        raise RecordError(
            f"expected a record of version {SCHEMA_VERSION}, this one has {record.get('schema_version')!r:.20}; check "
            "it with the program that wrote it"
        )
    try:
        datetime.fromisoformat(record["read_at"])
        whole = (
            all(isinstance(record["model"][key], kind) for key, kind in (("id", str), ("sha256", dict)))
            and 1 <= len(record["films"]) <= MOST_FILMS
            and all(isinstance(film["file_sha256"], str) for film in record["films"])
            and all({"pixel_spacing_mm"} == set(film["opened_with"]) for film in record["films"])
            and all({"pixel_spacing_mm", "laterality", "view"} == set(film["read_as"]) for film in record["films"])
            and {"software", "machine", "exam"} <= set(record)
        )
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise RecordError("the record lacks parts that are needed to read again; use it as it was written")


def _in_order(record: dict, files: Sequence[bytes]) -> tuple[list[bytes], list[str]]:
    """Return the files in the record's order, and which of its films are not among them."""
    given = {hashlib.sha256(data).hexdigest(): data for data in files}
    wanted = [film["file_sha256"] for film in record["films"]]
    missing = [
        f"Film {number}: none of the files given is the one that was read (its sha256 begins {digest[:12]})."
        for number, digest in enumerate(wanted, start=1)
        if digest not in given
    ]
    foreign = len(set(given) - set(wanted))
    if foreign and not missing:
        missing.append(f"{foreign} of the files given took no part in the reading.")
    return [given[digest] for digest in wanted if digest in given], missing


def _model_differences(then: dict, now: dict) -> list[str]:
    if then["id"] != now["id"]:
        return [f"It was read by model {then['id']!r:.60}, which is not here; this is {now['id']}."]
    changed = [name for name, digest in then["sha256"].items() if now["sha256"].get(name) != digest]
    if changed or then.get("info_digest") != now["info_digest"]:
        return [f"Model {now['id']} is not the one that read it: {', '.join(changed) or 'bundle.json'} differs."]
    if then.get("fingerprint") != now["fingerprint"]:
        return ["Films are prepared by other code (another fingerprint)."]
    return []


def _film_file(film: dict, data: bytes) -> FilmFile:
    return FilmFile(
        data, film.get("file_name", ""), film["opened_with"]["pixel_spacing_mm"], tuple(film["read_as"].items())
    )


def _compare(name: str, then: object, now: object) -> Iterator[str]:
    """Yield a sentence for every value that differs; floats have to be the same bits, not merely close."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*then, *now]):
            yield from _compare(f"{name} {key}", then.get(key), now.get(key))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (before, after) in enumerate(zip(then, now, strict=True), start=1):
            yield from _compare(f"{name} {number}", before, after)
    elif then != now or type(then) is not type(now):
        yield f"{name}: {_short(then)} then, {_short(now)} now."


def _short(value: object) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 80 else f"{text[:60]} … ({len(text)} characters)"
