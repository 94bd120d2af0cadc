"""What the pages say, one module a page: plain, short, and never more certain than what was measured.

`frame` stands on every page, `opening` wherever films are opened, and `glossary` explains the words of the trade.
"""
