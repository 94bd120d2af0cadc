"""What the Model card page says."""

from __future__ import annotations

TITLE, LIMITS_TITLE, SAVE = "Model card and limits", "Limits first", "Model card (Markdown)"
LIMITS = """
- **Microcalcifications are hardly resolved.** The model works at 200 micron per pixel; a cluster of calcifications may
  leave no trace in what it sees.
- **Benign against malignant is close to chance** on MIAS: read the two together as *abnormal*.
- **MLO views only**, digitised in one country in the 1990s, of 161 women. CC and special views, films of unknown
  pixel spacing and films whose file says that they were taken digitally are outside what it learned, and are referred.
- **Its probabilities belong to MIAS's mix**, where 16 % of films are malignant. In screening (about 0.3 % of films,
  0.6 % of women) they would be far too high.
- **Heatmaps show where evidence was found**, not how strong it is, nor that it is right.
- **The classes are not BI-RADS categories**, and nothing here replaces one.
"""
