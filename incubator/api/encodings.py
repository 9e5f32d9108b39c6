"""gzip, for the few bodies that are worth it: what phones send in and take along over a thin line.

Litestar's own compression would be for every answer, keeps the entity tag of the one that is not compressed, and reads
`gzip;q=0` as a wish for gzip.
"""

import gzip
import zlib

from incubator.errors import DomainError

GZIP = "gzip"
LEVEL = 6
_GZIP_ALONE = 16 + zlib.MAX_WBITS


def inflate(raw: bytes, most: int) -> bytes:
    """The body that was compressed; never more than `most` bytes of it are made, whatever it would be."""
    stream = zlib.decompressobj(wbits=_GZIP_ALONE)
    try:
        body = stream.decompress(raw, most + 1)
    except zlib.error:
        raise _not_gzip() from None
    if len(body) > most:
        raise DomainError("body_too_large", max=most)
    if not stream.eof or stream.unused_data:
        raise _not_gzip()
    return body


def deflate(body: bytes) -> bytes:
    """The same bytes each time, as the entity tag promises: so without the time at which it was done."""
    return gzip.compress(body, LEVEL, mtime=0)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether gzip is wished for (RFC 9110, 12.5.3). What cannot be read is no wish."""
    weights = dict(_weight(part) for part in accept_encoding.lower().split(","))
    return weights.get(GZIP, weights.get("*", 0.0)) > 0


def _weight(part: str) -> tuple[str, float]:
    coding, *parameters = (piece.strip() for piece in part.split(";"))
    written = next((value.removeprefix("q=") for value in parameters if value.startswith("q=")), "1")
    try:
        return coding, float(written)
    except ValueError:
        return coding, 0.0


def _not_gzip() -> DomainError:
    return DomainError("malformed_json", reason="it is not one whole gzip stream")
