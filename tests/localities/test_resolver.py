"""Which commune a written name means: decided without guessing, over every name that the project knows."""

from collections import Counter
from datetime import date
from functools import cache

import pytest

from incubator.errors import DomainError
from incubator.localities.data import LocalityFact, read_localities, read_successions
from incubator.localities.models import Candidate, Place, WrittenName, choose_commune, spellings
from incubator.text import fold

BEFORE = date(2024, 5, 20)
AFTER = date(2026, 2, 1)

facts = {fact.id: fact for fact in read_localities()}
former = [fact for fact in facts.values() if fact.level == "commune" and fact.valid_to]
present = [fact for fact in facts.values() if fact.level == "commune" and not fact.valid_to]
successor = {succession.predecessor_id: succession.successor_id for succession in read_successions()}
of_lao_cai = [fact for fact in present if facts[fact.parent_id].name == "Lào Cai"]


def resolve(name: str, district: str | None = None, province: str | None = "Lào Cai", on: date = BEFORE) -> Candidate:
    wanted = {fold(spelling) for spelling in spellings(name)}
    found = [candidate for key in wanted for candidate in candidates_by_name().get(key, [])]
    return choose_commune(found, WrittenName(name=name, district=district, province=province, on=on))


def candidates_of_refusal(
    name: str, district: str | None = None, province: str | None = "Lào Cai", on: date = BEFORE
) -> list[tuple[str, str]]:
    """The codes of the recorded and the present commune of each candidate in the error."""
    with pytest.raises(DomainError) as refusal:
        resolve(name, district, province, on)
    assert refusal.value.code == "business_rule_failed"
    (error,) = refusal.value.errors
    shown = error.params["candidates"]
    assert refusal.value.params["rule"] == ("locality_name_unclear" if shown else "locality_name_unknown")
    return sorted((one["recorded"]["code"], one["current"]["code"]) for one in shown)


@pytest.mark.parametrize("fact", former, ids=lambda fact: f"{fact.code}-{fold(fact.name)}")
def test_every_former_commune_is_found_by_name_and_district(fact: LocalityFact) -> None:
    for name in (fact.name, fact.name.upper(), moved_tones(fact.name)):
        found = resolve(name, fact.district)
        assert (found.recorded.id, found.current.id) == (fact.id, successor[fact.id])


@pytest.mark.parametrize("fact", of_lao_cai, ids=lambda fact: f"{fact.code}-{fold(fact.name)}")
def test_every_present_commune_is_found_by_name_after_the_reform(fact: LocalityFact) -> None:
    found = resolve(fact.name, on=AFTER)
    assert found.recorded == found.current
    assert found.current.id == fact.id


def test_names_without_marks_are_found_with_their_district_unless_two_share_them() -> None:
    keys = Counter((fold(fact.name), fact.district) for fact in former)
    for fact in former:
        plain = fold(fact.name)
        if keys[plain, fact.district] == 1 and plain != fact.name.casefold():
            assert resolve(plain, fact.district).recorded.id == fact.id


def test_a_former_name_without_district_is_found_or_refused_but_never_another_commune() -> None:
    names = Counter(fact.name for fact in former)
    unclear = set()
    for fact in former:
        try:
            assert resolve(fact.name).recorded.id == fact.id
        except DomainError:
            unclear.add(fact.name)
    assert unclear == {name for name, times in names.items() if times > 1} | {"Khánh Yên", "Nghĩa Lộ"}


@pytest.mark.parametrize("district", [None, "Trấn Yên", "huyện Trấn Yên"])
def test_minh_quan_with_different_marks_are_different_communes(district: str | None) -> None:
    assert resolve("Minh Quán", district).recorded.code == "04516"
    assert resolve("Minh Quán", district).current.code == "04498"
    assert resolve("Minh Quân", district).recorded.code == "04567"
    assert resolve("Minh Quân", district).current.code == "04543"


@pytest.mark.parametrize("name", ["Minh Quan", "minh quan", "Minh Quàn", "MINH QUẤN"])
@pytest.mark.parametrize("district", [None, "Huyện Trấn Yên"])
@pytest.mark.parametrize("on", [BEFORE, AFTER])
def test_minh_quan_spelt_otherwise_is_refused_with_both(name: str, district: str | None, on: date) -> None:
    assert candidates_of_refusal(name, district, on=on) == [("04516", "04498"), ("04567", "04543")]


def test_placement_of_a_tone_mark_does_not_matter() -> None:
    named = next(fact for fact in former if "òa" in fact.name or "óa" in fact.name)
    assert moved_tones(named.name) != named.name
    assert resolve(moved_tones(named.name), named.district).recorded.id == named.id


def test_a_name_without_marks_needs_its_district() -> None:
    assert candidates_of_refusal("Coc Leu") == [("02644", "02647")]
    assert resolve("Coc Leu", "TP Lao Cai").recorded.code == "02644"


def test_a_name_with_other_marks_is_found_only_in_its_own_district() -> None:
    assert candidates_of_refusal("Cốc Lêu", "Huyện Bát Xát") == [("02644", "02647")]


def test_an_exact_name_in_another_district_is_refused_even_where_the_district_has_one_alike() -> None:
    assert resolve("Nậm Chảy", "Mường Khương").recorded.code == "02770"
    assert resolve("Nậm Chày", "Văn Bàn").recorded.code == "03076"
    assert candidates_of_refusal("Nậm Chảy", "Văn Bàn") == [("02770", "02761")]


def test_two_former_communes_of_one_name_are_told_apart_by_district_only() -> None:
    both = [("02779", "02761"), ("03022", "03046")]
    assert candidates_of_refusal("Thanh Bình") == both
    assert candidates_of_refusal("Thanh Bình", on=AFTER) == both
    assert candidates_of_refusal("Thanh Bình", "Huyện Văn Bàn") == both
    assert resolve("Thanh Bình", "Thị xã Sa Pa").current.code == "03046"


def test_a_name_of_then_and_now_may_mean_both_before_the_reform() -> None:
    assert candidates_of_refusal("Khánh Yên") == [("03055", "03082"), ("03103", "03103")]
    assert candidates_of_refusal("Khánh Yên", on=date(2025, 6, 30)) == [
        ("03055", "03082"),
        ("03103", "03103"),
    ]


def test_both_are_no_question_where_they_are_one_commune_today() -> None:
    found = resolve("Bắc Hà")
    assert (found.recorded.valid_to, found.current.name) == (date(2025, 7, 1), "Bắc Hà")


def test_a_name_of_then_and_now_means_the_present_one_after_the_reform() -> None:
    assert resolve("Khánh Yên", on=AFTER).recorded.code == "03103"
    assert resolve("Khánh Yên", on=date(2025, 7, 1)).recorded.code == "03103"


def test_a_district_says_before_the_reform_that_the_former_one_is_meant() -> None:
    assert resolve("Khánh Yên", "Huyện Văn Bàn", on=date(2025, 6, 30)).current.code == "03082"


def test_a_district_after_the_reform_leaves_open_which_of_two_in_it_is_meant() -> None:
    assert candidates_of_refusal("Khánh Yên", "Văn Bàn", on=AFTER) == [("03055", "03082"), ("03103", "03103")]


def test_a_former_name_still_resolves_after_the_reform() -> None:
    found = resolve("phường Cốc Lếu", on=AFTER)
    assert (found.recorded.code, found.current.code) == ("02644", "02647")


def test_a_new_name_in_a_record_of_before_the_reform_is_the_new_commune() -> None:
    new_names = {fact.name for fact in of_lao_cai} - {fact.name for fact in former}
    assert new_names
    for name in new_names:
        assert resolve(name, on=BEFORE).recorded.name == name


def test_a_present_commune_is_found_in_the_district_that_it_was_made_of() -> None:
    assert resolve("Văn Bàn", "Huyện Văn Bàn", on=AFTER).recorded.code == "03082"
    assert candidates_of_refusal("Văn Bàn", "Huyện Bát Xát", on=AFTER) == [("03082", "03082")]


@pytest.mark.parametrize("written", ["Phường Cốc Lếu", "P. Cốc Lếu", "p.Cốc Lếu", "  phường   Cốc Lếu "])
@pytest.mark.parametrize("district", ["Thành phố Lào Cai", "TP. Lào Cai", "tp Lào Cai", "Lào Cai"])
def test_words_for_kinds_may_be_written_or_not(written: str, district: str) -> None:
    assert resolve(written, district).recorded.code == "02644"


@pytest.mark.parametrize("province", ["Lào Cai", "tỉnh Yên Bái", "Yen Bai", None])
def test_a_province_may_be_the_one_of_then_or_of_today(province: str | None) -> None:
    assert resolve("Tú Lệ", "Văn Chấn", province).recorded.province == "Yên Bái"


def test_the_province_tells_apart_communes_of_one_name() -> None:
    assert len(candidates_of_refusal("Tân An", None, None, AFTER)) == 10
    assert resolve("Tân An", None, "Tuyên Quang", AFTER).recorded.province == "Tuyên Quang"


def test_another_province_is_refused_with_what_bears_the_name() -> None:
    assert candidates_of_refusal("Cốc Lếu", None, "Hà Nội") == [("02644", "02647")]


@pytest.mark.parametrize("name", ["Không Có Thật", "", "  ", "%", "xã"])
def test_an_unknown_name_has_no_candidates(name: str) -> None:
    assert candidates_of_refusal(name, "Huyện Bát Xát") == []


def test_a_commune_that_was_split_is_never_chosen() -> None:
    whole = resolve("Cốc Lếu").recorded
    halves = [resolve(name, on=AFTER).current for name in ("Sa Pa", "Bát Xát")]
    split = [Candidate(whole, half, ()) for half in halves]
    with pytest.raises(DomainError):
        choose_commune(split, WrittenName(name="Cốc Lếu", on=BEFORE))


def test_the_data_are_complete_and_their_codes_return() -> None:
    assert (len(present), len(former), len(of_lao_cai)) == (3321, 319, 99)
    assert len({fact.code for fact in present}) == len(present)
    assert {successor[fact.id] for fact in former} == {fact.id for fact in of_lao_cai}
    assert {fact.code for fact in of_lao_cai} <= {fact.code for fact in former}


def moved_tones(name: str) -> str:
    """The name with the tone marks of oa, oe and uy where the other school of spelling puts them."""
    for old, new in map(str.split, ("òa oà", "óa oá", "ỏa oả", "ọa oạ", "òe oè", "ủy uỷ", "úy uý", "ụy uỵ", "ùy uỳ")):
        name = name.replace(old, new) if old in name else name.replace(new, old)
    return name


@cache
def candidates_by_name() -> dict[str, list[Candidate]]:
    districts: dict[object, set[str]] = {}
    for fact in former:
        districts.setdefault(successor[fact.id], set()).add(fact.district or "")
    found: dict[str, list[Candidate]] = {}
    for fact in [*former, *present]:
        today = facts[successor.get(fact.id, fact.id)]
        candidate = Candidate(place(fact), place(today), tuple(sorted(districts.get(fact.id, set()))))
        found.setdefault(fold(fact.name), []).append(candidate)
    return found


def place(fact: LocalityFact) -> Place:
    province = facts[fact.parent_id].name  # type: ignore[index]
    return Place(fact.id, fact.code, fact.name, fact.kind, fact.district, province, fact.valid_from, fact.valid_to)
