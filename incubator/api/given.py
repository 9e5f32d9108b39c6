"""How handlers name what is injected."""

from typing import TypeAlias, TypeVar

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

T = TypeVar("T")

Given: TypeAlias = NamedDependency[SkipValidation[T]]
"""What we inject is ours already; Litestar would check it again by msgspec, which knows no protocols."""

__all__ = ["FromPath", "Given", "JSONBody"]
