"""Every table of the program, for comparing the models with a database."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

from incubator.db import Base

# Tables that no feature owns. A feature's tables are in its models.py, which is found by its name.
GROUND = ("incubator.audit", "incubator.idempotency", "incubator.throttle")


def target_metadata() -> MetaData:
    """The metadata of all models, each of them imported."""
    for module in (*GROUND, *_model_modules()):
        import_module(module)
    return Base.metadata


def _model_modules() -> list[str]:
    package = Path(__file__).parents[1]
    files = sorted(package.rglob("models.py"))
    return [".".join((package.name, *file.relative_to(package).with_suffix("").parts)) for file in files]
