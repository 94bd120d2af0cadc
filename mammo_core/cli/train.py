"""`train MODEL_ID [--repeats N] [--set section.key=value] [--activate]`, and `train RUN --set network.backbone=NAME`.

Naming the network (any setting of the section `network`) makes an experiment in `runs/experiments/`, with settings of
its own; without that the released model is made, into `models/`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from mammo_core.cli.inputs import progress_teller

if TYPE_CHECKING:
    from mammo_core.evaluate.settings import Settings

EXAMPLES = """\
  python -m mammo_core train mine
  python -m mammo_core train mine --set train.film.n_components=64 --repeats 2
  python -m mammo_core train mine --activate

An experiment, never a release: another network, learning region by region; kept in runs/experiments/, watched on the
Training page too. NAME: efficientnet_lite0, efficientnet_lite1, efficientnet_lite2, inception_v3, mobilenet,
mobilenet_v2, resnet50, resnet101, or unet, which outlines lesions. Sections: network, data, fit.

  python -m mammo_core train first --set network.backbone=efficientnet_lite0
  python -m mammo_core train fine --set network.backbone=efficientnet_lite2 --set network.trainable_blocks=4
  python -m mammo_core train outline --set network.backbone=unet --set fit.epochs=60
  python -m mammo_core train polar --set network.backbone=mobilenet --set network.weights=none --set data.picture=polar
  python -m mammo_core train fine --resume"""

_CHANGE = "change a setting, such as train.film.n_components=64 or preprocess.clahe=true"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("model_id", metavar="MODEL_ID", help="name of the new folder in models/, or of the experiment")
    add_repeats(parser)
    add_settings(parser)
    parser.add_argument(
        "--resume", action="store_true", help="go on with the experiment of that name, with its own settings"
    )
    parser.add_argument("--activate", action="store_true", help="let the pages and `read` use the new model")


def add_repeats(parser: argparse.ArgumentParser) -> None:
    """Add `--repeats`."""
    parser.add_argument(
        "--repeats",
        type=int,
        choices=range(1, 6),
        default=5,
        metavar="N",
        help="partitions of the women to cross-validate on, 1 to 5 (default: 5; the first gives the headline)",
    )


def add_settings(parser: argparse.ArgumentParser, what: str = _CHANGE) -> None:
    """Add `--set`; `what` says what it is for, with an example."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="assignments",
        metavar="SECTION.KEY=VALUE",
        help=f"{what}; may be repeated",
    )


def settings_of(args: argparse.Namespace) -> Settings:
    """Return the settings with `--set` applied; wrong ones are wrong use."""
    from mammo_core.evaluate.release import check_settings
    from mammo_core.evaluate.settings import Settings, apply_settings

    try:
        settings = apply_settings(Settings(), args.assignments)
        check_settings(settings)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return settings


def run(args: argparse.Namespace) -> int:
    """Train, evaluate and release into models/; or train an experiment, where the network is named."""
    from mammo_core.training.settings import is_experiment

    if args.resume or is_experiment(args.assignments):
        from mammo_core.cli.experiment import run_experiment

        return run_experiment(args)
    from mammo_core.config import MODELS_DIR
    from mammo_core.evaluate.release import check_name, train

    settings = settings_of(args)
    try:
        check_name(args.model_id)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    stages: dict[str, Callable[[float], None]] = {}
    folder = train(
        args.model_id,
        settings,
        args.repeats,
        lambda stage, fraction: stages.setdefault(stage, progress_teller(stage))(fraction),
    )
    if args.activate:
        (MODELS_DIR / "ACTIVE").write_text(f"{folder.name}\n", encoding="utf-8")
    print(folder)
    return 0
