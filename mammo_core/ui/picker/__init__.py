"""Pictures to choose one from: a sheet of small ones that scrolls, or a few cards with a sentence each."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import streamlit as st

from mammo_core.report.pictures import shrink

_FOLDER = Path(__file__).parent
_JPEG_QUALITY = 82
_component = st.components.v2.component(
    "mammo_picker", **{kind: (_FOLDER / f"picker.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")}
)


@dataclass(frozen=True)
class Item:
    """One picture: what it is known by, a data URI, its name, a note below it, and the colour of its dot, if any."""

    id: str
    image: str
    name: str
    note: str = ""
    dot: str = ""


def small_picture(picture: np.ndarray, longest_side: int) -> str:
    """Return a picture (H x W or H x W x 3 RGB, uint8) as a small JPEG in a data URI."""
    small = shrink(picture, longest_side)
    small = cv2.cvtColor(small, cv2.COLOR_RGB2BGR) if small.ndim == 3 else small
    data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


def pick(
    label: str,
    items: Sequence[Item],
    chosen: str | None,
    on_pick: Callable[[str], None],
    key: str,
    look: Literal["sheet", "cards"] = "sheet",
) -> None:
    """Show pictures to choose one from.

    Args:
        label: What is chosen here, for those who cannot see it.
        items: The pictures, each with an id of its own.
        chosen: The id of the one that is marked.
        on_pick: Called with an id before the page is drawn anew.
        key: Key of the component.
        look: `sheet`: many small ones that scroll; `cards`: a few numbered ones with their note in full. On a phone
            both are a row to swipe through.
    """
    contents = [asdict(item) for item in items]
    version = hashlib.sha256(repr(contents).encode()).hexdigest()
    data = {"items": contents, "version": version, "chosen": chosen, "label": label}
    data |= {"look": look, "numbered": look == "cards"}

    def picked() -> None:
        on_pick(st.session_state[key]["picked"])

    _component(data=data, key=key, on_picked_change=picked, height="content")
