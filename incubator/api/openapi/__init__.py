"""The OpenAPI document, built from the application's own routes.

Litestar's generator is off: for msgspec structs it leaves out discriminators, bounds under `| None` and
`additionalProperties: false`, and knows no error but its own 400. Here the components come from msgspec, and
everything else from what a handler declares: its signature, guards and `opt`. Beside the keys of
`api/entry.py`, `opt` may hold `errors` (codes that cannot be seen from outside), `example` (a request body) and
`volatile` (an answer without ETag).
"""

from incubator.api.openapi.document import document

__all__ = ["document"]
