"""The MIAS database: index, splits, phantoms. All of its traps are handled here and only here."""
