"""The project's own source, parsed once, for the tests that hold its shape."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "incubator"


class Module(NamedTuple):
    """A file of the package: its path below the package, its text and its tree."""

    path: str
    source: str
    tree: ast.Module

    @property
    def name(self) -> str:
        parts = ["incubator", *Path(self.path).with_suffix("").parts]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def part(self) -> str:
        """The top-level module that the file belongs to: `ideas` for `ideas/reviews/queries.py`."""
        return Path(self.path).with_suffix("").parts[0]

    @property
    def file(self) -> str:
        return Path(self.path).name

    @property
    def is_version(self) -> bool:
        """Migrations are written once, in the order of the tables that they make, and never edited."""
        return self.path.startswith("migrations/versions/")


@cache
def modules() -> tuple[Module, ...]:
    files = sorted(PACKAGE.rglob("*.py"))
    sources = [(file.relative_to(PACKAGE).as_posix(), file.read_text(encoding="utf-8")) for file in files]
    return tuple(Module(path, source, ast.parse(source)) for path, source in sources)


def named(*files: str) -> Iterator[Module]:
    """The modules with these file names, such as every `routes.py`."""
    return (module for module in modules() if module.file in files)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of a function or method by its last name."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and last_name(node.func) in names)


def last_name(node: ast.AST) -> str:
    """`b` of `a.b`, of `b` and of `b[...]`."""
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def literal(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def imported(tree: ast.AST) -> Iterator[str]:
    """What is imported, as dotted names: a module of ours, or any name of another package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (_module_of(node.module, alias.name) for alias in node.names)


def _module_of(module: str, name: str) -> str:
    is_ours = module.split(".")[0] == "incubator"
    return module if is_ours and f"{module}.{name}" not in module_names() else f"{module}.{name}"


@cache
def module_names() -> frozenset[str]:
    return frozenset(module.name for module in modules())


def places(module: Module, *nodes: ast.AST) -> list[str]:
    """`path:line` of each, for the message of a failure."""
    return [f"{module.path}:{getattr(node, 'lineno', 1)}" for node in nodes]
