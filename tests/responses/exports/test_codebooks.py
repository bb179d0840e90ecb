"""What a careful reader of each small export writes down of its columns: type, kind, role, scale or evidence."""

from pathlib import Path

import pytest

from cxstats import read_export

FIXTURES = Path(__file__).parent / "fixtures"
EASY_5 = "unknown: say which of ces-1.0, ces-agree-5, ces-ease-5, ces-difficulty-5"
EASY_7 = "unknown: say which of ces-2.0, ces-ease-10, ces-effort-10"
MOMENT, TEXT, WHOLE, GAPS = "datetime64[us]", "str", "int64", "Int64"
CHOSEN = ("boolean", "option", "", "")
SAID = (TEXT, "text", "", "")


def about(kind, role=""):
    return (kind, "administrative", role, "")


QUALTRICS = {
    "LocationLatitude": about("float64"),
    "Q1": (WHOLE, "rating", "", "nps"),
    "Q2_1": CHOSEN,
    "Q2_2": CHOSEN,
    "Q2_3": CHOSEN,
    "Q2_3_TEXT": SAID,
    "Q3_1": (WHOLE, "rating", "", EASY_5),
    "Q3_2": (GAPS, "rating", "", EASY_5),
    "Q4 (2)": SAID,
    "city": SAID,
}
QUALTRICS_OF_OLD = QUALTRICS | {
    "StartDate": about(MOMENT, "start"),
    "EndDate": about(MOMENT, "end"),
    "Status": about(WHOLE, "status"),
    "Finished": about(WHOLE, "status"),
    "IPAddress": about(TEXT),
    "ResponseID": about(TEXT, "response id"),
    "ExternalDataReference": about(TEXT, "customer"),
    "Q1_NPS_GROUP": about(WHOLE),
    "Q4": (GAPS, "rating", "", EASY_7),
}
CODEBOOKS = {
    "qualtrics_modern.csv": QUALTRICS
    | {
        "StartDate": about(MOMENT, "start"),
        "EndDate": about(MOMENT, "end"),
        "Status": about(TEXT, "status"),
        "IPAddress": about(TEXT),
        "Progress": about(WHOLE),
        "Duration (in seconds)": about(WHOLE, "duration"),
        "Finished": about(TEXT, "status"),
        "RecordedDate": about(MOMENT),
        "ResponseId": about(TEXT, "response id"),
        "RecipientEmail": about(TEXT),
        "ExternalReference": about(TEXT, "customer"),
        "DistributionChannel": about(TEXT, "channel"),
        "UserLanguage": about(TEXT, "language"),
        "Q1_NPS_GROUP": about(TEXT),
        "Q4": (TEXT, "rating", "", "ces-2.0"),
    },
    "qualtrics_2016.csv": QUALTRICS_OF_OLD | {"RecipientEmail": about(TEXT)},
    "qualtrics_legacy.csv": QUALTRICS_OF_OLD
    | {"ResponseSet": about(TEXT), "Name": about(TEXT), "EmailAddress": about(TEXT)},
    "surveymonkey_numbers.csv": {
        "RespondentID": about(WHOLE, "response id"),
        "CollectorID": about(WHOLE),
        "StartDate": about(MOMENT, "start"),
        "EndDate": about(MOMENT, "end"),
        "How easy was it to return your parcel?": (WHOLE, "rating", "", EASY_5),
        "Which of these did you use?: The shop": CHOSEN,
        "Which of these did you use?: The site": CHOSEN,
        "Which of these did you use?: By phone": CHOSEN,
        "Rank what matters to you.: Price": (GAPS, "number", "", ""),
        "Rank what matters to you.: Speed": (GAPS, "number", "", ""),
        "Rank what matters to you.: Advice": (GAPS, "number", "", ""),
    },
    "alchemer.csv": {
        "Response ID": about(WHOLE, "response id"),
        "Time Started": about(MOMENT, "start"),
        "Date Submitted": about(MOMENT, "end"),
        "Status": about(TEXT, "status"),
        "Contact ID": about(TEXT, "customer"),
        "Language": about(TEXT, "language"),
        "IP Address": about(TEXT),
        "Country": about(TEXT),
        "How satisfied are you: overall?": (TEXT, "rating", "", "csat-5"),
        "Which did you use?: phone": CHOSEN,
        "Which did you use?: e-mail": CHOSEN,
        "Which did you use?: Other - Write In": CHOSEN,
        "Other - Write In:Which did you use?": SAID,
        "The shop:Where did you look?": CHOSEN,
        "The site:Where did you look?": CHOSEN,
        "Other - Write In (Required):Where did you look?": SAID,
        "Reason #1:Why did you come?": SAID,
        "Reason #2:Why did you come?": SAID,
        "What went wrong?": SAID,
    },
    "google_forms_zone.csv": {
        "Timestamp": about(MOMENT, "end"),
        "Username": about(TEXT),
        "How likely are you to recommend us?": (WHOLE, "rating", "", "nps"),
        "Which did you use?: shop": ("bool", "option", "", ""),
        "Which did you use?: app": ("bool", "option", "", ""),
    },
    "typeform_old.csv": {
        "#": about(TEXT, "response id"),
        "How satisfied are you?": (WHOLE, "rating", "", "csat-5"),
        "Which did you use?: The shop": CHOSEN,
        "Which did you use?: The site": CHOSEN,
        "What would you change?": SAID,
        "Start Date (UTC)": about(MOMENT, "start"),
        "Submit Date (UTC)": about(MOMENT, "end"),
        "Network ID": about(TEXT),
    },
    "limesurvey.csv": {
        "id": about(WHOLE, "response id"),
        "submitdate": about(MOMENT, "end"),
        "lastpage": about(WHOLE),
        "startlanguage": about(TEXT, "language"),
        "seed": about(WHOLE),
        "token": about(TEXT, "customer"),
        "startdate": about(MOMENT, "start"),
        "ipaddr": about(TEXT),
        "Q1": (WHOLE, "rating", "", EASY_5),
        "Q2[SQ001]": CHOSEN,
        "Q2[SQ002]": CHOSEN,
        "Q2[other]": SAID,
        "Q3[SQ001]": (GAPS, "rating", "", "csat-5"),
        "Q3[SQ002]": (GAPS, "rating", "", "csat-5"),
        "Q4": SAID,
        "interviewtime": about("float64", "duration"),
        "Q1Time": about("float64"),
    },
    "zendesk_stars.csv": {
        "Id": about(WHOLE, "response id"),
        "Requester id": about(TEXT),
        "Group": SAID,
        "Status": about(TEXT, "status"),
        "Via": about(TEXT, "channel"),
        "Created at": about(MOMENT, "start"),
        "Solved at": about(MOMENT, "end"),
        "Resolution time": (WHOLE, "number", "", ""),
        "Satisfaction Score": (GAPS, "rating", "", "csat-5"),
    },
    "plain_semicolon.csv": {
        "Response ID": (TEXT, "text", "response id", ""),
        "How easy was it to return your parcel?": (TEXT, "rating", "", "ces-ease-5"),
        "Would you recommend us (0-10)?": (GAPS, "rating", "", "nps"),
        "amount": ("float64", "number", "", ""),
        "visited on": (MOMENT, "date", "", ""),
        "comment": SAID,
        "comment (2)": (TEXT, "text", "", "no answer: '-' in 1 cell"),
    },
    "plain.jsonl": {
        "response_id": (TEXT, "text", "response id", ""),
        "ces": (GAPS, "rating", "", EASY_7),
        "minutes": ("float64", "number", "", ""),
        "said": SAID,
        "at": ("datetime64[us, UTC]", "date", "", ""),
        "channel": SAID,
        "tags": SAID,
        "ok": SAID,
    },
}


@pytest.mark.parametrize("name", CODEBOOKS)
def test_each_column(name):
    survey = read_export(FIXTURES / name)
    found = {
        row.column: (str(survey.responses[row.column].dtype), row.kind, row.role, row.scale or row.evidence)
        for row in survey.questions.itertuples()
    }
    assert found == CODEBOOKS[name]
