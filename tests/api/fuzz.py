"""Requests made from the OpenAPI document, fitting it and not, each answer held against the document."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from schemathesis import GenerationMode

PATH: Final = "/api/v1/openapi.json"
# A schema cannot say all that makes a profile, a listing or an address fit; the fuzzer would take a reasoned 422 for a
# fault. Whether what fits is taken is tested with examples.
NOT_HELD: Final = ("positive_data_acceptance",)


def fuzz(app: Flask, *, key: str, ids: Sequence[Mapping[str, str]], examples: int) -> Counter[tuple[str, int]]:
    """Try every operation `examples` times with data that fits and as often with data that does not.

    Half the requests name something of `ids`. Raises when an answer is a server error or not as documented; otherwise
    the number of answers by operation and status.
    """
    told: Counter[tuple[str, int]] = Counter()
    schema = schemathesis.openapi.from_wsgi(PATH, app)
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # a broken document ends the test
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _try(operation, mode, key, ids, examples, told)
    return told


def _try(
    operation: Any,
    mode: GenerationMode,
    key: str,
    ids: Sequence[Mapping[str, str]],
    examples: int,
    told: Counter[tuple[str, int]],
) -> None:
    chance = random.Random(7)

    @seed(7)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        assume(_is_sent_as_made(case))
        known = chance.choice(ids)
        if mode is GenerationMode.POSITIVE and chance.random() < 0.5:
            case.path_parameters = {name: known.get(name, value) for name, value in case.path_parameters.items()}
        checks = [check for check in schemathesis.checks.CHECKS.get_all() if check.__name__ not in NOT_HELD]
        headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
        response = case.call_and_validate(headers=headers, checks=checks)
        told[operation.label, response.status_code] += 1

    each()


def _is_sent_as_made(case: Any) -> bool:
    """Whether no part of the query is lost on its way: a list of nothing is made to be refused, and never sent."""
    return all(value not in (None, [], {}) for value in (case.query or {}).values())
