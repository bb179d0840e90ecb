"""What a header announces: which personal data its words ask for, in seven languages.

Of names two kinds are told apart: where a header can only mean a person ("first name", "Naam klant"), any words under
it are names; where it may as well mean something else ("Name", "contact", "Agent"), the cells must look like persons.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal

from cxstats.responses.labels import label_key

PersonalKind = Literal[
    "", "name", "e-mail address", "phone number", "IP address", "coordinates", "bank account", "date of birth",
    "postal address", "licence plate", "identity number",
]  # fmt: skip
Hint = PersonalKind | Literal["perhaps a name", "perhaps an agent", "perhaps a phone number"]


def word_keys(words: str) -> frozenset[str]:
    """Return the keys of words that are written with blanks between them."""
    return frozenset(map(label_key, words.split()))


_WORDS: Final[Mapping[Hint, str]] = {
    "e-mail address": "email emails mail emailadres emailaddress emailadresse courriel correo 邮箱 郵箱 邮件 郵件",
    "phone number": "phone phonenumber telephone tel telno telnr mobile mobilenumber cellphone cellnumber whatsapp fax "
    "contactnumber contactno contactnummer telefoon telefoonnummer telefoonnr mobiel mobielnummer gsm gsmnummer "
    "telefon telefonnummer telefonnr rufnummer kontaktnummer handy handynummer mobil mobilnummer mobilnr mobiltelefon "
    "telefonul nrtelefon nrdetelefon numărdetelefon téléphone numérodetéléphone portable teléfono móvil celular "
    "电话 電話 手机 手機",
    "IP address": "ip ipaddress ipadres ipadresse",
    "coordinates": "lat latitude lon lng longitude gps coordinates coordinate geolocation breedtegraad lengtegraad "
    "coördinaten latitudine longitudine coordonate breitengrad längengrad koordinaten coordonnées latitud longitud "
    "coordenadas 纬度 经度 緯度 經度 坐标 座標",
    "bank account": "iban bankaccount bankrekening rekeningnummer bankrekeningnummer kontonummer "
    "bankverbindung contbancar comptebancaire cuentabancaria numerodecuenta 银行账号 銀行帳號 银行卡号",
    "date of birth": "birth birthday birthdate dob dateofbirth geboortedatum geboortedag verjaardag geburtsdatum "
    "geburtstag geboren nașterii naștere naissance nacimiento cumpleaños 出生 生日",
    "postal address": "address adres adresse adresă adresa dirección direccion domicilio street straat straße strasse "
    "rue calle strada woonadres anschrift postanschrift wohnadresse 地址 住址",
    "licence plate": "licenseplate licenceplate numberplate kenteken nummerplaat kennzeichen immatriculation matrícula "
    "车牌 車牌",
    "identity number": "bsn burgerservicenummer ssn socialsecurity socialsecuritynumber nationalid nationalinsurance "
    "passport passportnumber paspoort paspoortnummer rijksregisternummer reisepass personalausweis "
    "sozialversicherungsnummer cnp passeport dni nie pasaporte 身份证 身份證 护照 護照",
    # Alone under such a header there may be persons, products or ways of contact.
    "perhaps a name": "name naam nume nom nombre 名 contact contactperson contactpersoon kontakt contacto customer "
    "customers client clients klant kunde cliente respondent guest patient user member 客户 客戶",
    "perhaps an agent": "agent agents employee advisor adviser assignee consultant representative rep medewerker "
    "behandelaar adviseur mitarbeiter mitarbeiterin bearbeiter sachbearbeiter berater angajat conseiller employé "
    "agente empleado asesor 客服 员工",
}
_ONLY_NAMES: Final = word_keys(
    "fullname firstname lastname surname familyname givenname forename middlename nickname username voornaam "
    "recipientfirstname recipientlastname requester requestername assigneename submitter achternaam "
    "volledigenaam prenume numeșiprenume numelesiprenumele 姓名 名字 姓 联系人 聯繫人 vorname nachname "
    "familienname vollständigername prénom nometprénom nomdefamille nomcomplet nombres apellido apellidos "
    "nombrecompleto nombreyapellidos ansprechpartner contactpersoon"
)
# A header of such words alone, one of the first and one of the second among them, asks for a person's name.
_NAME_WORDS: Final = word_keys(
    "name names naam namen nume numele prenume nom nombre vorname nachname voornaam achternaam 姓名 名字 名"
)
_PERSON_WORDS: Final = word_keys(
    "customer customers client clients contact respondent person patient guest employee agent recipient user "
    "assignee klant klanten medewerker contactpersoon kunde kunden kundin mitarbeiter mitarbeiters client "
    "clientului clienți cliente empleado 客户 客戶"
)
_NAMES: Final = _ONLY_NAMES | frozenset(f"{person}{name}" for person in _PERSON_WORDS for name in _NAME_WORDS)
_BETWEEN: Final = word_keys(
    "first last full family and of the s your en van de het der des und von și si du de la le et y del el "
    "volledige prenume prenumele"
)
_ASKS_A_NAME: Final = re.compile(
    r"\byour (?:(?:full|first|last|family|given|middle|sur|and|&|/) ?){0,4}names?\b"
    r"|\b(?:uw|je|jouw) (?:volledige |voor- en achter|voor|achter)?naam\b|\bhoe heet (?:je|jij|u)\b"
    r"|\bnumele (?:dvs|dumneavoastr|tău|tau|și prenumele)|\bcum (?:te numești|te numesti|vă numiți|va numiti)"
    r"|(?:您|你)的?(?:姓名|名字)|你叫什么|您叫什么|您贵姓"
    r"|\b(?:ihr|dein)e? (?:vollständiger )?(?:vor-? ?und nach|vor|nach)?name\b|\bwie (?:heißen sie|heißt du)\b"
    r"|\b(?:votre|ton) (?:pré)?nom\b|\bvous appelez-vous\b|\b(?:su|tu) (?:nombre|apellido)|\bcómo (?:se|te) llamas?\b",
    re.IGNORECASE,
)
# Beside the word of a telephone they may make it something that is counted or measured.
_MEASURED: Final = word_keys(
    "revenue spend cost costs price amount bill sales seconds secs sec minutes mins min hours duration time "
    "id ids case ticket order count calls usage data model type rating score umsatz kosten betrag sekunden "
    "minuten dauer anzahl omzet bedrag seconden duur aantal venit cost durata chiffre durée ingresos coste "
    "duración"
)
_KEYS: Final[Mapping[Hint, frozenset[str]]] = {kind: word_keys(words) for kind, words in _WORDS.items()}
# A question that mentions one of these, ever so often in passing, is not asked for one.
_BY_NAME_ALONE: Final[frozenset[Hint]] = frozenset({"coordinates"})
_BY_ALL_OF_IT: Final[frozenset[Hint]] = frozenset({"perhaps a name", "perhaps an agent"})
_BY_FEW_WORDS: Final[frozenset[Hint]] = frozenset(
    {"postal address", "bank account", "date of birth", "licence plate", "identity number"}
)
_FEW_WORDS: Final = 7
_NUMBERED: Final = re.compile(r"^\s*(?:[QqVv]\s?)?\d{1,3}\s*[.、:：)）]\s*")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def hinted(name: str, text: str) -> set[Hint]:
    """Say which kinds of personal data the header announces.

    Parameters
    ----------
    name, text
        Of the column, and the question asked; a number in front of either says nothing.

    Examples
    --------
    >>> sorted(hinted("1、姓名", "")), sorted(hinted("Telefonnr.", "")), hinted("mobile_revenue", "")
    (['name'], ['phone number'], {'perhaps a phone number'})
    """
    found: set[Hint] = set()
    for place, said in enumerate(dict.fromkeys(_NUMBERED.sub("", said) for said in (name, text))):
        words = _words(said)
        if _asks_a_name(said, set(words)):
            found.add("name")
        found |= _announced(said, words) - (_BY_NAME_ALONE if place else set())
    if "phone number" in found and set(_words(name)) & _MEASURED:
        found.remove("phone number")
        found.add("perhaps a phone number")
    return found


def _asks_a_name(said: str, words: set[str]) -> bool:
    composed = words & _NAME_WORDS and words & _PERSON_WORDS and words <= _NAME_WORDS | _PERSON_WORDS | _BETWEEN
    return label_key(said) in _NAMES or bool(composed) or _ASKS_A_NAME.search(said) is not None


def _announced(said: str, words: Sequence[str]) -> set[Hint]:
    """Say which kinds the words of a header announce: one of them, two in a row, or all as one."""
    whole = label_key(said)
    several = {whole, *words, *map("".join, pairwise(words))}
    found: set[Hint] = set()
    for kind, keys in _KEYS.items():
        if kind in _BY_ALL_OF_IT:
            named = whole in keys
        else:
            named = not several.isdisjoint(keys) or any(key in said for key in keys if not key.isascii())
        if named and not (kind in _BY_FEW_WORDS and len(words) > _FEW_WORDS):
            found.add(kind)
    return found


def _words(said: str) -> list[str]:
    return [label_key(word) for word in re.split(r"[\W_]+", _HUMP.sub(" ", said)) if word]
