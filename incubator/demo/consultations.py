"""What is written down of a session: each consultation with its later versions."""

from datetime import timedelta

from incubator.actor import Actor
from incubator.days import civil_day
from incubator.demo.advice import ADDITIONS, CORRECTIONS, Talk, talk_about
from incubator.demo.agreements import agree
from incubator.demo.dice import LAST_DAY
from incubator.demo.meetings import Meeting
from incubator.demo.mentors import Adviser
from incubator.demo.projects import Venture
from incubator.mentoring.models import EDIT_DAYS, Consultation, ConsultationOutcome, ConsultationVersion, Visibility
from incubator.projects.models import Platform

_EDITED, _CORRECTED, _CORRECTION_DAYS = 0.08, 0.04, 40
_MINUTE = timedelta(minutes=1)
_FOR_THE_TEAM = 0.45
_OUTCOMES, _OUTCOME_WEIGHTS = tuple(ConsultationOutcome), (52, 18, 20, 10)
_TASKS_WEIGHTS = (22, 48, 30)
_WRONG_PLATFORM, _VOID_REASON = 0.012, "Ghi nhầm nền tảng, đã ghi lại."


def consult(meeting: Meeting, venture: Venture, platform: Platform, adviser: Adviser) -> None:
    """A consultation in a session that was held, and its action items. Staff write for who has no login."""
    dice = meeting.dice
    talk = talk_about(dice, platform, venture.sector)
    writer = adviser.actor or venture.staff
    visibility = Visibility.team if dice.chance(_FOR_THE_TEAM) else Visibility.internal
    note = Note(meeting, venture, platform, adviser, writer)
    note.write(talk, talk.advice, visibility.value)
    note.rewrite(talk)
    for what in dice.sample(talk.tasks, min(len(talk.tasks), dice.weighted(range(3), _TASKS_WEIGHTS))):
        agree(meeting, venture, platform, adviser, writer, what)


def mistake(meeting: Meeting, venture: Venture, platform: Platform, adviser: Adviser) -> None:
    """Now and then something is written down on the wrong platform, and taken back."""
    if not meeting.dice.chance(_WRONG_PLATFORM):
        return
    writer = adviser.actor or venture.staff
    talk = talk_about(meeting.dice, platform, venture.sector)
    note = Note(meeting, venture, platform, adviser, writer)
    note.write(talk, talk.advice, Visibility.internal.value)
    note.void()


class Note:
    """One consultation and its versions; `at` is when the last of them was written."""

    def __init__(self, meeting: Meeting, venture: Venture, platform: Platform, adviser: Adviser, writer: Actor) -> None:
        self._dice = meeting.dice
        self._rows = meeting.rows
        self._at = meeting.at
        self._writer = writer
        self._consultation = Consultation(
            id=meeting.dice.new_id(meeting.at), version=1, session_id=meeting.id, project_id=venture.project.id,
            platform=platform.value, mentor_id=adviser.id, content_number=0, recorded_by_kind=writer.kind,
            recorded_by_id=writer.id, recorded_at=meeting.at,
        )  # fmt: skip
        self._rows.add(self._consultation)

    def write(self, talk: Talk, advice: str, visibility: str, reason: str | None = None) -> None:
        """The next version, as of `at`."""
        version = ConsultationVersion(
            consultation_id=self._consultation.id, number=self._consultation.content_number + 1,
            subtopic=talk.subtopic, question=talk.question, advice=advice,
            outcome=self._dice.weighted(_OUTCOMES, _OUTCOME_WEIGHTS).value, visibility=visibility, reason=reason,
            written_by_kind=self._writer.kind, written_by_id=self._writer.id, written_at=self._at,
        )  # fmt: skip
        self._rows.add(version)
        self._consultation.take_version(version)

    def rewrite(self, talk: Talk) -> None:
        """Some are edited within the week, some corrected later, with the reason."""
        dice, chance = self._dice, self._dice.random()
        if chance < _EDITED and self._wait(dice.between(0, EDIT_DAYS - 1)):
            self._consultation.check_editable(civil_day(self._at))
            self._write_again(talk, None)
        elif _EDITED <= chance < _EDITED + _CORRECTED and self._wait(dice.between(EDIT_DAYS + 1, _CORRECTION_DAYS)):
            self._write_again(talk, dice.pick(CORRECTIONS))

    def void(self) -> None:
        """Taken back at once."""
        self._at += _MINUTE
        self._consultation.void(_VOID_REASON, self._at, by_staff=False)
        self._consultation.version += 1

    def _write_again(self, talk: Talk, reason: str | None) -> None:
        self._consultation.version += 1
        self.write(talk, talk.advice + self._dice.pick(ADDITIONS), self._consultation.visibility, reason)

    def _wait(self, days: int) -> bool:
        """False where the story would go beyond the last day."""
        day = civil_day(self._at) + timedelta(days=days)
        if day > LAST_DAY:
            return False
        self._at = self._dice.after(self._at, day)
        return True
