"""Every code with its names, for whoever asks."""

from incubator.api.vocabularies import VocabularyItem, vocabularies_of
from incubator.errors import Phrase
from tests.factories import World


def test_vocabularies_come_by_name_and_keep_the_order_of_their_codes() -> None:
    words = {
        "sex": {"male": Phrase("Male", "Nam")},
        "colour": {"red": Phrase("Red", "Đỏ"), "blue": Phrase("Blue", "Xanh")},
    }
    made = vocabularies_of(words, {"colour": {"red": ("crimson",)}}).vocabularies
    assert [(vocabulary.name, [item.code for item in vocabulary.items]) for vocabulary in made] == [
        ("colour", ["red", "blue"]),
        ("sex", ["male"]),
    ]
    assert made[0].items[0] == VocabularyItem("red", "Red", "Đỏ", ["crimson"])


async def test_vocabularies_need_no_account_and_have_an_etag(world: World) -> None:
    answer = await world.http.get("/v1/vocabularies")
    assert answer.status_code == 200, answer.text
    names = [vocabulary["name"] for vocabulary in answer.json()["vocabularies"]]
    assert names == sorted(set(names))
    assert {"sector", "idea_status", "idea_action", "ethnicity", "role", "scope", "locality_kind"} <= set(names)
    again = await world.http.get("/v1/vocabularies", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
