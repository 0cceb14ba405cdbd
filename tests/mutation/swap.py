"""Change functions where they are: nothing is imported anew."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator, Mapping, Sequence
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType

Place = tuple[str, str, int]  # file, qualified name, first line


class AtImport(Exception):
    """The change is of what runs while a module is imported."""


class Warned(Exception):
    """Python reads it with a warning, which is an error in the tests."""


def functions(files: Sequence[Path]) -> Mapping[Place, list[FunctionType]]:
    """Every function of some files that is alive."""
    names = {str(file) for file in files}
    found: dict[Place, list[FunctionType]] = {}
    for item in gc.get_objects():
        if isinstance(item, FunctionType) and item.__code__.co_filename in names:
            found.setdefault(_place(item.__code__), []).append(item)
    return found


def replacements(
    file: Path, source: str, alive: Mapping[Place, list[FunctionType]]
) -> list[tuple[FunctionType, CodeType]]:
    """The functions that a change of the source changes, and their new code.

    Raises SyntaxError for what is no Python, as a power for the stars of `{**one}`.
    """
    old = compile(file.read_text(), str(file), "exec", dont_inherit=True)
    new = _compiled(source, str(file))
    changed = [pair for pair in _outer_functions(old, new) if _differ(*pair)]
    nested = [pair for outer in changed for pair in _with_inner(*outer)]
    found = [(f, code) for before, code in nested for f in alive.get(_place(before), ())]
    if any(len(f.__code__.co_freevars) != len(code.co_freevars) for f, code in found):
        raise AtImport
    return found


def _compiled(source: str, name: str) -> CodeType:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        code = compile(source, name, "exec", dont_inherit=True)
    if caught:
        raise Warned(caught[0].message)
    return code


def _outer_functions(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Pairs of the functions and methods of a module; whatever else changed is at import."""
    if _own(old) != _own(new):
        raise AtImport
    for before, after in zip(_inner(old), _inner(new), strict=True):
        if not before.co_flags & CO_OPTIMIZED:  # the body of a class
            yield from _outer_functions(before, after)
        elif before.co_name.startswith("<") and before.co_name != "<lambda>":  # a comprehension
            if _differ(before, after):
                raise AtImport
        else:
            yield before, after


def _with_inner(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """A function and those defined in it, of which some may live in an engine."""
    yield old, new
    for pair in zip(_inner(old), _inner(new), strict=False):
        yield from _with_inner(*pair)


def _differ(old: CodeType, new: CodeType) -> bool:
    pairs = zip(_inner(old), _inner(new), strict=False)
    return _own(old) != _own(new) or any(_differ(*pair) for pair in pairs)


def _own(code: CodeType) -> tuple[object, ...]:
    """What a code does, apart from what is defined in it and from where it stands."""
    constants = ["code" if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
    return code.co_code, tuple(constants), code.co_names, code.co_varnames, code.co_exceptiontable


def _inner(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _place(code: CodeType) -> Place:
    return code.co_filename, code.co_qualname, code.co_firstlineno
