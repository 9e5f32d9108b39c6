"""Whatever is merged, edited and undone in whatever order: undoing all of it leaves everything as it was, except the
fields that somebody edited; and at each moment a model that knows nothing of the service says who counts as whom."""

import asyncio
from collections.abc import Coroutine
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from incubator.people.places import add_places, add_viewer
from tests.conftest import committing_world
from tests.factories import BAC_HA, SA_PA, Y_TY, Caller, World, current_locality
from tests.people.alike import merge, numbered, undo

FIELDS = ("birth_date", "birth_year", "sex", "ethnicity", "phone", "locality_code", "citizen_id")
VALUES: dict[str, tuple[str | None, ...]] = {
    "birth_date": (None, "1998-03-12", "1998-05-05", "1997-01-01"),
    "sex": (None, "female", "male"),
    "ethnicity": (None, "hmong", "tay"),
    "phone": (None, "+84912345678", "+84987654321"),
    "locality_code": (None, BAC_HA, SA_PA),
}
NUMBERS = (None, None, None, "010098001234", "010098005678")

facts = st.fixed_dictionaries({
    **{name: st.none() | st.sampled_from(values[1:]) for name, values in VALUES.items()},
    "birth_year": st.sampled_from((None, 1998)),
    "citizen_id": st.sampled_from(NUMBERS),
})  # fmt: skip
edits = st.sampled_from([(name, value) for name, values in VALUES.items() for value in values])


class Someone:
    """A person as the model has them."""

    def __init__(self, id_: str, known: dict[str, Any]) -> None:
        self.id = id_
        self.known = known
        self.edited: set[str] = set()
        self.survivor: Someone | None = None

    @property
    def counted(self) -> "Someone":
        return self.survivor or self


class Merge(NamedTuple):
    id: str
    survivor: Someone
    absorbed: Someone
    moved: list[Someone]
    taken: dict[str, Any]


class Merges(RuleBasedStateMachine):
    """The service, driven by rules."""

    world: World
    staff: Caller
    runner: asyncio.Runner

    people: Bundle[Someone] = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Someone] = []
        self.live: list[Merge] = []
        self.over: list[Merge] = []
        self.rows: dict[str, Any] = {}
        self.sights: list[Any] = []

    @initialize(target=people, everybody=st.lists(facts, min_size=4, max_size=4))
    def enter(self, everybody: list[dict[str, Any]]) -> Any:
        """Four people with what is known of them, in places and before accounts of their own."""
        for known in everybody:
            known["birth_year"] = int(known["birth_date"][:4]) if known["birth_date"] else known["birth_year"]
            self.all.append(Someone(self._run(self._entered(known)), known))
        self.rows, self.sights = self._run(self._rows()), self._run(self._sights())
        return multiple(*self.all)

    @rule(survivor=people, absorbed=people)
    def merge(self, survivor: Someone, absorbed: Someone) -> None:
        answer = self._run(merge(self.staff, {"id": survivor.id}, {"id": absorbed.id}))
        numbers = {person.known["citizen_id"] for person in (survivor, absorbed)} - {None}
        if survivor is absorbed:
            assert answer.status_code == 400, answer.text
        elif survivor.survivor or absorbed.survivor or len(numbers) > 1:
            assert answer.status_code == 422, answer.text
        else:
            assert answer.status_code == 201, answer.text
            self._join(answer.json(), survivor, absorbed)

    @precondition(lambda self: len(self._counting()) > 1)
    @rule(data=st.data())
    def merge_two_who_count(self, data: st.DataObject) -> None:
        """What is refused above too often to lead anywhere."""
        survivor, absorbed = data.draw(st.permutations(self._counting()))[:2]
        self.merge(survivor, absorbed)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def edit_what_was_taken(self, data: st.DataObject) -> None:
        merge_ = data.draw(st.sampled_from(self.live))
        field = data.draw(st.sampled_from(sorted(VALUES.keys() & merge_.taken.keys() | {"birth_date"})))
        others = [value for value in reversed(VALUES[field]) if value != merge_.survivor.known[field]]
        self.edit(merge_.survivor, (field, data.draw(st.sampled_from(others))))

    @precondition(lambda self: self.live)
    @rule()
    def undo_the_last(self) -> None:
        self._undo(self.live[-1])

    @rule(person=people, edit=edits)
    def edit(self, person: Someone, edit: tuple[str, Any]) -> None:
        field, value = edit
        path = f"/v1/people/{person.id}"
        answer = self._run(self.staff.patch(path, {field: value}, headers={"if-match": "*"}))
        assert answer.status_code == (422 if person.survivor else 200), answer.text
        if person.survivor is None:
            self._set(person, field, value)
            if field == "birth_date" and value:
                self._set(person, "birth_year", int(value[:4]))

    @precondition(lambda self: self.live or self.over)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Any merge that ever was."""
        self._undo(data.draw(st.sampled_from([*self.live, *self.over])))

    @invariant()
    def everybody_is_as_the_model_has_them(self) -> None:
        rows = self._run(self._rows())
        for person in self.all:
            shown = rows[person.id]
            assert {name: shown[name] for name in FIELDS} == person.known
            assert shown["survivor_id"] == (person.survivor and person.survivor.id)
        counted = {shown["survivor_id"] or id_ for id_, shown in rows.items()}
        assert counted == {person.counted.id for person in self.all}
        assert not [id_ for id_ in counted if rows[id_]["survivor_id"]]

    @invariant()
    def who_sees_a_row_sees_its_survivor(self) -> None:
        sights = {(person_id, through) for person_id, through, _ in self._run(self._sights())}
        for person in self.all:
            due = {through for person_id, through in sights if person_id == person.id}
            assert due <= {through for person_id, through in sights if person_id == person.counted.id}

    def teardown(self) -> None:
        for last in reversed(self.live):
            assert self._run(undo(self.staff, {"id": last.id})).status_code == 200
        rows = self._run(self._rows())
        for person in self.all:
            before, after = self.rows[person.id], rows[person.id]
            columns = {"locality_id", "province_id"} if "locality_code" in person.edited else set()
            kept = before.keys() - person.edited - columns
            assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert self._run(self._sights()) == self.sights

    def _counting(self) -> list[Someone]:
        return [person for person in self.all if person.survivor is None]

    def _undo(self, chosen: Merge) -> None:
        answer = self._run(undo(self.staff, {"id": chosen.id}))
        is_last = chosen in self.live and not any(
            later.survivor.counted is chosen.survivor.counted for later in self.live[self.live.index(chosen) + 1 :]
        )
        assert answer.status_code == (200 if is_last else 422), answer.text
        if is_last:
            self._part(chosen)

    def _join(self, told: dict[str, Any], survivor: Someone, absorbed: Someone) -> None:
        taken = {name: absorbed.known[name] for name in FIELDS if survivor.known[name] is None}
        years = {survivor.known["birth_year"], absorbed.known["birth_year"]} - {None}
        if len(years) > 1:
            taken.pop("birth_date", None)
        taken = {name: value for name, value in taken.items() if value is not None}
        assert told["filled"] == list(taken)
        moved = [person for person in self.all if absorbed in (person, person.survivor)]
        survivor.known |= taken
        for person in moved:
            person.survivor = survivor
        self.live.append(Merge(told["id"], survivor, absorbed, moved, taken))

    def _part(self, merge_: Merge) -> None:
        for name, value in merge_.taken.items():
            stays_with_date = name == "birth_year" and merge_.survivor.known["birth_date"] is not None
            if merge_.survivor.known[name] == value and not stays_with_date:
                merge_.survivor.known[name] = None
        for person in merge_.moved:
            person.survivor = None if person is merge_.absorbed else merge_.absorbed
        self.live.remove(merge_)
        self.over.append(merge_)

    def _set(self, person: Someone, field: str, value: Any) -> None:
        if person.known[field] != value:
            person.known[field] = value
            person.edited.add(field)

    async def _entered(self, known: dict[str, Any]) -> str:
        number = known["citizen_id"]
        body = {name: value for name, value in known.items() if value is not None and name != "citizen_id"}
        answer = await self.staff.post("/v1/people", {"full_name": "Giàng Seo Chẩn", **body})
        assert answer.status_code == 201, answer.text
        if number is not None:
            await numbered(self.staff, answer.json(), number)
        id_ = UUID(answer.json()["id"])
        async with self.world.database.begin() as session:
            for code in (Y_TY, SA_PA)[: id_.int % 3]:
                place = await current_locality(session, code)
                assert place.parent_id is not None
                where = {"locality_id": place.id, "province_id": place.parent_id}
                await add_places(session, [id_], **where, source="idea", source_id=uuid4())
            await add_viewer(session, [id_], uuid4(), source="project", source_id=uuid4())
        return str(id_)

    async def _rows(self) -> dict[str, Any]:
        """Every column of each person but the version, with the code of the commune and the citizen id."""
        rows = await self._query(
            "SELECT to_jsonb(p) - 'version' || jsonb_build_object('locality_code', l.code, 'citizen_id', c.last_four)"
            " FROM person p LEFT JOIN locality l ON l.id = p.locality_id LEFT JOIN citizen_id c ON c.person_id = p.id"
            " WHERE p.id = ANY (CAST(:ids AS uuid[]))"
        )
        last_four = {number[-4:]: number for number in NUMBERS if number}
        return {row["id"]: row | {"citizen_id": last_four.get(row["citizen_id"])} for (row,) in rows}

    async def _sights(self) -> list[tuple[str, str, str]]:
        """Through which places and accounts the people are seen, and because of what."""
        rows = await self._query(
            "SELECT person_id, locality_id, source FROM person_place WHERE person_id = ANY (CAST(:ids AS uuid[]))"
            " UNION ALL SELECT person_id, account_id, source FROM person_viewer"
            " WHERE person_id = ANY (CAST(:ids AS uuid[])) ORDER BY 1, 2, 3"
        )
        return [(str(person_id), str(through), source) for person_id, through, source in rows]

    async def _query(self, sql: str) -> list[Any]:
        async with self.world.database.begin() as session:
            return list((await session.execute(text(sql), {"ids": [person.id for person in self.all]})).all())

    def _run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(step)


def test_undoing_everything_leaves_everything_as_it_was(server_url: str, template: str) -> None:
    """Hypothesis drives from outside of any event loop, so this test brings one of its own."""
    with asyncio.Runner() as runner:
        place = committing_world(server_url, template, "merges", pool_size=2, read_pool_size=1)
        world: World = runner.run(place.__aenter__())
        try:
            staff = runner.run(world.make.account("staff", None))
            machine = type("Machine", (Merges,), {"world": world, "staff": staff, "runner": runner})
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=30, stateful_step_count=24, deadline=None, derandomize=True, database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
        finally:
            runner.run(place.__aexit__(None, None, None))
