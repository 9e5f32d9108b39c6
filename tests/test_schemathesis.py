"""Schemathesis over every operation: what the document promises is what the service does.

The cases are made by Schemathesis from the document, with a fixed seed, by somebody with every role. They are
sent straight into the application, on the loop on which its database connections live; Schemathesis itself is
synchronous and runs in a thread.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from incubator.actor import Scope
from tests.conftest import committing_world
from tests.factories import Caller
from tests.operations import Operation, operations, the_document
from tests.stage import Stage, set_stage

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
]
SEED = 57
EXAMPLES = 25
ENDS_THE_SESSION = {"logOut", "changePassword"}
"""These would take the caller's token away; tests/accounts tries them."""

JUDGES_ITEM_BY_ITEM = {"sendCheckIns"}
"""A wrong item is no wrong request here: it is answered in its own place, and the others count. What each of them is
told is tried in tests/events/test_check_in.py."""

CONFIG = schemathesis.Config.from_path(Path(__file__).parents[1] / "schemathesis.toml")
"""The same as for `schemathesis run` by hand."""

BOUNDED = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
async def stage(server_url: str, template: str) -> AsyncIterator[Stage]:
    """A stage of its own, because these cases do change what they find."""
    async with committing_world(server_url, template, "schemathesis") as world:
        yield await set_stage(world)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize(
    "operation", [o for o in operations() if o.id not in ENDS_THE_SESSION], ids=lambda operation: operation.id
)
async def test_an_operation_keeps_what_the_document_promises(
    stage: Stage, operation: Operation, mode: GenerationMode
) -> None:
    await try_operation(stage, stage.caller(operation.id), operation, mode, EXAMPLES)


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
async def test_a_service_token_is_promised_the_same(stage: Stage, operation: Operation) -> None:
    token = await stage.world.make.token(*Scope, sensitive=True)
    await try_operation(stage, token, operation, GenerationMode.POSITIVE, EXAMPLES // 5)


async def try_operation(
    stage: Stage, caller: Caller, operation: Operation, mode: GenerationMode, examples: int
) -> None:
    """So many cases of one operation, each answered as the document says."""
    described = schemathesis.openapi.from_dict(the_document(), config=CONFIG)[operation.path][operation.method]
    token = {"Authorization": f"Bearer {caller.token}"}
    loop = asyncio.get_running_loop()
    checks = [c for c in CHECKS if c is not negative_data_rejection or operation.id not in JUDGES_ITEM_BY_ITEM]

    @seed(SEED)
    @settings(BOUNDED, max_examples=examples)
    @given(case=described.as_strategy(generation_mode=mode, headers=token))
    def try_all(case: schemathesis.Case) -> None:
        if mode is GenerationMode.POSITIVE:
            _name_what_exists(stage, case)
        answer = asyncio.run_coroutine_threadsafe(_answer(stage, case), loop).result()
        case.validate_response(answer, checks=checks)

    await asyncio.to_thread(try_all)


def _name_what_exists(stage: Stage, case: schemathesis.Case) -> None:
    """Made-up ids would never get further than 404."""
    case.path_parameters = {name: stage.ids[name] for name in case.path_parameters or {}}
    if case.headers and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"


async def _answer(stage: Stage, case: schemathesis.Case) -> httpx.Response:
    """Time moves on meanwhile, so that no count of attempts refuses the next case."""
    stage.world.clock.now += timedelta(seconds=3)
    sent: dict[str, Any] = case.as_transport_kwargs(base_url="http://test")
    headers = {name: value.encode("utf-8", "surrogateescape") for name, value in sent["headers"].items()}
    wanted = ("params", "json")
    request = httpx.Request(
        sent["method"], sent["url"], headers=headers, content=sent.get("data"),
        **{name: sent[name] for name in wanted if name in sent},
    )  # fmt: skip
    return await stage.world.http.send(request)
