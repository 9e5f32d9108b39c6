"""The pages at /docs: Swagger UI out of its pinned package, and nothing from any other host."""

import hashlib
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from litestar import Request, Response, get

from incubator.api.entry import PUBLIC
from incubator.api.given import FromPath
from incubator.errors import DomainError

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Incubator API</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

# Without validatorUrl the page would send the document's address to a validator on another host.
START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
MEDIA_TYPES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "start.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
"""The files that the page asks for; nothing else of the package is served."""


@get("/docs", opt={**PUBLIC, "produces": ("text/html",)}, include_in_schema=False, sync_to_thread=False)
def show_docs() -> Response[str]:
    """The document as pages."""
    headers = {"content-security-policy": POLICY, "referrer-policy": "no-referrer", "cache-control": "no-cache"}
    return Response(content=PAGE, media_type="text/html", headers=headers)


@get("/docs/{file_name:str}", opt={**PUBLIC, "produces": ("*/*",)}, include_in_schema=False, sync_to_thread=False)
def show_docs_file(request: Request[Any, Any, Any], file_name: FromPath[str]) -> Response[bytes]:
    """A file that the pages need."""
    if file_name not in MEDIA_TYPES:
        raise DomainError("not_found")
    content, etag = _file(file_name)
    headers = {"etag": etag, "cache-control": "no-cache"}
    if etag == request.headers.get("if-none-match"):
        return Response(content=b"", status_code=304, headers=headers)
    return Response(content=content, media_type=MEDIA_TYPES[file_name], headers=headers)


@cache
def _file(name: str) -> tuple[bytes, str]:
    """The content and its ETag. Found by the package's metadata: its own code needs web frameworks."""
    if name == "start.js":
        content = START.encode()
    else:
        content = Path(str(distribution("swagger-ui-py").locate_file("swagger_ui/static"))).joinpath(name).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'
