import pytest

from rsatalker.cutscenes.toml_lines import TomlLines

pytestmark = pytest.mark.unit

TEXT = '''# a comment
seed = 1
"quoted key" = 2
text = """
[no.table]
no = "key"
"""
[output]
width = 640
size.deep = 3

[[shot]]  # the first
start_s = 0
[[shot]]
start_s = 2
[[shot.key]]
at_s = 0
[shot.more]
x = { y = 1 }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("seed",), 2),
        (("quoted key",), 3),
        (("text",), 4),
        (("output",), 8),
        (("output", "width"), 9),
        (("output", "size", "deep"), 10),
        (("shot", 0), 12),
        (("shot", 0, "start_s"), 13),
        (("shot", 1, "start_s"), 15),
        (("no",), 1),
        (("shot", 1, "missing"), 14),
        (("shot", 1, "key", 0, "at_s"), 17),
        (("shot", 1, "more"), 18),
        (("shot", 1, "more", "x", "y"), 19),
    ],
)
def test_field_is_found_on_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert TomlLines(TEXT).line_of(path) == line
