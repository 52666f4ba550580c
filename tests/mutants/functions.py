"""The functions of a process that has imported the project, and how they come to run changed code."""

from __future__ import annotations

import gc
import inspect
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, FunctionType

from tests.mutants.fresh import change_import
from tests.mutants.mutations import Mutant
from tests.mutants.packages import module_name


class Functions:
    """Every function of the modules ``paths`` in this process, whoever holds it: a class, a decorator, a table."""

    def __init__(self, paths: Sequence[Path]) -> None:
        names = {str(path) for path in paths}
        self._at = defaultdict[tuple[str, int, str], list[FunctionType]](list)
        for thing in gc.get_objects():
            if type(thing) is FunctionType and thing.__code__.co_filename in names:
                self._at[_place(thing.__code__)].append(thing)
        self._codes = {path: compile(path.read_bytes(), str(path), "exec", dont_inherit=True) for path in paths}

    def change(self, mutant: Mutant) -> bool:
        """Let them run the changed module's code; whether that makes the whole change.

        It does not where something outside of functions differs (what has been computed at import stays), or where a
        function closes over other variables than before.
        """
        if module_name(mutant.path) not in sys.modules:
            change_import(mutant)
            return True
        changed = compile(mutant.source, str(mutant.path), "exec", dont_inherit=True)
        return self._replace(self._codes[mutant.path], changed, inside=False)

    def _replace(self, code: CodeType, changed: CodeType, *, inside: bool) -> bool:
        """``code`` by ``changed``, and what is defined in it; of what is ``inside`` a function none may exist yet."""
        if code == changed:
            return True
        if code.co_flags & inspect.CO_OPTIMIZED:
            found = [function for function in self._at[_place(code)] if function.__code__ == code]
            if (not found and not inside) or code.co_freevars != changed.co_freevars:
                return False
            for function in found:
                function.__code__ = changed
            inside = True
        elif _body(code) != _body(changed):
            return False
        pairs = [*zip(_nested(code), _nested(changed), strict=False)]
        return len(_nested(code)) == len(_nested(changed)) and all(
            a.co_name == b.co_name and self._replace(a, b, inside=inside) for a, b in pairs
        )


def _place(code: CodeType) -> tuple[str, int, str]:
    return code.co_filename, code.co_firstlineno, code.co_name


def _nested(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _body(code: CodeType) -> tuple[object, ...]:
    """What a module or a class does besides defining functions, wherever its lines stand."""
    values = [repr(constant) for constant in code.co_consts if not isinstance(constant, CodeType)]
    return code.co_code, code.co_names, values
