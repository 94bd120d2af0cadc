"""Small collections in every form that MIAS comes in, for the tests of importing."""

import hashlib
import io
import tarfile
import zipfile

import numpy as np

from mammo_core.mias.checksums import Catalogue, checksum_of

SIZE = 64


def draw_films(n_films=6, size=SIZE):
    """Return {film_id: PGM file} of films of noise."""
    draw = np.random.default_rng(1994)
    header = b"P5\n%d %d\n255\n" % (size, size)
    return {
        f"mdb{number:03d}": header + draw.integers(0, 256, (size, size), np.uint8).tobytes()
        for number in range(1, n_films + 1)
    }


def catalogue_of(films, archive=b"", size=SIZE):
    checksums = {film_id: checksum_of(data, size) for film_id, data in films.items()}
    return Catalogue(checksums, size, hashlib.sha256(archive).hexdigest())


def pixels_of(data, size=SIZE):
    return np.frombuffer(data[-size * size :], np.uint8).reshape(size, size)


def pack_tar(members, mode="w:gz", form=tarfile.PAX_FORMAT):
    """Return a tar archive of {name: bytes or TarInfo}."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode, format=form) as tar:
        for name, data in members.items():
            info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            if isinstance(data, bytes):
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
    return packed.getvalue()


def pack_zip(members):
    """Return a zip file of [(name or ZipInfo, bytes)]."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def pgm_members(films, folder=""):
    return {f"{folder}{film_id}.pgm": data for film_id, data in films.items()}
