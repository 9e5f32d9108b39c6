"""Lists: a walk by cursor, its count, and the same list as a table."""

import asyncio
import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import select

from incubator.api.tables import MAX_EXPORTS, csv_table
from incubator.audit import AuditEntry
from tests.factories import BAC_HA, Y_TY, Caller, Make, World

CSV = {"accept": "text/csv"}
XLSX = {"accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


async def walk(caller: Caller, path: str, **params: Any) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await caller.get(path, params={"limit": 2, **params, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        assert len(page["items"]) == params.get("limit", 2)
        cursor = {"cursor": page["next_cursor"]}


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def sheet(answer: httpx.Response) -> list[list[str | None]]:
    """The cells of the first sheet, read as any spreadsheet would read the file."""
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert book.testzip() is None
        for name in book.namelist():
            ElementTree.fromstring(book.read(name))
        root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [[_cell(cell) for cell in row.iter(f"{SHEET}c")] for row in root.iter(f"{SHEET}row")]


def _cell(cell: ElementTree.Element) -> str | None:
    assert cell.find(f"{SHEET}f") is None, "no cell is a formula"
    return "".join(part.text or "" for part in cell.iter() if part.tag in {f"{SHEET}t", f"{SHEET}v"})


# Walks


async def test_a_walk_meets_each_row_once_while_others_insert(make: Make) -> None:
    staff = await make.account("staff")
    there = [(await make.idea(staff))["id"] for _ in range(6)]
    met, cursor = [], ""
    while True:
        page = (await staff.get(f"/v1/ideas?limit=2{cursor}")).json()
        met += [item["id"] for item in page["items"]]
        await make.idea(staff)
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert met == there[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 200])
async def test_a_walk_is_the_same_whatever_the_size_of_its_pages(make: Make, limit: int) -> None:
    staff = await make.account("staff")
    there = [(await make.idea(staff))["id"] for _ in range(7)]
    assert [item["id"] for item in await walk(staff, "/v1/ideas", limit=limit)] == there[::-1]


async def test_a_walk_may_change_the_size_of_its_pages(make: Make) -> None:
    staff = await make.account("staff")
    there = [(await make.idea(staff))["id"] for _ in range(4)]
    first = (await staff.get("/v1/ideas?limit=1")).json()
    rest = (await staff.get(f"/v1/ideas?limit=50&count=exact&cursor={first['next_cursor']}")).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == there[::-1]
    assert rest["total"] == 4


async def test_a_cursor_belongs_to_its_list_and_filters(make: Make) -> None:
    staff = await make.account("staff")
    for _ in range(2):
        await make.idea(staff)
    cursor = (await staff.get("/v1/ideas?limit=1&status=submitted")).json()["next_cursor"]
    assert (await staff.get(f"/v1/ideas?status=submitted&cursor={cursor}")).status_code == 200
    for address in (
        f"/v1/ideas?cursor={cursor}",
        f"/v1/ideas?status=draft&cursor={cursor}",
        f"/v1/ideas?status=submitted&sector=tea&cursor={cursor}",
        f"/v1/people?cursor={cursor}",
        f"/v1/audit?cursor={cursor}",
    ):
        caller = await make.account("approver") if "audit" in address else staff
        answer = await caller.get(address)
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_mismatch"), address


async def test_a_cursor_opens_nothing_that_its_bearer_may_not_see(make: Make) -> None:
    here, there = await make.account("commune_staff", BAC_HA), await make.account("commune_staff", Y_TY)
    for _ in range(3):
        await make.idea(here)
    own = await make.idea(there, locality_code=Y_TY)
    cursor = (await here.get("/v1/ideas?limit=1")).json()["next_cursor"]
    assert (await there.get(f"/v1/ideas?cursor={cursor}")).json()["items"] == []
    assert [item["id"] for item in await walk(there, "/v1/ideas")] == [own["id"]]


# Counts


async def test_a_count_is_of_the_whole_filtered_list(make: Make) -> None:
    staff = await make.account("staff")
    for _ in range(3):
        await make.idea(staff)
    await make.moved(staff, await make.idea(staff), "start_screening")
    page = (await staff.get("/v1/ideas?limit=1&count=exact&status=submitted")).json()
    assert (page["total"], page["total_is_capped"], len(page["items"])) == (3, False, 1)
    assert "total" not in (await staff.get("/v1/ideas?limit=1")).json()


async def test_a_count_stops_at_ten_thousand(committed: World) -> None:
    staff = await committed.make.account("staff")
    async with committed.database.begin() as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "INSERT INTO audit_entry (actor_kind, actor_id, action, subject_type) "
            "SELECT 'system', '00000000-0000-0000-0000-000000000000', 'count', 'nothing' FROM generate_series(1, 10001)"
        )
    admin = await committed.make.account("admin")
    page = (await admin.get("/v1/audit?limit=1&count=exact&action=count")).json()
    assert (page["total"], page["total_is_capped"]) == (10_000, True)
    assert (await staff.get("/v1/localities?limit=1&count=exact&kind=province")).json()["total_is_capped"] is False


# Tables


async def test_a_csv_holds_what_the_walk_shows(make: Make, world: World) -> None:
    staff = await make.account("staff")
    for title in ('Trà, “Shan” "Tuyết"', "Mận\nTam Hoa", "Đặc sản; Bắc Hà"):
        await make.idea(staff, title=title)
    await make.moved(staff, await make.idea(staff), "start_screening")
    walked = await walk(staff, "/v1/ideas", status="submitted")
    answer = await staff.get("/v1/ideas?status=submitted&limit=1", headers=CSV)
    rows = table(answer)
    assert list(rows[0]) == list(walked[0])
    assert rows == [{name: _written(value) for name, value in item.items()} for item in walked]
    assert answer.headers["content-disposition"] == 'attachment; filename="ideas.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    async with world.database.begin() as session:
        exports = select(AuditEntry.subject_type).where(AuditEntry.actor_id == staff.id, AuditEntry.action == "export")
        assert list(await session.scalars(exports)) == ["ideas"]


async def test_an_empty_list_is_a_table_with_a_head(make: Make) -> None:
    staff = await make.account("staff")
    answer = await staff.get("/v1/ideas", headers=CSV)
    assert table(answer) == []
    assert answer.content.decode("utf-8-sig").startswith("id,version,tracking_code,")
    assert sheet(await staff.get("/v1/ideas", headers=XLSX))[0][:2] == ["id", "version"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
async def test_no_cell_is_a_formula(make: Make, start: str) -> None:
    staff = await make.account("staff")
    title = f'{start}HYPERLINK("https://evil.example","x")'
    await make.idea(staff, title=title)
    (row,) = table(await staff.get("/v1/ideas", headers=CSV))
    assert row["title"] == "'" + title
    assert "'" + title in sheet(await staff.get("/v1/ideas", headers=XLSX))[1]


async def test_a_workbook_holds_what_the_csv_holds(make: Make) -> None:
    staff = await make.account("staff")
    for _ in range(5):
        await make.idea(staff)
    head, *rows = sheet(await staff.get("/v1/ideas", headers=XLSX))
    expected = table(await staff.get("/v1/ideas", headers=CSV))
    assert head == list(expected[0])
    assert [[cell or "" for cell in row] for row in rows] == [list(filter(None, row.values())) for row in expected]


@pytest.mark.parametrize("start", ["\t", "\r", "=", "@"])
def test_a_cell_of_any_table_gets_a_quote(start: str) -> None:
    text = csv_table(["a"], [[f"{start}1"], [-1], ["-1"]]).decode()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["a"], [f"'{start}1"], ["-1"], ["'-1"]]


async def test_a_table_is_as_narrow_as_its_readers_rights(make: Make) -> None:
    here, there = await make.account("commune_staff", BAC_HA), await make.account("commune_staff", Y_TY)
    await make.idea(here)
    assert len(table(await here.get("/v1/ideas", headers=CSV))) == 1
    assert table(await there.get("/v1/ideas", headers=CSV)) == []


# At most four at once


async def test_a_fifth_export_is_told_to_wait(committed: World) -> None:
    staff = await committed.make.account("staff")
    await committed.make.idea(staff)
    exports = committed.service.litestar.state.exports
    for _ in range(MAX_EXPORTS):
        exports.take()
    refused = await staff.get("/v1/ideas", headers=CSV)
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert refused.headers["retry-after"]
    assert (await staff.get("/v1/ideas")).status_code == 200
    for _ in range(MAX_EXPORTS):
        exports.give_back()
    assert (await staff.get("/v1/ideas", headers=CSV)).status_code == 200
    assert exports.running == 0


@pytest.mark.parametrize("accept", ["text/csv", XLSX["accept"]])
@pytest.mark.parametrize("chunks_taken", [0, 1, 2])
async def test_a_client_that_goes_away_gives_its_place_back(committed: World, chunks_taken: int, accept: str) -> None:
    staff = await committed.make.account("staff")
    exports = committed.service.litestar.state.exports
    request = [
        (b"authorization", f"Bearer {staff.token}".encode()),
        (b"accept", accept.encode()),
    ]
    for _ in range(MAX_EXPORTS + 1):
        assert await _abandoned(committed, "/v1/localities", request, chunks_taken) == 200
    await asyncio.sleep(0.1)
    assert exports.running == 0


async def _abandoned(world: World, path: str, headers: list[tuple[bytes, bytes]], chunks_taken: int) -> int:
    """The status of an answer of which the client reads so many parts, and then it is gone."""
    gone, statuses, taken = asyncio.Event(), [], 0

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal taken
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
        else:
            taken += 1
        if taken >= chunks_taken:
            gone.set()
            await asyncio.sleep(0)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": "GET",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("test", 80),
    }  # fmt: skip
    await asyncio.wait_for(world.service(scope, receive, send), 20)
    return int(statuses[0])


async def test_a_table_that_cannot_begin_is_a_problem(committed: World) -> None:
    """The first rows are read before the answer begins, so trouble with them is still told by its status."""
    staff = await committed.make.account("staff")
    async with committed.database.begin() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE idea RENAME TO idea_elsewhere")
    answer = await staff.get("/v1/ideas", headers=CSV)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert committed.service.litestar.state.exports.running == 0


def _written(value: Any) -> str:
    return "" if value is None else str(value)
