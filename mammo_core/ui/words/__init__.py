"""What the pages say, one module a page: plain, short, and never more certain than what was measured."""
