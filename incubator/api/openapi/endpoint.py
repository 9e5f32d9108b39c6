"""One operation as its handler declares it."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any, get_args, get_origin
from uuid import UUID

from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from incubator.actor import Permission
from incubator.api.body import body_type
from incubator.api.entry import JSON, Requires
from incubator.api.query import Query
from incubator.paging import Page, PageQuery

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Endpoint:
    """A method of a path, with the questions that the document asks about it."""

    def __init__(self, route: HTTPRoute, method: str, handler: HTTPRouteHandler) -> None:
        self.path = route.path_format
        self.method = method
        self.handler = handler
        self.opt = handler.opt
        self.path_parameters: dict[str, type[str] | type[UUID] | type[date]] = {
            name: definition.type for name, definition in route.path_parameters.items()
        }

    def takes(self, name: str) -> bool:
        """Whether the handler has an argument of this name, injected or not."""
        return name in self.handler.parsed_fn_signature.parameters

    @property
    def needs_key(self) -> bool:
        """Whether it is refused without an Idempotency-Key."""
        return "key_required" in self.handler.opt

    @property
    def makes_the_first(self) -> bool:
        """Whether it needs no If-Match where nothing is there yet."""
        return "makes_the_first" in self.handler.opt

    @property
    def operation_id(self) -> str:
        if self.handler.operation_id is None:
            raise LookupError(f"{self.method} {self.path} has no operation_id")
        return str(self.handler.operation_id)

    @property
    def tags(self) -> list[str]:
        return list(self.handler.resolve_tags())

    @property
    def is_public(self) -> bool:
        return bool(self.opt.get("public"))

    @property
    def is_guarded(self) -> bool:
        """Whether the handler has guards beside the application's own, which runs for every route."""
        return bool(self.handler.guards)

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """Those of which a caller needs one; empty where every caller may."""
        guards = [guard for guard in self.handler.guards or [] if isinstance(guard, Requires)]
        return guards[0].permissions if guards else ()

    @property
    def produces(self) -> tuple[str, ...]:
        return tuple(self.opt.get("produces", (JSON,)))

    @property
    def body(self) -> Any:
        """The type of the request body, or None. A handler that reads parts of it by itself says what they are."""
        return self.opt.get("body") or body_type(self.handler.handler_id) if self.takes("data") else None

    @cached_property
    def query(self) -> Any:
        """The struct of the query parameters, or None."""
        provider = self.handler.resolve_dependencies().get("filters") if self.takes("filters") else None
        return provider.struct if isinstance(provider, Query) else None

    @property
    def answer(self) -> Any:
        """The type of a successful answer, or None where it has no body."""
        annotation = self.handler.parsed_fn_signature.return_type.raw
        if get_origin(annotation) is Response:
            annotation = get_args(annotation)[0]
        return None if annotation in {None, type(None)} else annotation

    @property
    def is_list(self) -> bool:
        return get_origin(self.answer) is Page

    @property
    def is_paged(self) -> bool:
        return self.query is not None and issubclass(self.query, PageQuery)

    @property
    def is_tagged(self) -> bool:
        """Whether the answer carries an ETag: single resources and figures do, lists never."""
        is_single = self.answer is not None and not self.is_list and not self.opt.get("volatile")
        return is_single and (self.method in {"GET", "PATCH"} or self.takes("once"))


def endpoints_of(app: Litestar) -> Iterator[Endpoint]:
    """Every operation that belongs into the document, by path and method."""
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    for route in sorted(routes, key=lambda route: route.path_format):
        by_method: dict[str, HTTPRouteHandler] = {
            method: handler for handler in route.route_handlers for method in handler.http_methods
        }
        for method in METHODS:
            handler = by_method.get(method)
            if handler is not None and handler.resolve_include_in_schema():
                yield Endpoint(route, method, handler)
