"""Columns, codes and the word index hold what the listings say."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.factories.engine_inputs import sized_catalogues
from webapp.domain.credential import Credential
from webapp.domain.listing import Listing
from webapp.domain.word import stem
from webapp.matching import Catalog
from webapp.matching.admissions import build_admissions, requirements_of
from webapp.matching.catalog import BASES, MODALITY_BITS, PACE_BITS
from webapp.matching.columns import facts_of
from webapp.matching.matters import COLUMN_OF_BIT
from webapp.matching.text import words_of

many = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def same(known: Any, value: Any) -> bool:
    if value is None and isinstance(known, float):
        return bool(np.isnan(known))
    return bool(known == (-1 if value is None else value))


@many
@given(sized_catalogues())
def test_each_row_says_what_its_listing_says(listings: list[Listing]) -> None:
    catalog = Catalog.from_listings(listings, "test")
    for row, listing in enumerate(catalog.listings):
        assert catalog.row_of[listing.program_id] == row
        assert catalog.credential[row] == listing.credential.rank
        assert catalog.modality[row] == sum(MODALITY_BITS[way] for way in listing.modality)
        assert catalog.pace[row] == sum(PACE_BITS[pace] for pace in listing.pace)
        assert catalog.start_sets[catalog.start[row]] == listing.start_terms
        assert same(catalog.basis[row], None if listing.tuition_basis is None else BASES.index(listing.tuition_basis))
        for column, value in (
            (catalog.months, listing.months),
            (catalog.hours, listing.hours_per_week),
            (catalog.tuition, listing.tuition_total_cents),
            (catalog.salary, listing.outcome_median_salary_cents),
            (catalog.rate, listing.outcome_rate),
            (catalog.sample, listing.outcome_sample),
            (catalog.sites.latitude[catalog.site], listing.latitude),
        ):
            assert same(column[row].item(), value)
        alone = build_admissions([requirements_of(listing)])
        for field in dataclasses.fields(alone):
            own, ours = getattr(alone, field.name), getattr(catalog.admissions, field.name)
            if isinstance(own, np.ndarray):
                np.testing.assert_array_equal(ours[catalog.admission[row]], own[0])


@many
@given(sized_catalogues())
def test_the_word_index_holds_each_word_where_it_stands(listings: list[Listing]) -> None:
    catalog = Catalog.from_listings(listings, "test")
    text, document = catalog.text, catalog.document
    for row, listing in enumerate(catalog.listings):
        said = {"name": listing.name, "topics": " ".join(listing.topics), "summary": listing.summary or ""}
        stems = {column: set(map(stem, words_of(words))) for column, words in said.items()}
        for word, term in text.vocabulary.items():
            first = next((column for column in COLUMN_OF_BIT.values() if word in stems[column]), None)
            assert text.column_of(term, int(document[row])) == first
            assert (document[row] in text.postings(term)) == (first is not None)
    for term in text.vocabulary.values():
        texts = text.postings(term).tolist()
        assert texts == sorted(texts)
        holding = np.isin(document, texts).sum()
        assert text.rarity[term] == pytest.approx(np.log(1 + len(catalog) / holding))


def test_rows_must_stand_in_the_order_of_their_ids() -> None:
    one = Listing(program_id="a", institution="Alder", name="x", credential=Credential.MASTER, cip="11.0101")
    other = dataclasses.replace(one, program_id="b")
    with pytest.raises(ValueError, match="a stands twice"):
        Catalog.from_listings([one, other, one], "test")
    with pytest.raises(ValueError, match="a is out of order"):
        Catalog.from_facts(facts_of([other, one]), [other, one], "test")
    assert len(Catalog.from_listings([], "none")) == 0
