"""Send the proposals of a CSV file to an Incubator service, each of them once.

    python examples/submit_csv.py proposals.csv --delimiter ";" --token inc_service_... --call open \\
        --leader-name "Giàng A Páo" --leader-birth-year 1998 --locality-code 02839 \\
        --consent-on 2024-01-01 --consent-form paper

Every row becomes one POST /v1/ideas whose Idempotency-Key is made of the batch (the file's name) and the row's id.
So the command may be interrupted, repeated, or run again after some rows were corrected: what the service already
has is answered again and not entered again.

The file names no leader, commune or consent, so they are arguments and the same for all rows. The leader is added once
where the token may add people; a frontend's token may not, and every idea then brings a person of that name. It needs
httpx and rich.
"""

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx
from proposals import Row, UnreadableFile, read_rows
from rich.console import Console
from rich.progress import track
from rich.table import Table

TRIES = 8
LONGEST_WAIT = 30.0
BUSY = {429, 502, 503, 504}


class Stop(Exception):
    """Going on makes no sense; the message says why."""


@dataclass
class Outcome:
    """What became of a row: sent, replayed or refused."""

    row: Row
    state: str
    reason: str = ""


def main() -> int:
    """Read, send and report. The exit code is 0 when the service has every row."""
    options = arguments()
    console = Console(markup=False, emoji=False, highlight=False)
    try:
        rows = list(read_rows(options.file, delimiter=options.delimiter, received_on=options.received_on))
        with httpx.Client(base_url=options.url, timeout=30) as http:
            outcomes = send_all(Service(http, options.token), rows, options, console)
    except UnreadableFile as error:
        console.print(f"{options.file}: {error}.", soft_wrap=True)
        return 2
    except Stop as reason:
        console.print(f"Stopped. {reason} The same command goes on from here.", soft_wrap=True)
        return 2
    report(outcomes, console)
    return 1 if any(outcome.state == "refused" for outcome in outcomes) else 0


def arguments() -> argparse.Namespace:
    """The command line. The token may come from INCUBATOR_TOKEN, because others can read a command line."""
    parser = argparse.ArgumentParser(description="Send the proposals of a CSV file to an Incubator service.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--delimiter", default=",")
    parser.add_argument("--batch", help="name under which rows are remembered; default: the file's name")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the service answers")
    parser.add_argument("--token", default=os.environ.get("INCUBATOR_TOKEN"), help="default: INCUBATOR_TOKEN")
    idea = parser.add_argument_group("ideas", "what the file does not say")
    idea.add_argument("--call", default="open", help="id or code of the call for ideas")
    idea.add_argument("--locality-code", required=True, help="code of the commune that the ideas belong to")
    idea.add_argument("--sector", default="other", help="sector of the ideas (see /v1/vocabularies)")
    idea.add_argument("--channel", default="web", help="how the ideas came in: web, paper, phone, zalo or event")
    idea.add_argument("--received-on", type=date.fromisoformat, help="the day for all rows, instead of created_at")
    idea.add_argument("--late-reason", help="why ideas are entered that came in while the call was closed")
    leader = parser.add_argument_group("leader", "one person stands behind all rows")
    who = leader.add_mutually_exclusive_group(required=True)
    who.add_argument("--leader-id", type=UUID, help="a person whom the service already knows")
    who.add_argument("--leader-name", help="a person who is added with the first run")
    leader.add_argument("--leader-birth-year", type=int, help="not needed where the call makes it optional")
    leader.add_argument("--consent-on", required=True, type=date.fromisoformat, help="day of the leader's consent")
    leader.add_argument("--consent-form", required=True, choices=("paper", "digital", "verbal_recorded"))
    options = parser.parse_args()
    if not options.token:
        parser.error("give --token or set INCUBATOR_TOKEN")
    return options


def send_all(service: "Service", rows: list[Row], options: argparse.Namespace, console: Console) -> list[Outcome]:
    """Every row in the order of the file. What all of them have in common is settled first."""
    batch = options.batch or options.file.name
    common = {
        "call_id": call_id(service, options.call),
        "leader": leader_of(service, options, batch, console),
        "consent": {"given_on": options.consent_on.isoformat(), "form": options.consent_form},
        "locality_code": options.locality_code,
        "sector": options.sector,
        "channel": options.channel,
        "late_reason": options.late_reason,
    }
    shown = track(rows, description="Sending", console=console)
    return [send(service, row, common, batch) for row in shown]


def call_id(service: "Service", id_or_code: str) -> str:
    """The id of a call that may be named by its code."""
    try:
        return str(UUID(id_or_code))
    except ValueError:
        found = service.get("/v1/calls", code=id_or_code)["items"]
    if not found:
        raise Stop(f"There is no call {id_or_code} that this token may see.")
    return str(found[0]["id"])


def leader_of(service: "Service", options: argparse.Namespace, batch: str, console: Console) -> dict[str, Any]:
    """One person for all rows. Who may not add people, such as a frontend's token, sends the name with every idea,
    and the service then keeps a person for each."""
    if options.leader_id:
        return {"person_id": str(options.leader_id)}
    person: dict[str, Any] = {"full_name": options.leader_name}
    if options.leader_birth_year is not None:
        person["birth_year"] = options.leader_birth_year
    known = {**person, "locality_code": options.locality_code}
    answer = service.post("/v1/people", known, key_of(batch, f"leader:{options.leader_name}"))
    if answer.status_code == httpx.codes.FORBIDDEN:
        console.print("This token may not add people: every idea brings its leader as a person of its own.")
        return person
    if answer.is_error:
        raise Stop(f"The leader was refused ({reason_of(answer)}).")
    return {"person_id": answer.json()["id"]}


def send(service: "Service", row: Row, common: Mapping[str, Any], batch: str) -> Outcome:
    """One row to the service, unless it is known to be wrong."""
    if row.problems:
        return Outcome(row, "refused", "; ".join(row.problems))
    answer = service.post("/v1/ideas", {**common, **row.idea}, key_of(batch, row.id))
    if answer.is_error:
        return Outcome(row, "refused", reason_of(answer))
    return Outcome(row, "replayed" if "idempotency-replayed" in answer.headers else "sent")


def key_of(batch: str, name: str) -> UUID:
    """The same in every run, so that the service knows again what it has (for the 30 days that it remembers)."""
    return uuid5(NAMESPACE_URL, f"incubator:submit_csv:{batch}:{name}")


def report(outcomes: list[Outcome], console: Console) -> None:
    """Why rows were refused, and how many there were of each kind."""
    refused = [outcome for outcome in outcomes if outcome.state == "refused"]
    if refused:
        table = Table("row", "title", "why it was refused", title="Refused", title_justify="left")
        for outcome in refused:
            table.add_row(outcome.row.id, outcome.row.idea["title"][:60], outcome.reason)
        console.print(table)
    counts = Counter(outcome.state for outcome in outcomes)
    if bare := sum(outcome.row.has_title_only for outcome in outcomes):
        console.print(f"{bare:,} rows have no description; their title stands as the summary too.")
    totals = Table("sent", "replayed", "refused", "rows")
    totals.add_row(*(f"{number:,}" for number in (counts["sent"], counts["replayed"], len(refused), len(outcomes))))
    console.print(totals)


class Service:
    """The API, called the way every client should: what may pass is tried again, under the same key."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {token}", "accept": "application/json"}

    def get(self, path: str, **parameters: str) -> Any:
        """The body of an answer that must succeed."""
        answer = self._answer("GET", path, params=parameters)
        if answer.is_error:
            raise Stop(f"GET {path} was refused ({reason_of(answer)}).")
        return answer.json()

    def post(self, path: str, body: Any, key: UUID) -> httpx.Response:
        """The answer, a refusal included. The bytes sent are the same in every run, as the key demands."""
        content = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
        headers = {"content-type": "application/json", "idempotency-key": str(key)}
        answer = self._answer("POST", path, content=content, headers=headers)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise Stop(f"POST {path} was refused ({reason_of(answer)}).")
        return answer

    def _answer(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """The first answer that is final. A lost connection is no answer: the effect may have happened, and the
        Idempotency-Key makes asking again safe."""
        trouble = ""
        for attempt in range(TRIES):
            wait = min(LONGEST_WAIT, 0.25 * 2**attempt)
            try:
                answer = self._http.request(method, path, headers={**self._headers, **(headers or {})}, **more)
            except httpx.TransportError as error:
                trouble = str(error) or type(error).__name__
            else:
                if not may_pass(answer):
                    return answer
                trouble, wait = reason_of(answer), max(wait, seconds_to_wait(answer))
            time.sleep(wait * random.uniform(1, 1.25))  # noqa: S311 - clients that failed together return apart
        raise Stop(f"{method} {path} failed {TRIES} times, last with: {trouble}.")


def may_pass(answer: httpx.Response) -> bool:
    """Whether the same request may succeed in a moment; the service says so in `retryable`."""
    return answer.status_code in BUSY or bool(problem_of(answer).get("retryable"))


def seconds_to_wait(answer: httpx.Response) -> float:
    """What the service asks for in Retry-After."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else 0.0


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """The problem+json of a refusal; empty where something else than the service answered."""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        return dict(answer.json())
    return {}


def reason_of(answer: httpx.Response) -> str:
    """A refusal in words, with every wrong field."""
    problem = problem_of(answer)
    if not problem:
        return f"{answer.status_code}, not from the service"
    fields = problem.get("errors", [])
    wrong = [f"{e.get('pointer') or e.get('parameter') or e.get('header')} {e['detail']}" for e in fields]
    return f"{problem['code']}: {'; '.join(wrong) or problem['detail'].rstrip('.')}"


if __name__ == "__main__":
    sys.exit(main())
