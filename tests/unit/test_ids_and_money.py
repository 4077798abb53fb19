"""Identifiers in the order of time, and amounts without a rounding anywhere."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import derived_uuid, uuid7
from bot.domain.money import decimal_of
from bot.errors import BadInput

START = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10), st.integers(1, 10**9))
def test_later_ids_sort_after_earlier_ones(one: bytes, other: bytes, millis: int) -> None:
    earlier, later = uuid7(START, one), uuid7(START + timedelta(milliseconds=millis), other)
    assert earlier < later
    assert uuid.UUID(earlier).version == 7
    assert uuid.UUID(earlier).variant == uuid.RFC_4122


def test_the_random_part_tells_ids_of_one_millisecond_apart() -> None:
    assert len({uuid7(START, bytes([n] * 10)) for n in range(200)}) == 200


def test_a_derived_id_follows_from_its_parts_alone() -> None:
    assert derived_uuid("a", "b") == derived_uuid("a", b"b")
    assert derived_uuid("ab") != derived_uuid("a", "b")
    assert uuid.UUID(derived_uuid("a")).version == 8


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_comparing_doubles_of_amounts_is_exact(amount: Decimal) -> None:
    cent = Decimal("0.01")
    assert float(decimal_of(str(amount))) < float(decimal_of(str(amount + cent)))


@pytest.mark.parametrize(
    "value", [True, None, [], {}, "", "12 50", "NaN", "Infinity", "1e40", "0." + "1" * 16, object()]
)
def test_what_is_no_amount_is_refused_with_its_field(value: object) -> None:
    with pytest.raises(BadInput) as refused:
        decimal_of(value, field="arguments.amount")
    assert refused.value.field == "arguments.amount"


@pytest.mark.parametrize(("value", "exact"), [(12.5, "12.5"), ("12.50", "12.50"), (0.1, "0.1"), (3, "3"), (" 7 ", "7")])
def test_amounts_are_read_exactly(value: object, exact: str) -> None:
    assert decimal_of(value) == Decimal(exact)
