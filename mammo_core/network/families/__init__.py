"""Whole backbones that can be trained on MIAS, each as one flat Keras graph; the released model is made elsewhere."""
