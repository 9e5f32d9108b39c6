"""A small load generator for loopback: keep-alive connections that ask the same question again and again.

wrk is taken for reads where it is installed, because it costs less; this one needs nothing but Python.
"""

import asyncio
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from itertools import repeat
from urllib.parse import urlsplit

CONNECTIONS = 16
PATIENCE, LATER = 0.05, (b" 503 ", b" 504 ")
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


async def requests_per_second(url: str, headers: dict[str, str], seconds: float, bodies: Sequence[bytes] = ()) -> float:
    """Answers per second at 16 connections; every answer must be a 200. With bodies each connection posts one of its
    own again and again, and every answer must be a 201."""
    parts = urlsplit(url)
    if parts.hostname != "127.0.0.1":
        raise ValueError("only this machine is ever put under load")
    if shutil.which("wrk") and not bodies:
        return await _wrk(url, headers, seconds)
    asked = [message("POST", url, headers, body) for body in bodies] or [message("GET", url, headers)]
    status = b" 201 " if bodies else b" 200 "
    return await _rate(url, [repeat(asked[number % len(asked)]) for number in range(CONNECTIONS)], status, seconds)


async def posts_per_second(url: str, posted: Sequence[Iterator[bytes]], seconds: float) -> float:
    """Answers per second where each connection has requests of its own; every answer must be a 201."""
    return await _rate(url, posted, b" 201 ", seconds)


async def deliver(url: str, posted: Sequence[Sequence[bytes]], status: bytes) -> float:
    """Seconds until each connection has posted all that it has, one after the other. Where the service asks for
    patience, the same is sent again, as a client would."""
    port, begun = urlsplit(url).port or 80, time.perf_counter()
    await asyncio.gather(*(_deliver(port, requests, status) for requests in posted))
    return time.perf_counter() - begun


def message(method: str, url: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"host: {parts.netloc}", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _wrk(url: str, headers: dict[str, str], seconds: float) -> float:
    options = [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", *options, url]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output = (await process.communicate())[0].decode()
    if "Non-2xx" in output or (rate := re.search(r"Requests/sec:\s+([\d.]+)", output)) is None:
        raise RuntimeError(f"{url} did not answer 200 throughout:\n{output}")
    return float(rate.group(1))


async def _rate(url: str, asked: Sequence[Iterator[bytes]], status: bytes, seconds: float) -> float:
    port, end = urlsplit(url).port or 80, time.perf_counter() + seconds
    counts = await asyncio.gather(*(_ask(port, requests, status, end) for requests in asked))
    return sum(counts) / seconds


async def _ask(port: int, requests: Iterator[bytes], status: bytes, end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = 0
    while time.perf_counter() < end:
        await _exchange(reader, writer, next(requests), (status,))
        answers += 1
    writer.close()
    return answers


async def _deliver(port: int, requests: Sequence[bytes], status: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        while status not in await _exchange(reader, writer, request, (status, *LATER)):
            await asyncio.sleep(PATIENCE)
    writer.close()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, expected: tuple[bytes, ...]
) -> bytes:
    """The first line of the answer, which must be one of those expected."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    line, length = head.split(b"\r\n", 1)[0], LENGTH.search(head)
    if length is None or not any(status in line for status in expected):
        raise RuntimeError(head.decode(errors="replace"))
    await reader.readexactly(int(length.group(1)))
    return line
