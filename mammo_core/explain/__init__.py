"""Heatmaps: why the model said what it said."""
