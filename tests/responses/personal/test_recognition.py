"""Personal data are recognised by what the cells hold, and digits and words only under a header that announces them."""

import json

import numpy as np
import pandas as pd
import pytest

from cxstats import read_export
from cxstats.responses.personal.recognition import personal_kind

PHONES = ["020 123 4567", "(0)20-1234567", "06 12345678", "0031612345678"]
PERSONS = ["Ann Smith", "Bob de Vries", "Jan Jansen", "Eva Popescu"] * 15
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
                "contact_phone", "customerPhone", "Telefonnr.", "Mobilnummer", "Contact number", "2、您的手机号",
                "phone (order)",
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
    "name",
    [
        "contact", "Kontakt", "Agent", "Medewerker", "Mitarbeiter", "Naam klant", "Name des Kunden", "Hoe heet je?",
        "Please enter your first and last name", "Nume si prenume client", "1、姓名", "Q4. Name", "customer", "Name",
        "agentName", "Name of the patient",
    ],
)  # fmt: skip
def test_persons_that_repeat_are_names_too(name):
    assert personal_kind(pd.Series(PERSONS), name=name) == "name"


@pytest.mark.parametrize(
    ("kind", "name", "cells"),
    [
        ("name", "Agent", ["Ann", "Bob", "Eva"] * 20),
        ("name", "您的姓名", ["王伟", "李娜"] * 20),
        ("name", "4、姓名", ["王伟", "李娜"] * 20),
        # The example of ISO 13616-1, and those of the registry for the Netherlands and Germany.
        ("bank account", "Q7", ["GB82 WEST 1234 5698 7654 32", "NL91ABNA0417164300", "DE89370400440532013000"]),
        ("bank account", "Rekeningnummer", ["NL00BANK0123456789", "NL01BANK0123456789"]),
        ("date of birth", "Geburtsdatum", ["1.3.1950", "24.12.1971"]),
        ("date of birth", "date_of_birth", pd.to_datetime(["1950-03-01", None])),
        ("date of birth", "What is your birthday?", ["03/01/50", "12/24/71"]),
        ("postal address", "Adresse", ["Hauptstr. 12", "Am Markt 3, 10115 Berlin"]),
        ("postal address", "Home address", ["12 High Street", "Flat 3, 7 Mill Lane"]),
        ("licence plate", "License plate", ["AB-02-CD", "B MW 1234"]),
        ("licence plate", "Kenteken", ["12-AB-CD", "G123BB"]),
        ("identity number", "BSN", [123456702, 123456712]),
        ("identity number", "SSN", ["078-05-1120", "219-09-9999"]),
        ("IP address", "来自IP", ["192.0.2.3(广东-深圳)", "198.51.100.4（北京）"]),
        ("phone number", "电话", [13812340000, 13812340001]),
        ("phone number", "order phone", ["0612345678", "0687654321"]),
    ],
)
def test_other_kinds(kind, name, cells):
    assert personal_kind(pd.Series(cells), name=name) == kind


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("name", {"name": "Ann Smith", "id": 7}),
        ("e-mail address", {"id": "7", "by": [{"mail": "ann@example.com"}]}),
        ("phone number", {"phone": "+31612345678"}),
        ("coordinates", {"lat": 52.37, "lon": 4.89}),
        ("", {"plan": "Pro", "open": True, "none": None}),
        ("", ["a, b", "c"]),
    ],
)
def test_json_is_looked_into(kind, value):
    assert personal_kind(pd.Series([json.dumps(value)] * 30), name="x") == kind


def test_json_that_is_none_or_nested_without_an_end_costs_nothing():
    cells = ["{", "[" * 15_000, '{"phone"', "[" * 900 + "]" * 900]
    assert personal_kind(pd.Series(cells), name="x") == ""


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
        ("Name", ["Basic", "Pro", "Max"] * 20),
        ("Agent", ["A01", "A02", "A17"] * 20),
        ("Agent", ["Chatbot", "Human", "Other"] * 20),
        ("contact", ["Live Chat", "Phone Call", "Web Form"] * 20),
        ("contact", ["K00001", "K00002"]),
        ("customer", ["new", "returning"] * 20),
        ("Contact number", [1, 2, 3]),
        ("mobile_revenue", [1000000, 1000001]),
        ("phone_seconds", [10000000, 10000001]),
        ("tel_case_id", [20260000, 20260001]),
        ("Mobile", ["iOS", "Android"] * 20),
        ("Kundennummer", ["0612345600", "0612345601"]),
        ("birthday", ["yes", "no"]),
        ("Birth year", [1950, 1971]),
        ("address", ["billing", "delivery"]),
        ("Did we address the issue that you wrote to us about?", ["yes, in 2 days", "no, not in 3"]),
        ("IBAN", ["yes", "no"]),
        ("note", ["NL91ABNA0417164301", "NL91ABNA0417164302"]),
        ("BSN", ["given", "not given"]),
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
    short = pd.Series(["1 " * 50, "a1" * 50, "A " * 50, "1a-" * 33, "{" * 99, "a.1" * 33])
    for header in ("iban", "address", "kenteken", "bsn", "phone", "dob", "name", "agent"):
        assert personal_kind(short, name=header) in ("", "postal address")


def test_the_sample_exports(support, checkout):
    personal = read_export(support).questions["personal"]
    assert set(personal) == {""}
    found = read_export(checkout).questions.set_index("column")["personal"]
    assert found[found != ""].to_dict() == {"IPAddress": "IP address"} or set(found) == {""}
