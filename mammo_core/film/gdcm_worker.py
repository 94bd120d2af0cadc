"""Decode one JPEG or JPEG-LS frame with GDCM: standard input to standard output, in a process of its own.

Run by `mammo_core.film.dicom_pixels` as a bare script, so that a damaged or hostile frame that crashes GDCM ends this
process and nothing else. Imports nothing of the library.

    python gdcm_worker.py TRANSFER_SYNTAX ROWS COLUMNS PRECISION SIGNED < frame > pixels
"""

from __future__ import annotations

import sys

import gdcm


def main(syntax: str, rows: int, columns: int, precision: int, signed: int) -> int:
    """Write the decoded pixels (8 bits up to precision 8, else 16, little endian); return the exit code."""
    fragment, fragments = gdcm.Fragment(), gdcm.SequenceOfFragments.New()
    fragment.SetByteStringValue(sys.stdin.buffer.read())
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((columns, rows, 1))
    image.SetDataElement(element)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.MONOCHROME2))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    image.SetPixelFormat(gdcm.PixelFormat(1, 8 if precision <= 8 else 16, precision, precision - 1, signed))
    decoded = image.GetBuffer()  # a str of bytes, or None
    if decoded is None:
        return 1
    sys.stdout.buffer.write(decoded.encode("utf-8", "surrogateescape"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
