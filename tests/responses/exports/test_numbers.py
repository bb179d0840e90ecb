"""Numbers as people write them: read where there is one reading, else kept as they stand, and said either way."""

import pytest

from cxstats import read_export


def column(tmp_path, cells):
    path = tmp_path / "export.csv"
    path.write_text("x;csat\n" + "".join(f"{cell};5\n" for cell in cells))
    survey = read_export(path)
    return survey.responses["x"].tolist(), survey.source.notes


@pytest.mark.parametrize(
    ("cells", "expected", "note"),
    [
        (["2,5%", "85%"], [2.5, 85], "'%' taken off; decimal commas read as points"),
        (["85 %", "-5 %"], [85, -5], "'%' taken off"),
        (
            ["€ 1.234,50", "€ 3", "€\u00a00,5"],
            [1234.5, 3, 0.5],
            "'€' taken off; points read as separators of thousands",
        ),
        (["$1,234.50", "-$3.25"], [1234.5, -3.25], "'$' taken off; commas read as separators of thousands"),
        (["12.50 EUR", "3 EUR"], [12.5, 3], "'EUR' taken off"),
        (["1,234.50", "12", "1,200"], [1234.5, 12, 1200], "commas read as separators of thousands"),
        (["1.234,50", "12", "1.200"], [1234.5, 12, 1200], "points read as separators of thousands"),
        (["1.234", "2.345"], [1.234, 2.345], "points read as decimal points, though they may separate thousands"),
        (["0", "3.216"], [0, 3.216], "points read as decimal points, though they may separate thousands"),
    ],
)
def test_beyond_doubt(tmp_path, cells, expected, note):
    assert column(tmp_path, cells) == (expected, (f"column 'x': {note}",))


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (["950", "1.200", "800", "12.500"], "kept as text: points may separate decimals or thousands"),
        (["1.234.567", "3"], "kept as text: points may separate decimals or thousands"),
        (["950", "1,200"], "kept as text: commas may separate decimals or thousands"),
        (["1,200%", "950%"], "kept as text: commas may separate decimals or thousands"),
        (["€ 5", "$ 6"], "kept as text: not all cells are numbers with '€'"),
        (["5%", "6"], "kept as text: not all cells are numbers with '%'"),
        (
            ["1.00E+15", "1.01E+15"],
            "kept as text: the last digits of numbers such as 1.23E+15 were lost before the export",
        ),
        (["1,23E+11", "17"], "kept as text: the last digits of numbers such as 1.23E+15 were lost before the export"),
        (["17", "1E+12"], "kept as text: the last digits of numbers such as 1.23E+15 were lost before the export"),
    ],
)
def test_in_doubt(tmp_path, cells, note):
    assert column(tmp_path, cells) == (cells, (f"column 'x': {note}",))


@pytest.mark.parametrize("cells", [["4.5", "1.23E+02"], ["4.5", "1.200"], ["0.250", "1.200"]])
def test_plain_decimals_need_no_word(tmp_path, cells):
    assert column(tmp_path, cells) == ([float(cell) for cell in cells], ())
