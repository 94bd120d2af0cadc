"""Pixels: decode a film, clean it, find the breast, enhance it for the eye."""
