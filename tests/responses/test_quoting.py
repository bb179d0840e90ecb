"""Quotations keep what helps to find an answer, and leave out addresses and long numbers."""

import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats.responses.quoting import LONGEST, examples, quoted, without_addresses, without_emails
from cxstats.responses.scales import SCALES

WORDS = st.text(st.characters(categories=["L"], max_codepoint=0x24F), min_size=1, max_size=8)


def test_no_label_of_a_scale_is_changed():
    labels = {str(label) for scale in SCALES.values() for label in scale.labels}
    assert len(labels) > 100
    assert {label for label in labels if without_addresses(label) != label or len(label) > LONGEST} == set()


@pytest.mark.parametrize(
    "text",
    ["so-so", "6.5", "-99", "9999999", "-9999999.0", "4 of 5", "1-800", "12 - Superb", "3 days, 4 weeks", "2026-09-11",
     "2026-09-11 12:30:45", "11.09.2026", "20260911", "50 %", "@home", "1,234.5", "a@b"],
)  # fmt: skip
def test_what_is_no_address_stays(text):
    assert without_addresses(text) in (text, text.replace("a@b", "[e-mail address]"))


@pytest.mark.parametrize(
    "text",
    ["+31 6 12345678", "(020) 123 45 67", "06-12345678", "0031612345678", "192.0.2.171", "52.370216, 104.895168",
     "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300", "1234567", "call 020/1234567 now", "86-10-66778100"],
)  # fmt: skip
def test_long_numbers_are_left_out_however_they_are_written(text):
    found = without_addresses(text)
    assert "[long number]" in found
    assert sum(map(str.isdigit, found)) <= 4


@given(WORDS, WORDS, WORDS, st.sampled_from(["{}", "mail {}", "<{}>", "({})", "{}, please", "1 {}.", "'{}'", "a:{};b"]))
def test_no_e_mail_address_is_left(name, host, end, around):
    address = f"{name}.{host}@{host}.{end}"
    for found in (without_emails(around.format(address)), quoted(around.format(address))):
        assert "[e-mail address]" in found
        assert "@" not in found


@given(st.text(max_size=300) | st.integers() | st.floats(allow_nan=False) | st.booleans())
def test_a_quotation_is_short_and_quoting_again_changes_nothing(value):
    text = str(value)
    assert without_addresses(without_addresses(text)) == without_addresses(text)
    if isinstance(value, str) and len(value) > LONGEST:
        assert quoted(value) == f"a text of {len(value)} characters"


def test_examples_are_distinct_and_of_personal_columns_there_are_none():
    assert examples(pd.Series(["a", "b", "a", None, "c"]), name="Q1", most=2) == "'a', 'b'"
    assert examples([], name="Q1") == ""
    names = ["Ann Example", "Bob Example"]
    assert examples(names, name="Full name") == "a name in each row, not shown"
    assert examples(names, name="answer") == "'Ann Example', 'Bob Example'"
    assert examples(["192.0.2.1"], name="x") == "an IP address in each row, not shown"


@pytest.mark.parametrize("text", ["a" * 300_000, "a." * 150_000, "@" * 300_000, "a@" + "." * 300_000, "1 " * 150_000])
def test_a_long_text_is_looked_through_once(text):
    start = time.perf_counter()
    without_addresses(text)
    assert time.perf_counter() - start < 5
