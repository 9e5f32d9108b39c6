"""Examples made from schemas: always the same, always valid, and in the words of the programme."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from incubator.api.openapi.schemas import NULL, PREFIX, Schema, Schemas

FORMATS = {
    "date": "2024-05-20",
    "date-time": "2024-05-20T02:30:00Z",
    "duration": "P7D",
    "time": "09:30:00",
}
WORDS: dict[str, Any] = {
    "Locality.code": "02647",
    "Locality.name": "Lào Cai",
    "Place.code": "02647",
    "Place.name": "Lào Cai",
    "action": "decide",
    "actor": "nguyen.lan",
    "allowed_actions": "start_screening",
    "author": "nguyen.lan",
    "capital": "60 triệu đồng mua máy sấy",
    "code": "feasibility",
    "digital": "Đưa sản phẩm lên sàn thương mại điện tử",
    "district": "Bắc Hà",
    "full_name": "Giàng A Páo",
    "label_en": "Feasibility",
    "label_vi": "Tính khả thi",
    "locality_name": "Lào Cai",
    "market": "Tìm đầu ra ngoài tỉnh",
    "max_age": 35,
    "message": "Chúc mừng, ý tưởng đã được chọn.",
    "min_age": 16,
    "name": "nguyen.lan",
    "next_cursor": "WyIxYjlkNmJjZCIsIjAxOTBmNWZlIl0",
    "province_code": "15",
    "province_name": "Lào Cai",
    "question": "Vườn mận rộng bao nhiêu?",
    "secret": "inc_calendar_" + "x" * 43,
    "subject_type": "idea",
    "token": "inc_session_" + "x" * 43,
    "tracking_code": "7K3M9PXQ2A4D",
}
"""What stands in fields whose types carry no example: by name, or by the struct's first word and name."""

PLAIN_TEXT = "Mận Tam Hoa sấy dẻo"
PLAIN_NUMBER = 3

_FIRST_WORD = re.compile("[A-Z][a-z]+")


class Samples:
    """Makes an example for any schema.

    A field without an example of its own borrows that of a field of the same name: first from a struct of the
    same first word (IdeaOut from IdeaCreate), then from `WORDS`, then from any other. `fixed` holds the whole
    examples of components that cannot be made from their fields alone.
    """

    def __init__(self, schemas: Schemas, fixed: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._fixed = fixed
        self._lent: dict[str, list[Any]] = {}
        for name in sorted(schemas.components):
            for field, schema in schemas.components[name].get("properties", {}).items():
                for key in (f"{_first_word(name)}.{field}", field):
                    self._lent.setdefault(key, []).extend(schema.get("examples", []))

    def request(self, schema: Schema) -> Any:
        """A short body: what is required, and what its types show by an example."""
        return self._made(schema, "", (), whole=False)

    def answer(self, schema: Schema) -> Any:
        """A whole answer: every field, with a value wherever null is possible too."""
        return self._made(schema, "", (), whole=True)

    def parameter(self, name: str, schema: Schema) -> Any:
        """A value for the parameter of this name."""
        return self._made(schema, name, (), whole=False)

    def _made(self, schema: Schema, field: str, above: tuple[str, ...], *, whole: bool) -> Any:
        """`above` are the components that this one lies in, so that a type that holds itself comes to an end."""
        if "examples" in schema:
            return schema["examples"][0]
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(PREFIX)
            if name in self._fixed:
                return self._fixed[name]
            return self._made(self._schemas.components[name], field, (*above, name), whole=whole)
        if schema.get("default"):
            return schema["default"]
        if members := schema.get("anyOf") or schema.get("oneOf"):
            return self._made(_first_open(members, above), field, above, whole=whole)
        return self._of_type(schema, field, above, whole=whole)

    def _of_type(self, schema: Schema, field: str, above: tuple[str, ...], *, whole: bool) -> Any:
        if "enum" in schema:
            return next(word for word in schema["enum"] if word is not None)
        match schema["type"]:
            case "object":
                return self._object(schema, above, whole=whole)
            case "array":
                return self._array(schema, field, above, whole=whole)
            case "string":
                return self._text(schema, field, above)
            case "integer" | "number":
                return self._number(schema, field, above)
            case "boolean":
                return False
        return None

    def _object(self, schema: Schema, above: tuple[str, ...], *, whole: bool) -> dict[str, Any]:
        fields = schema.get("properties", {})
        shown = [n for n, s in fields.items() if whole or n in schema.get("required", []) or "examples" in s]
        return {name: self._made(fields[name], name, above, whole=whole) for name in shown or list(fields)[:1]}

    def _array(self, schema: Schema, field: str, above: tuple[str, ...], *, whole: bool) -> list[Any]:
        if "prefixItems" in schema:
            return [self._made(item, field, above, whole=whole) for item in schema["prefixItems"]]
        if _leads_back(schema["items"], above):
            return []
        return [self._made(schema["items"], field, above, whole=whole)] * max(1, schema.get("minItems", 1))

    def _text(self, schema: Schema, field: str, above: tuple[str, ...]) -> str:
        written = schema.get("format")
        if written == "uuid":
            return _uuid_of(field)
        candidates = [FORMATS[written]] if written in FORMATS else [*self._candidates(field, above), PLAIN_TEXT]
        for candidate in candidates:
            if isinstance(candidate, str) and _fits(candidate, schema):
                return candidate
        raise LookupError(f"{'.'.join((*above, field))} needs an example in its msgspec.Meta: {schema}")

    def _number(self, schema: Schema, field: str, above: tuple[str, ...]) -> Any:
        low, high = schema.get("minimum", PLAIN_NUMBER), schema.get("maximum", PLAIN_NUMBER)
        for candidate in self._candidates(field, above):
            if isinstance(candidate, int | float) and low <= candidate <= high:
                return candidate
        return min(max(PLAIN_NUMBER, low), high)

    def _candidates(self, field: str, above: tuple[str, ...]) -> list[Any]:
        own = f"{_first_word(above[-1])}.{field}" if above else field
        named = [WORDS[key] for key in (own, field) if key in WORDS]
        return [*self._lent.get(own, []), *named, *self._lent.get(field, [])]


def _first_word(name: str) -> str:
    found = _FIRST_WORD.match(name)
    return found[0] if found else name


def _first_open(members: list[Schema], above: tuple[str, ...]) -> Schema:
    return next((m for m in members if m != NULL and not _leads_back(m, above)), NULL)


def _leads_back(schema: Schema, above: tuple[str, ...]) -> bool:
    return schema.get("$ref", "").removeprefix(PREFIX) in above


def _fits(text: str, schema: Schema) -> bool:
    in_bounds = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
    return in_bounds and ("pattern" not in schema or re.search(schema["pattern"], text) is not None)


def _uuid_of(field: str) -> str:
    """A UUIDv7 of May 2024 that is the same wherever the field's name is the same."""
    tail = hashlib.sha256(field.encode()).hexdigest()[:15]
    return f"018f93c8-2f40-7{tail[:3]}-8{tail[3:6]}-{tail[3:15]}"
