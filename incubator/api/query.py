"""Query parameters: a msgspec struct names them all, so an unknown or repeated one is refused."""

from datetime import datetime
from typing import Any

from litestar import Request
from litestar.di import Provide

from incubator.api.given import Given
from incubator.api.validation import parse_query
from incubator.errors import DomainError, FieldError


class Query(Provide):
    """The dependency `filters` of a handler: its parameters, checked and converted.

    Litestar 2.25 ignores `msgspec.Meta` on parameters and lets unknown ones pass (docs/decisions/0006).
    """

    __slots__ = ("struct",)

    def __init__(self, struct: type[Any]) -> None:
        def parameters(request: Request[Any, Any, Any], now: Given[datetime]) -> Any:
            return parse_query(request.scope["query_string"], struct)

        super().__init__(parameters, sync_to_thread=False)
        self.struct = struct


LONGEST_HEADERS = {"accept-language": 200, "if-match": 1000, "if-none-match": 1000}


async def refuse_parameters(request: Request[Any, Any, Any]) -> None:
    """Before every handler: no header is longer than the document says, and one that declares no parameters takes
    none."""
    long = [name for name, most in LONGEST_HEADERS.items() if len(request.headers.get(name, "")) > most]
    if long:
        faults = [
            FieldError(code="too_long", header=name.title(), params={"max": LONGEST_HEADERS[name]}) for name in long
        ]
        raise DomainError("validation_failed", errors=faults)
    if not request.scope["query_string"] or "filters" in request.route_handler.parsed_fn_signature.parameters:
        return
    names = sorted(set(request.query_params.keys()))
    raise DomainError("unknown_parameter", errors=[FieldError(code="unknown_field", parameter=name) for name in names])
