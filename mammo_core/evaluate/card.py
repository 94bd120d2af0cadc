"""The model card, every number of it written by the program from `metrics.json` and the model's own description.

Form: Mitchell et al, "Model Cards for Model Reporting", FAT* 2019.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path

from mammo_core.evaluate import tables
from mammo_core.evaluate.card_results import in_short, results
from mammo_core.evaluate.fit import TrainConfig
from mammo_core.mias.splits import N_FOLDS

CARD_NAME = "MODEL_CARD.md"
_WIDTH = 120
_TAKEN_OVER = (
    "Blocks, region size, {} were taken over from an earlier study on these same 322 films; that flatters the figures "
    "by an unknown amount."
)
_LICENCES = (
    "## Licences\n\nFitted on mini-MIAS (J Suckling et al, 1994, Excerpta Medica 1069, 375-378), for research. "
    "EfficientNet-Lite0's ImageNet weights: Apache-2.0. No film is part of this folder."
)


def write_card(folder: Path, metrics: dict, info: dict) -> None:
    """Write `MODEL_CARD.md` into a model folder.

    Args:
        folder: The model folder; its name is the model's.
        metrics: From `write_metrics`.
        info: What `bundle.json` will hold. Told where it is there: `chosen` (settings that inner folds chose:
            {head: {setting: value}}), `minutes` (how long the whole run took), and `applicability.demo_exams`
            ([{"file", "inside", "reasons"}] of films that are not of MIAS).
    """
    (folder / CARD_NAME).write_text(card_text(folder.name, metrics, info), encoding="utf-8")


def card_text(name: str, metrics: dict, info: dict) -> str:
    """Return the model card as Markdown. Arguments as `write_card`; `name` is the folder's."""
    parts = [
        _head(name),
        in_short(metrics),
        _what(info),
        _data(metrics),
        _protocol(metrics, info),
        *results(metrics),
        _applicability(info),
        _limits(metrics),
        _LICENCES,
        _repeat(name, info),
    ]
    return wrapped("\n\n".join(parts)) + "\n"


def wrapped(text: str) -> str:
    """Return Markdown with prose and list items broken at `_WIDTH`; tables, headings and code stay as they are."""
    lines = []
    for line in text.split("\n"):
        indent = "  " if line.startswith("- ") else ""
        whole = not line or line.startswith(("|", "#", "```", "python "))
        lines += [line] if whole else textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_on_hyphens=False)
    return "\n".join(lines)


def _head(name: str) -> str:
    interim = "Interim. " if "interim" in name else ""
    return (
        f"# Model card: {name}\n\n"
        f"**{interim}A research prototype, not a medical device.** It must not be used to decide anything about a "
        "person."
    )


def _what(info: dict) -> str:
    return (
        "## What it is\n\n"
        f"{info['backbone']}, frozen; one head for regions of 19 mm, one that scans the breast in cells of 3.2 mm. A "
        "film is scored by the strongest cells of its breast, a breast with the film of the woman's other breast "
        "beside it, a woman by her more abnormal breast. Films are prepared by one piece of code for training and "
        f"reading; its fingerprint is `{info['fingerprint'][:16]}`, and the model refuses to load where that "
        "differs.\n\n"
        "- **Intended use**: showing clinicians and engineers what such a model says, sees and misses.\n"
        "- **Not intended**: diagnosis, triage, screening, or any use on a patient."
    )


def _data(metrics: dict) -> str:
    film, woman = metrics["units"]["film"], metrics["units"].get("woman")
    of_women = f" By a woman's worse film: {_counts(woman)}." if woman else ""
    return (
        "## Data\n\n"
        f"Mini-MIAS: {tables.plural(film['n'], 'digitised MLO film')} of {tables.plural(film['n_women'], 'woman')} "
        f"({_counts(film)}), 8 bit at 0.2 mm per pixel.{of_women} A film with several abnormalities has the class of "
        "its worst. Circles around abnormalities are those of the MIAS radiologists; some abnormalities have none."
    )


def _counts(block: dict) -> str:
    return ", ".join(f"{n} {label}" for label, n in block["class_counts"].items())


def _protocol(metrics: dict, info: dict) -> str:
    bootstrap = metrics["bootstrap"]
    repeats = len(metrics["units"]["film"]["repeats"].get("repeats", [0]))
    dealt = "once" if repeats == 1 else f"{repeats} times"
    return (
        "## How it was measured\n\n"
        f"- **Women are the unit.** {N_FOLDS} folds, split by woman and stratified by class and tissue, dealt {dealt}. "
        "Each film, region and mark was scored by heads that had seen neither breast of its woman.\n"
        "- **Nothing was fitted on what it is reported on.** Calibration, operating points, doubt band and the limit "
        "of the look come from inner folds of each outer fold's training part.\n"
        f"- **Settings.** {_choices(info)}\n"
        f"- **Intervals** are percentiles of {bootstrap['resamples']} bootstrap resamples of women (seed "
        f"{bootstrap['seed']}), both films of a woman drawn together. They do not cover the doubt from training on "
        "other women.\n"
        "- **What ships** was fitted on all women with the same settings and is not scored again. A film of the "
        "training set shows its out-of-fold answer as long as its pixels are unchanged; a cropped, rescaled or edited "
        "copy is read by the released model, which has seen its woman."
    )


def _choices(info: dict) -> str:
    """Say where the settings come from: inner folds, the recipe, or somebody's own."""
    chosen = info.get("chosen")
    if chosen:
        heads = "; ".join(f"{head} head: {_settings(settings)}" for head, settings in chosen.items())
        return (
            "Components, penalty and whitening of each head are chosen on inner folds, for each outer fold anew "
            f"(`history.csv`); for the released heads that gave {heads}. "
            + _TAKEN_OVER.format("grey stretch and pooling")
        )
    if info["training"] != json.loads(json.dumps(TrainConfig().to_dict())):
        return "They differ from the defaults; `bundle.json` has them."
    return _TAKEN_OVER.format("grey stretch, pooling, mining, components and penalties")


def _settings(settings: Mapping[str, object]) -> str:
    """Return settings as text: `n_components` 240, `whiten` true."""
    return ", ".join(f"`{name}` {json.dumps(value)}" for name, value in settings.items())


def _applicability(info: dict) -> str:
    applicability = info["applicability"]
    n_outside, n_films = len(info["training_films_outside"]), len(info["training_films"])
    text = (
        "## Which films it may speak about\n\n"
        "Views other than MLO (spot and magnification views among them), views that neither a tag nor a large pectoral "
        "muscle tells, films of unknown or merely assumed pixel spacing, films that say they were acquired digitally, "
        "and films that look unlike the training films are marked *outside training* and referred. The look is the "
        f"root mean square z-score of the film's mean features; the limit {applicability['look_limit']:.2f} is the "
        f"quantile {info['training']['look_share']:.2f} of training films, out of fold.\n\n"
        "Error on films like those it learned from: such a limit, set inside the folds, put "
        f"{n_outside} of {n_films} training films outside ({n_outside / n_films:.1%})."
    )
    demo = applicability.get("demo_exams")
    return f"{text}\n\n{_demo_exams(demo)}" if demo else text


def _demo_exams(films: list[dict]) -> str:
    """Say how the rule does on films of another kind."""
    n_outside = sum(not film["inside"] for film in films)
    rows = [[film["file"], "inside" if film["inside"] else "outside", _reasons(film)] for film in films]
    return (
        f"Error on films of another kind: of {tables.plural(len(films), 'DICOM film')} of the demo exams (CBIS-DDSM), "
        f"{n_outside} are recognised as outside training.\n\n" + tables.table(["film", "training", "because"], rows)
    )


def _reasons(film: dict) -> str:
    reasons = film.get("reasons") or []
    return reasons if isinstance(reasons, str) else " ".join(map(str, reasons))


def _limits(metrics: dict) -> str:
    film = metrics["units"]["film"]
    benign = tables.cell(film["figures"]["auc_benign_vs_malignant"])
    words = film["close_to_chance"].get("auc_benign_vs_malignant", "the weakest of its answers")
    malignant = film["references"]["prevalence"]["malignant"]
    return (
        "## Limits\n\n"
        "- **Microcalcifications are hardly resolved** at 0.2 mm per pixel; a cluster of them may leave no trace in "
        "what the model sees.\n"
        f"- **Benign against malignant is {words}** (AUC {benign} abnormal films). Read the two as one: abnormal.\n"
        f"- **{tables.plural(film['n_women'], 'woman')}, one country, one era**, digitised film, MLO views only. "
        "Nothing is known of how it does elsewhere.\n"
        "- A film prepared from an estimated pixel spacing may be read at the wrong scale.\n"
        f"- In the study {100 * malignant:.0f}\N{NO-BREAK SPACE}% of films are malignant, in screening about 0.3 % (of "
        "women 0.6 %, but a cancer is mostly in one breast). Its probabilities belong to the study's mix and would be "
        "far too high in screening.\n"
        "- Regions are centred on the annotated place; a reader's click is not, which costs some. Region probabilities "
        "belong to the study's mix of lesions and normal places.\n"
        "- Heatmaps explain the evidence for a class against normal, from which the probabilities are made, not the "
        "probabilities themselves. They show where the evidence lies, not how strong it is, and not that it is right."
    )


def _repeat(name: str, info: dict) -> str:
    minutes = info.get("minutes")
    took = f"It took {minutes:.0f} minutes on two cores" if minutes else "It takes some minutes on two cores"
    versions = ", ".join(f"{library} {version}" for library, version in info["versions"].items())
    return (
        "## How to repeat it\n\n"
        f"```bash\npython -m mammo_core train again-{name} --repeats {info['repeats']}\n```\n\n"
        f"{took}, with MIAS in `data/mias`. Every figure is derived again from the scores in this folder, in a minute, "
        f"by `python -m mammo_core evaluate`. Seed {info['seed']}, {info['repeats']} repeats, split digest "
        f"`{info['split_digest'][:16]}`. Libraries: {versions}."
    )
