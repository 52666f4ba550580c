"""What is changed in the source: the operators of cosmic-ray, one change per mutant.

Of its operators those are taken whose result is another plausible program: a number one off, the opposite operator, the
neighbouring comparison, a condition negated, a loop that never runs. Not changed: annotations, ``strict=True`` (an
assertion), the first of a list into the last (most have one; the second is tried), and what stays the same program (or
does not compile).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from tests.mutants.packages import ROOT

_SWAPS = {
    "ReplaceBinaryOperator": (
        "Add_Sub", "Sub_Add", "Mul_FloorDiv", "FloorDiv_Mul", "Div_Mul", "Mod_FloorDiv", "Pow_Mul",
        "LShift_RShift", "RShift_LShift", "BitOr_BitAnd", "BitAnd_BitOr",
    ),
    "ReplaceComparisonOperator": (
        "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Eq_NotEq", "NotEq_Eq", "Lt_GtE", "Gt_LtE", "Is_IsNot", "IsNot_Is",
    ),
    "ReplaceUnaryOperator": ("USub_UAdd", "UAdd_USub", "Delete_Not", "Delete_Invert"),
}  # fmt: skip
_OTHERS = (
    "NumberReplacer", "AddNot", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop",
    "RemoveDecorator", "ExceptionReplacer",
)  # fmt: skip
OPERATORS = tuple(f"core/{kind}_{swap}" for kind, swaps in _SWAPS.items() for swap in swaps) + tuple(
    f"core/{name}" for name in _OTHERS
)


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    path: Path
    lines: tuple[int, int] | None
    """First and last line of the statement that changes; ``None`` for what runs at import."""
    source: str
    """The whole module, changed."""
    key: str
    """Module, function, the line before and after: the same wherever the line stands in its file."""


def mutants_of(path: Path) -> list[Mutant]:
    """Every mutant of the module in ``path``, in the order of its lines."""
    original = path.read_text(encoding="utf-8")
    times, found = Counter[str](), []
    for source in sorted(_changed(original), key=lambda changed: _first_difference(original, changed)):
        line = _first_difference(original, source)
        if _is_assertion_or_end(original.splitlines()[line], source.splitlines()[line]):
            continue
        key = _key(path, original, source, line)
        times[key] += 1
        key += f" #{times[key]}" if times[key] > 1 else ""
        found.append(Mutant(path, _statement(original, line + 1), source, key))
    return found


def _changed(original: str) -> Iterator[str]:
    """The other programs that every operator in every place makes of ``original``."""
    for before, around, statement, after in _pieces(original):
        whole = around + statement
        nodes, seen = list(ast_nodes(get_ast(whole))), {_essence(whole), None}
        for name in OPERATORS:
            operator = get_operator(name)()
            for occurrence in range(sum(1 for node in nodes for _ in operator.mutation_positions(node))):
                made = mutate_code(whole, operator, occurrence)
                if made is not None and (essence := _essence(made)) not in seen:
                    seen.add(essence)
                    yield before + made.removeprefix(around) + after


def _pieces(source: str) -> Iterator[tuple[str, str, str, str]]:
    """Each statement with what lies before it, what it is parsed below, and what follows.

    Every change parses anew, so that they are short: after the first, those of a class come below another class.
    """
    lines, begin = source.splitlines(keepends=True), 0
    body = _parsed(source).body
    for node in body:
        inner = node.body[:-1] if isinstance(node, ast.ClassDef) else []
        for number, part in enumerate([*inner, node]):
            end = len(lines) if part is body[-1] else part.end_lineno or part.lineno
            around = "class _:\n" if number else ""
            yield "".join(lines[:begin]), around, "".join(lines[begin:end]), "".join(lines[end:])
            begin = end


def _is_assertion_or_end(before: str, after: str) -> bool:
    """Whether one ``strict=True`` was taken out, or one ``[0]`` became ``[-1]``."""
    return before in (after.replace("strict=False", "strict=True"), after.replace("[ -1]", "[0]"))


def _essence(source: str) -> str | None:
    """The program without its annotations, as text that two sources of the same program share."""
    try:
        tree = ast.parse(source)
        compile(source, "mutant", "exec")
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    return ast.dump(tree)


def _first_difference(original: str, source: str) -> int:
    """Index of the first line that differs."""
    pairs = zip(original.splitlines(), source.splitlines(), strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), len(source.splitlines()) - 1)


def _key(path: Path, original: str, source: str, line: int) -> str:
    lines, changed = original.splitlines(), source.splitlines()
    before, after, gone = lines[line].strip(), changed[line].strip(), len(lines) - len(changed)
    if gone and after.startswith(before) and before:
        before = " ".join(text.strip() for text in lines[line : line + gone + 1])  # a line break went with its number
    elif gone:
        while not lines[line].strip():
            line += 1  # with a decorator go the empty lines before it
        before, after = lines[line].strip(), "(gone)"
    module = ".".join(path.relative_to(ROOT / "edgeunet").with_suffix("").parts)
    owner = _owner(_parsed(original), line + 1)
    return f"{module}{'.' if owner else ''}{owner}: {before} => {after}"


def _owner(tree: ast.AST, line: int) -> str:
    """Dotted name of the class or function around ``line``."""
    names = []
    scope: ast.AST | None = tree
    while scope is not None:
        scope = next((n for n in _definitions(scope) if _begin(n) <= line <= (n.end_lineno or 0)), None)
        if scope is not None:
            names.append(scope.name)
    return ".".join(names)


@lru_cache(maxsize=1)
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(scope: ast.AST) -> Iterator[_Definition]:
    """Classes and functions below ``scope``, but not below another one."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, _Definition):
            yield child
        else:
            yield from _definitions(child)


def _begin(node: _Definition) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _statement(source: str, line: int) -> tuple[int, int] | None:
    """Lines of the innermost statement (without its body) around ``line``, where that is in a function's body."""
    innermost: tuple[int, int] | None = None
    statements: list[tuple[ast.AST, bool]] = [(_parsed(source), False)]
    while statements:
        node, inside = statements.pop()
        for child in ast.iter_child_nodes(node):
            runs = inside or (isinstance(node, ast.FunctionDef) and child in node.body)
            if isinstance(child, ast.stmt) and child.lineno <= line <= (child.end_lineno or 0):
                innermost = _lines(child) if runs and not isinstance(child, _Definition) else None
                statements = [(child, runs)]
                break
            if not isinstance(child, ast.stmt) and getattr(child, "body", None):
                statements.append((child, runs))
    return innermost


def _lines(statement: ast.stmt) -> tuple[int, int]:
    """First and last line, for a statement with a body those before it."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return statement.lineno, max(last, statement.lineno)
