"""What the tests of bad input share: who sends it, what a refusal must look like, and which operations there are."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from incubator.errors import ERRORS
from tests.operations import Operation, operations
from tests.stage import Stage

JSON = "application/json"
DEEP = 100_000
ELEVEN_MEGABYTES = b'{"title": "' + b"x" * 11_000_000 + b'"}'
NOBODYS = "018f93c8-2f40-7000-8000-000000000000"

WITH_BODY = [operation for operation in operations() if operation.bodies()]
READS = [operation for operation in operations() if operation.method == "GET"]
BODIES = [(operation, body) for operation in WITH_BODY for body in operation.bodies()]


def each(chosen: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", chosen, ids=lambda operation: operation.id)


each_operation = each(operations())
each_guarded = each([operation for operation in operations() if not operation.is_public])
each_read = each(READS)
each_list = each([operation for operation in READS if "cursor" in operation.parameters("query")])
each_with_id = each([operation for operation in operations() if operation.parameters("path")])
each_with_body = each(WITH_BODY)
each_with_if_match = each([operation for operation in operations() if operation.takes("IfMatch", "IfMatchWhereThere")])
each_with_key = each(
    [operation for operation in operations() if operation.takes("IdempotencyKey", "RequiredIdempotencyKey")]
)
each_body = pytest.mark.parametrize(("operation", "body"), BODIES, ids=[body.name for _, body in BODIES])


async def send(stage: Stage, operation: Operation, url: str | None = None, **kwargs: Any) -> httpx.Response:
    """As somebody who may do everything. Time moves on, so that no count of attempts refuses it first, and a key that
    must be there is a fresh one."""
    stage.world.clock.now += timedelta(seconds=3)
    key = {"idempotency-key": str(uuid4())} if operation.takes("RequiredIdempotencyKey") else {}
    headers = {**key, **kwargs.pop("headers", {})}
    caller = stage.caller(operation.id)
    return await caller.request(operation.method, url or stage.url(operation.path), headers=headers, **kwargs)


async def send_json(stage: Stage, operation: Operation, content: bytes, **headers: str) -> httpx.Response:
    return await send(stage, operation, content=content, headers={"content-type": JSON, **headers})


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of a refusal, which is whole."""
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = dict(answer.json())
    assert told["status"] == answer.status_code == ERRORS[told["code"]].status
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["title"]
    assert told["detail"]
    return told


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    told = problem(answer)
    assert (told["status"], told["code"]) == (status, code), told
    return told


def not_broken(answer: httpx.Response) -> None:
    """Taken or refused, but understood."""
    if answer.status_code >= 400:
        problem(answer)


def faults(told: dict[str, Any]) -> dict[str, str]:
    """Code by place, for fields, parameters and headers alike."""
    return {
        str(error.get("pointer", error.get("parameter", error.get("header")))): error["code"]
        for error in told.get("errors", [])
    }


def a_body(operation: Operation) -> dict[str, Any]:
    """A body and headers with which the operation would not be refused for its form."""
    return {**only_body(operation), "headers": {"if-match": '"99999"'}}


def only_body(operation: Operation) -> dict[str, Any]:
    bodies = operation.bodies()
    return {"json": bodies[0].example} if bodies else {}
