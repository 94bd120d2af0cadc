"""The command line: one small module a verb, found through the registry in `main`.

Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 some inputs failed (each is named on stderr, the
others were done), 2 wrong use, 130 interrupted. Output files appear whole or not at all; an existing file that the user
named with ``--out`` is replaced, an input never is.
"""
