"""Personal data are recognised by what the cells hold, and digits and words only under a header that announces them."""

import numpy as np
import pandas as pd
import pytest

from cxstats import read_export
from cxstats.responses.personal.recognition import personal_kind

PHONES = ["020 123 4567", "(0)20-1234567", "06 12345678", "0031612345678"]
EMAILS = ["ann@example.com", "Bob B. <bob@example.org>", "x+y@mail.example.nl"]


@pytest.mark.parametrize(
    ("kind", "name", "cells"),
    [
        ("e-mail address", "Q3", EMAILS),
        ("e-mail address", "V7", ["ann@example.com", "bob@example.com", "none", None]),
        ("e-mail address", "E-mail", ["refused", "no", "-", "ann@example.com"]),
        ("e-mail address", "Courriel", ["non", "non", "ann@example.fr"]),
        ("IP address", "from", ["192.0.2.17", "2001:db8::1", "198.51.100.4"]),
        ("IP address", "IPAddress", ["*******", "*******", "192.0.2.17"]),
        ("phone number", "reach me at", ["+31 20 123 4567", "+1 (555) 010-9999", "+40.21.123.4567"]),
        *[
            ("phone number", name, PHONES)
            for name in (
                "Phone", "mobile_number", "Telefoonnummer", "Telefon", "手机号", "Handynummer", "Téléphone", "Móvil",
                "contact_phone", "customerPhone",
            )
        ],
        ("phone number", "GSM", [31612345678, 31687654321, None]),
        ("coordinates", "place", ["52.3702, 4.8952", "44.4268 26.1025"]),
        *[
            ("coordinates", name, [52.37, -4.8952, 44.4])
            for name in ("LocationLatitude", "lng", "Breedtegraad", "latitudine", "纬度", "Längengrad", "Longitud")
        ],
        *[
            ("name", name, ["Ann Jansen", "Jean-Luc O'Neill", "Ștefan", "王伟"])
            for name in (
                "Name", "First Name", "RecipientLastName", "Voornaam", "Nume și prenume", "姓名", "Nachname", "Prénom",
                "Apellidos", "Requester",
            )
        ],
    ],
)  # fmt: skip
def test_personal_data(kind, name, cells):
    assert personal_kind(pd.Series(cells), name=name) == kind


@pytest.mark.parametrize(
    "question", ["What is your full name?", "Wat is uw naam?", "Care este numele dvs.?", "您的姓名？",
                 "Wie ist Ihr Name?", "Quel est votre nom ?", "¿Cuál es su nombre?"],
)  # fmt: skip
def test_names_asked_for_in_a_question(question):
    assert personal_kind(pd.Series(["Ann Jansen", "Bob"]), name="Q1", text=question) == "name"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("ces", [1, 5, 7]),
        ("phone", [1, 5, 3]),
        ("Phone type", ["mobile", "landline"]),
        ("phone", ["2026-01-05", None, "by then"]),
        ("email", ["yes", "no"]),
        ("comment", ["wrote to ann@example.com twice", "call +31 20 123 4567 was never answered"]),
        ("product name", ["Basic", "Large"]),
        ("Name", [1, 2, 3]),
        ("name", ["order 17", "order 18"]),
        ("order_id", ["0012345678", "0012345679"]),
        ("ticket", [12345678901, 12345678902]),
        ("price", [12.95, 3.5]),
        ("How long did it take", [1.5, 2.5]),
        ("latency", [1.25, 3.75]),
        ("channel", ["web", "phone", "e-mail"]),
        ("partial", [True, False]),
        ("version", ["1.2.3", "10.0.1"]),
        ("ratio", ["1:2", "3:4:5"]),
        ("email", [None, None]),
    ],
)
def test_what_is_no_personal_data(name, cells):
    assert personal_kind(pd.Series(cells), name=name) == ""


def test_dates_are_no_personal_data():
    assert personal_kind(pd.to_datetime(pd.Series(["2026-01-05"])), name="Phone") == ""


def test_addresses_are_found_wherever_they_are_in_a_long_column():
    cells = np.full(50_000, None, dtype=object)
    cells[40_000:] = "ann@example.com"
    assert personal_kind(pd.Series(cells), name="Q3") == "e-mail address"


def test_a_hostile_cell_costs_little():
    cells = pd.Series(["a" * 1_000_000 + "@", "1 " * 500_000, "a. " * 300_000, "<" * 100_000, "1.111 " * 100_000])
    assert personal_kind(cells, name="name", text="phone email lat") == ""


def test_the_sample_exports(support, checkout):
    personal = read_export(support).questions["personal"]
    assert set(personal) == {""}
    found = read_export(checkout).questions.set_index("column")["personal"]
    assert found[found != ""].to_dict() == {"IPAddress": "IP address"} or set(found) == {""}
