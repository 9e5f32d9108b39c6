"""Request bodies: strict JSON into a msgspec struct, with every wrong field named."""

from typing import Any

from litestar.dto import AbstractDTO
from litestar.typing import FieldDefinition

from incubator.api.encodings import GZIP, inflate
from incubator.api.validation import parse_json, validate


class JsonBody(AbstractDTO[Any]):
    """Set once on the application: replaces Litestar's own decoding of `data`, which stops at the first error,
    takes "1" for 1 and lets duplicate keys and NUL pass."""

    _types: dict[str, Any] = {}

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        cls._types[handler_id] = field_definition.raw

    def decode_bytes(self, value: bytes) -> Any:
        connection = self.asgi_connection
        handler: Any = connection.route_handler
        if connection.headers.get("content-encoding", "").lower() == GZIP:
            value = inflate(value, connection.app.state.settings.max_body)
        document = parse_json(value, apart=handler.opt.get("apart", ()))
        return validate(document, self._types[handler.handler_id])


def body_type(handler_id: str) -> Any:
    """The type of a handler's body, for the OpenAPI document."""
    return JsonBody._types.get(handler_id)
