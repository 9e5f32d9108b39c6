"""The shape of the code: which module may know which, and the rules that no type checker holds."""

import ast
from graphlib import TopologicalSorter
from importlib import import_module
from operator import attrgetter
from typing import Any

import msgspec
import pytest

from incubator.errors import ERRORS, FIELD_CODES, RULES
from tests.source_code import (
    ROOT,
    Module,
    calls,
    functions,
    imported,
    last_name,
    literal,
    module_names,
    modules,
    named,
    places,
)

LAYERS = (
    {
        "__main__",
        "app",
        "asgi",
        "cli",
        "demo",
        "embedded",
        "jobs",
        "lifespan",
        "migrations",
        "providers",
        "vocabularies",
    },
    {"imports", "stats", "tasks"},
    {"mentoring", "loans", "events"},
    {"projects"},
    {"ideas"},
    {"accounts"},
    {"people"},
    {"localities"},
    {"api", "actor", "audit", "histories", "idempotency", "paging", "territory", "throttle"},
    {"days", "db", "error_table", "errors", "field_codes", "logs", "money", "settings", "text"},
)
"""Imports run down this table, never up. A new top-level module has to be placed in it."""

STRANGERS = {"mentoring", "loans", "events"}
"""Beside each other, but none knows the others."""

OWN_TRANSACTIONS = {
    "accounts/authentication.py": "a session's extension outlives the request, which may be refused",
    "accounts/sessions/actions.py": "a login attempt is counted before the password is checked, and outlives a refusal",
    "api/bulk.py": "each item of a bulk runs in a savepoint",
    "api/tables.py": "the audit row of an export is committed before the first byte",
    "db.py": "the one begin and commit",
    "jobs.py": "each idea that a job moves is a transaction",
    "providers.py": "the one transaction of a request",
    "throttle.py": "an attempt is counted whatever becomes of the request",
}
"""Who may begin, commit or roll back beside the command line and the demo, and why."""

READS_ENVIRONMENT = {"settings.py", "asgi.py", "api/routes.py"}
"""Beside the command line and the embedded server. api/routes.py looks at the variable of prometheus_client."""

PIECES = ("models.py", "schemas.py", "queries.py", "actions.py", "routes.py")
"""The five files of a feature, each of which may know those before it."""


def test_imports_run_one_way() -> None:
    wrong = [
        f"{module.path} imports {other}"
        for module in modules()
        for other in sorted(_parts(module))
        if _level(other) < _level(module.part) or {module.part, other} <= STRANGERS
    ]
    assert not wrong


def test_every_top_level_module_has_its_place_in_the_table() -> None:
    assert {module.part for module in modules()} - {"__init__"} <= set().union(*LAYERS)


def test_no_module_needs_itself() -> None:
    needs = {module.name: set(imported(module.tree)) & module_names() for module in modules()}
    assert len(list(TopologicalSorter(needs).static_order())) == len(modules())


def test_a_piece_of_a_feature_knows_only_the_pieces_before_it() -> None:
    wrong = []
    for module in named(*PIECES):
        above = {piece.removesuffix(".py") for piece in PIECES[PIECES.index(module.file) + 1 :]}
        wrong += [f"{module.path} imports {name}" for name in imported(module.tree) if name.split(".")[-1] in above]
    assert not wrong


def test_only_routes_and_the_api_know_the_web_framework() -> None:
    may = {
        "app.py",
        "idempotency.py",
        "lifespan.py",
        "providers.py",
        "accounts/authentication.py",
        "accounts/passwords.py",
        "stats/tables.py",
    }
    wrong = [
        module.path
        for module in modules()
        if module.part != "api" and module.file != "routes.py" and module.path not in may
        if any(name.split(".")[0] == "litestar" for name in imported(module.tree))
    ]
    assert not wrong


def test_imports_stand_at_the_top_and_are_real() -> None:
    inside = [
        place
        for module in modules()
        for function in functions(module.tree)
        for place in places(module, *(n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)))
    ]
    assert not inside
    assert not [module.path for module in modules() if "TYPE_CHECKING" in module.source]
    assert not [module.path for module in named("routes.py") if "from __future__ import annotations" in module.source]


def test_features_leave_the_transaction_to_the_request() -> None:
    wrong = [
        place
        for module in modules()
        if module.part not in {"cli", "demo", "migrations"} and module.path not in OWN_TRANSACTIONS
        for place in places(module, *calls(module.tree, "commit", "rollback", "begin", "begin_nested"))
    ]
    assert not wrong
    assert set(OWN_TRANSACTIONS) <= {module.path for module in modules()}, "the list names a file that is no more"


def test_routes_hold_no_sql() -> None:
    sql = {"sqlalchemy.select", "sqlalchemy.text", "sqlalchemy.insert", "sqlalchemy.update", "sqlalchemy.delete"}
    assert not [module.path for module in named("routes.py") if sql & set(imported(module.tree))]
    methods = ("execute", "scalar", "scalars", "exec_driver_sql", "fetch_all", "fetch_one")
    assert not [place for module in named("routes.py") for place in places(module, *calls(module.tree, *methods))]


def test_only_models_change_a_status() -> None:
    wrong = [
        place
        for module in modules()
        if module.file != "models.py"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"status", "state"} and isinstance(node.ctx, ast.Store)
        for place in places(module, node)
    ]
    assert not wrong


def test_settings_are_passed_in() -> None:
    wrong = [
        place
        for module in modules()
        if module.part not in {"cli", "embedded"} and module.path not in READS_ENVIRONMENT
        for node in ast.walk(module.tree)
        if last_name(node) in {"environ", "getenv", "from_env"}
        for place in places(module, node)
    ]
    assert not wrong
    made = [
        place
        for module in modules()
        if module.path != "asgi.py"
        for statement in module.tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for place in places(module, *calls(statement, "Settings", "from_env", "create_app", "Database"))
    ]
    assert not made


def test_no_error_is_swallowed() -> None:
    wrong = [
        place
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or _is_empty(node.body))
        for place in places(module, node)
    ]
    assert not wrong


def test_no_module_is_longer_than_300_lines() -> None:
    long = {module.path: module.source.count("\n") for module in modules() if not module.is_version}
    assert not {path: lines for path, lines in long.items() if lines > 300}


def test_no_function_is_longer_than_40_lines() -> None:
    long = [
        f"{module.path}:{function.lineno} {function.name} has {_lines(function)}"
        for module in modules()
        if not module.is_version
        for function in functions(module.tree)
        if _lines(function) > 40
    ]
    assert not long


def test_output_structs_have_no_defaults() -> None:
    structs = _structs()
    inputs = {struct.__name__ for struct in _reached(_received())}
    outputs = ({name for name in structs if name.endswith(("Out", "Row", "Ref"))} | _answered()) - inputs
    given = {
        f"{name}.{field.name}"
        for name in outputs & structs.keys()
        for field in msgspec.structs.fields(structs[name])
        if field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT
    }
    assert len(outputs & structs.keys()) > 40
    assert not given


def test_input_structs_refuse_unknown_fields() -> None:
    inputs = _received()
    assert len(inputs) > 20
    assert not [struct.__name__ for struct in _reached(inputs) if not struct.__struct_config__.forbid_unknown_fields]


def test_every_code_that_is_raised_is_in_the_table() -> None:
    raised = {code for module in modules() for call in calls(module.tree, "DomainError") if (code := _first(call))}
    assert len(raised) > 20
    assert raised <= ERRORS.keys()


def test_every_code_of_a_wrong_field_is_in_the_table() -> None:
    fields = [call for module in modules() for call in calls(module.tree, "FieldError")]
    codes = {literal(keyword.value) for call in fields for keyword in call.keywords if keyword.arg == "code"}
    codes |= {literal(call.args[1]) for module in modules() for call in calls(module.tree, "wrong_field")}
    assert codes - {None} <= FIELD_CODES.keys()


def test_every_rule_has_its_text() -> None:
    unsaid = [
        f"{module.path}:{call.lineno}"
        for module in modules()
        for call in calls(module.tree, "broken_rule")
        if not set(_rules(module, call)) <= RULES.keys()
    ]
    assert not unsaid
    assert all(text.en and text.vi and text.en != text.vi for text in RULES.values())


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_a_code_of_the_table_is_raised_and_some_test_produces_it(code: str) -> None:
    raised = [m.path for m in modules() if m.path not in {"error_table.py"} and f'"{code}"' in m.source]
    assert raised, "nothing raises it"
    tests = [file for file in (ROOT / "tests").rglob("test_*.py") if f'"{code}"' in file.read_text(encoding="utf-8")]
    assert tests, "no test produces it"


def _parts(module: Module) -> set[str]:
    """The other top-level modules that a module imports."""
    names = {name.split(".")[1] for name in imported(module.tree) if name.startswith("incubator.")}
    return {name for name in names if name in set().union(*LAYERS)} - {module.part}


def _level(part: str) -> int:
    return next((level for level, parts in enumerate(LAYERS) if part in parts), -1)


def _is_empty(body: list[ast.stmt]) -> bool:
    return all(isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)) for s in body)


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def _first(call: ast.Call) -> str | None:
    return literal(call.args[0]) if call.args else None


def _rules(module: Module, call: ast.Call) -> list[Any]:
    """What the first argument may be: constants of the module, or of one that it imports."""
    rule = call.args[0]
    either = [rule.body, rule.orelse] if isinstance(rule, ast.IfExp) else [rule]
    return [literal(one) or attrgetter(ast.unparse(one))(import_module(module.name)) for one in either]


def _structs() -> dict[str, type[msgspec.Struct]]:
    """Every struct of a `schemas.py`, and of what the API shares, by its name."""
    homes = [*named("schemas.py"), *(module for module in modules() if module.part in {"api", "paging"})]
    found = [(name, value) for home in homes for name, value in vars(import_module(home.name)).items()]
    return {name: value for name, value in found if isinstance(value, type) and issubclass(value, msgspec.Struct)}


def _answered() -> set[str]:
    """What routes say that they answer: the names inside `Response[...]`."""
    answers = [node for m in modules() for node in ast.walk(m.tree) if isinstance(node, ast.Subscript)]
    inside = [node.slice for node in answers if last_name(node.value) in {"Response", "Page"}]
    return {name.id for node in inside for name in ast.walk(node) if isinstance(name, ast.Name)}


def _received() -> list[Any]:
    """The types of the bodies that routes take: what stands inside `JSONBody[...]`."""
    return [
        eval(ast.unparse(node.slice), vars(import_module(module.name)))
        for module in named("routes.py")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Subscript) and last_name(node.value) == "JSONBody"
    ]


def _reached(types: list[Any]) -> set[type[msgspec.Struct]]:
    """Every struct that these types are made of."""
    seen: set[type[msgspec.Struct]] = set()
    todo = [msgspec.inspect.type_info(type_) for type_ in types]
    while todo:
        info = todo.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in seen:
                continue
            seen.add(info.cls)
            todo += [field.type for field in info.fields]
        todo += list(getattr(info, "types", ())) + list(getattr(info, "item_types", ()))
        todo += [part for name in ("item_type", "value_type", "type") if (part := getattr(info, name, None))]
    return seen
