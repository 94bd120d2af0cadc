"""Rows of a scorecard that were drawn, not measured: for tests, never for a claim."""

import numpy as np
import pandas as pd

from mammo_core.evaluate.scorecard import BASELINES, COLUMNS, SANITY_COLUMNS
from mammo_core.mias.index import annotations_by_film, film_class, woman_of
from mammo_core.mias.splits import load_folds


def drawn_rows():
    """Rows of some women of MIAS: one method that always hits, one whose map is always empty."""
    rows = []
    films = [f for f, rows_of in annotations_by_film().items() if any(a.circle for a in rows_of)][:40]
    for film_id in films:
        head = {"model_id": "drawn", "film_id": film_id, "woman_id": woman_of(film_id)}
        head |= {"fold": load_folds()[woman_of(film_id)][0], "film_class": film_class(film_id)}
        for target in dict.fromkeys(("malignant", film_class(film_id))):
            own = 0.5 if target == film_class(film_id) else 0.25
            rows.append(
                head | {"target": target, "method": "gradcam", "x": 1, "y": 1, "hit": 1, "energy": own, "iou": 0.2}
            )
            empty = {"x": None, "y": None, "hit": 0, "energy": 0, "iou": 0}
            rows.append(head | {"target": target, "method": "layercam"} | empty)
        for i, name in enumerate(BASELINES):
            rows.append(head | {"target": None, "method": name, "hit": i % 2, "energy": 0.1 * i, "iou": 0.05})
    sanity = [
        {"model_id": "drawn", "film_id": f, "woman_id": woman_of(f), "method": "gradcam", "level": level}
        | {"rank": rank, "ssim": 0.5}
        for f, rank in zip(films[:12], [None, *np.linspace(-0.2, 0.2, 11)], strict=True)
        for level in ("head", "upper", "whole")
    ]
    return pd.DataFrame(rows, columns=COLUMNS), pd.DataFrame(sanity, columns=SANITY_COLUMNS)
