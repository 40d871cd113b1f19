"""Credentials, education and English: the order of each scale."""

from webapp.domain.credential import Credential, Education, EnglishLevel


def test_levels_rise_in_the_order_they_are_written() -> None:
    assert [level.rank for level in Education] == list(range(7))
    assert [level.rank for level in EnglishLevel] == list(range(7))
    assert [credential.rank for credential in Credential] == list(range(8))
    assert Education.BACHELOR.rank < Education.MASTER.rank
    assert EnglishLevel.B2.rank < EnglishLevel.NATIVE.rank


def test_every_credential_has_a_usual_minimum_no_higher_than_its_typical_entrant() -> None:
    for credential in Credential:
        assert credential.usual_minimum.rank <= credential.typical_entrant.rank
    assert Credential.MASTER.usual_minimum is Education.BACHELOR
    assert Credential.BOOTCAMP.usual_minimum is Education.LESS_THAN_HIGH_SCHOOL
