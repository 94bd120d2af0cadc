"""One A4 page and what can be drawn on it. It prints in black and white too: nothing is told by colour alone."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Spacer

from mammo_core.report import pdf_words as words
from mammo_core.report.palette import CLASS_COLOURS
from mammo_core.report.pdf_facts import Section
from mammo_core.types import Box

WIDTH, HEIGHT = A4
MARGIN = 36.0
FOOT = 30.0
PLAIN, BOLD = "Vera", "VeraBd"
"""Bitstream Vera, which comes with ReportLab and is embedded: a page looks alike on every machine."""
INK, MUTED, LINE = "#111111", "#4a4a4a", "#8a8a8a"
SIZES = (7.4, 7.0, 6.6, 6.2, 5.8, 5.5)
"""Of running text, in points: the first at which everything fits."""


def printable(text: str) -> str:
    """Return a text in which every character can be seen: what the font lacks, or what steers text, as `\\u202e`."""
    known = pdfmetrics.getFont(_font()).face.charToGlyph
    return "".join(
        c if ord(c) in known and unicodedata.category(c)[0] != "C" else ascii(c)[1:-1] for c in text.replace("\n", " ")
    )


class Page:
    """A page that is being drawn; places are in points from the lower left corner.

    Args:
        out: Where the PDF goes.
        title: Of the document.
        author: The program.
        moment: Of the reading, the only one the file carries.
    """

    def __init__(self, out: BinaryIO, title: str, author: str, moment: datetime) -> None:
        _font()
        self._canvas = Canvas(out, pagesize=A4, invariant=1, lang="en-GB", initialFontName=PLAIN)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setDateFormatter(lambda *parts: moment.strftime("D:%Y%m%d%H%M%S+00'00'"))

    def save(self) -> None:
        """Write the PDF."""
        self._canvas.showPage()
        self._canvas.save()

    def text(
        self, text: str, x: float, y: float, size: float, *, bold: bool = False, muted: bool = False,
        right: bool = False, within: float = 0.0,
    ) -> None:  # fmt: skip
        """Write one line; `right`: ending at x; `within`: made smaller until it is no wider."""
        text, font = printable(text), BOLD if bold else PLAIN
        while within and size > 4 and pdfmetrics.stringWidth(text, font, size) > within:
            size -= 0.2
        self._canvas.setFillColor(MUTED if muted else INK)
        self._canvas.setFont(font, size)
        (self._canvas.drawRightString if right else self._canvas.drawString)(x, y, text)

    def paragraph(self, text: str, x: float, top: float, width: float, size: float, muted: bool = False) -> float:
        """Write a paragraph and return where it ends."""
        flowable = _paragraph(text, size, MUTED if muted else INK)
        _, height = flowable.wrap(width, HEIGHT)
        flowable.drawOn(self._canvas, x, top - height)
        return top - height

    def notice(self, bold: str, rest: str, y: float) -> None:
        """Write the notice in a frame."""
        canvas = self._canvas
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(1.0)
        canvas.rect(MARGIN, y, WIDTH - 2 * MARGIN, 16)
        self.text(bold, MARGIN + 6, y + 5, 8.5, bold=True)
        self.text(rest, MARGIN + 12 + pdfmetrics.stringWidth(bold, BOLD, 8.5), y + 5, 8.5)

    def decision(self, decision: str, word: str, why: str, x: float, top: float, width: float, height: float) -> None:
        """Write the decision in a frame, with its class's colour at its side."""
        canvas = self._canvas
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.6)
        canvas.setFillColor(CLASS_COLOURS[decision])
        canvas.rect(x, top - height, 7, height, fill=1)
        canvas.rect(x, top - height, width, height)
        self.text(word, x + 15, top - 22, 15, bold=True, within=width - 20)
        self.paragraph(why, x + 15, top - 28, width - 22, 8)

    def bar(self, label: str, share: float, figure: str, usual: float | None, x: float, y: float, width: float) -> None:
        """Draw a probability as a bar with its figure, and a tick at the usual share."""
        canvas, left, length = self._canvas, x + 54, width - 54 - 38
        self.text(label.capitalize(), x, y, 8)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.5)
        canvas.setFillColor(CLASS_COLOURS[label])
        canvas.rect(left, y - 1, length * share, 8, stroke=0, fill=1)
        canvas.rect(left, y - 1, length, 8)
        if usual is not None:
            canvas.setLineWidth(1.2)
            canvas.line(left + length * usual, y - 4, left + length * usual, y + 10)
        self.text(figure, x + width, y, 9, bold=True, right=True)

    def picture(
        self, jpeg: bytes, x: float, top: float, size: tuple[float, float], frame: Box, boxes: Sequence[Box]
    ) -> None:
        """Draw a picture of `frame` with numbered boxes, both in pixels of the film."""
        canvas, (width, height) = self._canvas, size
        canvas.drawImage(ImageReader(io.BytesIO(jpeg)), x, top - height, width, height)
        canvas.saveState()
        clip = canvas.beginPath()
        clip.rect(x, top - height, width, height)
        canvas.clipPath(clip, stroke=0)
        factor = width / frame.width
        corners = [(x + (box.x - frame.x) * factor, top - (box.y - frame.y) * factor) for box in boxes]
        for (left, upper), box in zip(corners, boxes, strict=True):
            for colour, line in (("#000000", 1.8), ("#ffffff", 0.8)):
                canvas.setStrokeColor(colour)
                canvas.setLineWidth(line)
                canvas.rect(left, upper - box.height * factor, box.width * factor, box.height * factor)
        for number, (left, upper) in enumerate(corners, start=1):
            left, upper = max(left, x), min(upper, top)  # a box may begin beyond the picture, its number may not
            canvas.setFillColor("#ffffff")
            canvas.rect(left, upper - 7, 6, 7, stroke=0, fill=1)
            self.text(str(number), left + 1, upper - 6, 6.4, bold=True)
        canvas.restoreState()

    def columns(self, left: Sequence[Section], right: Sequence[Section], top: float) -> None:
        """Write two columns down to the foot: smaller where there is much, at last without what can be spared."""
        width, room = (WIDTH - 2 * MARGIN - 16) / 2, top - FOOT - 8
        for x, sections in ((MARGIN, left), (MARGIN + width + 16, right)):
            flowables = _fitted(sections, width, room)
            y = top
            for flowable in flowables:
                _, height = flowable.wrap(width, HEIGHT)
                flowable.drawOn(self._canvas, x, y - height)
                y -= height

    def footer(self, left: str, right: str) -> None:
        """Write the foot of the page."""
        self._canvas.setStrokeColor(LINE)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(MARGIN, FOOT, WIDTH - MARGIN, FOOT)
        self.text(left, MARGIN, FOOT - 10, 6.6, muted=True)
        self.text(right, WIDTH - MARGIN, FOOT - 10, 6.6, muted=True, right=True)


def _fitted(sections: Sequence[Section], width: float, room: float) -> list[Paragraph | Spacer]:
    spare = sum(section.spare for section in sections)
    attempts = [(size, 0) for size in SIZES] + [(SIZES[-1], left_out) for left_out in range(1, spare + 1)]
    for size, left_out in attempts:
        flowables = _written(sections, size, left_out)
        if sum(flowable.wrap(width, HEIGHT)[1] for flowable in flowables) <= room:
            break
    return flowables


def _written(sections: Sequence[Section], size: float, left_out: int) -> list[Paragraph | Spacer]:
    flowables: list[Paragraph | Spacer] = []
    for section in sections:
        less = min(left_out, section.spare)
        kept = section.sentences[: len(section.sentences) - less]
        flowables.append(_paragraph(section.title, size + 1.0, INK, BOLD))
        flowables += [_paragraph(sentence, size) for sentence in kept]
        if less:
            flowables.append(_paragraph(words.MORE.format(n=less), size))
        flowables.append(Spacer(1, 0.55 * size))
    return flowables


def _paragraph(text: str, size: float, colour: str = INK, font: str = PLAIN) -> Paragraph:
    style = ParagraphStyle(
        "text", fontName=font, fontSize=size, leading=1.24 * size, textColor=colour, spaceAfter=0, splitLongWords=1
    )
    return Paragraph(escape(printable(text)).replace(" %", "\N{NO-BREAK SPACE}%"), style)


def _font() -> str:
    """Make sure that the fonts are there and return the plain one's name."""
    for name in (PLAIN, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    return PLAIN
