"""Mutants of the compiler's packages, and which of them the tests beside each package fail to notice.

``python -m tests.mutants`` (``make mutants``) changes one thing in the source at a time (``mutations``), runs the tests
that reach the changed line (``survey``) in a process of its own (``trial``), remembers every result whose source and
tests stay the same (``memory``), and holds what survives against ``<package>.toml`` (``verdict``). A process that has
collected the tests once is forked for every change of a function (``server``, ``functions``); what runs at import is
imported anew (``fresh``).
"""
