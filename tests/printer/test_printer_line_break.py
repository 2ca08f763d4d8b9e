import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printer.line_break import break_balanced, break_lines, clusters

PROBE = "น้ำ ที่ กั๊ก ปู่ ฐู ญู ฎุ ฏู ฝี่ ฬ่ำ"
MARKS = "ัิีึืฺุู็่้๊๋์ํ๎"
WORDS = ["ท่าน", "มี", "สิทธิ", "ได้รับ", "เบี้ย", "ยังชีพ", "ผู้สูงอายุ", "โปรด", "ลงทะเบียน", "ที่", "เทศบาล", "ใกล้", "บ้าน"]
PIECES = st.sampled_from([*WORDS, " ", " 1,234 บาท ", " 15 มกราคม พ.ศ. 2569 ", " bank book ", "ต่างๆ ", " (บัตรทอง) "])


def measure(text):
    return 10 * sum(1 for letter in text if letter not in MARKS)


def test_probe_clusters_keep_every_mark_with_its_base():
    found = [cluster for cluster in clusters(PROBE) if cluster != " "]
    assert found == ["น้ำ", "ที่", "กั๊", "ก", "ปู่", "ฐู", "ญู", "ฎุ", "ฏู", "ฝี่", "ฬ่ำ"]


def test_breaks_between_words_only():
    text = "ท่านมีสิทธิได้รับเบี้ยยังชีพผู้สูงอายุ"
    assert break_lines(text, 100, measure) == ["ท่านมีสิทธิ", "ได้รับเบี้ย", "ยังชีพผู้สูงอายุ"]


@pytest.mark.parametrize("whole", ["1,234.50", "15 มกราคม พ.ศ. 2569", "15 Jan 2026", "พ.ศ. 2569", "600 บาท", "10:42"])
@pytest.mark.parametrize("width", [200, 210, 230, 250, 280, 330])
def test_number_and_date_stay_whole(whole, width):
    lines = break_lines(f"ท่านได้รับสิทธิภายในวันที่ {whole} ตามประกาศของทางราชการ", width, measure)
    assert sum(whole in line for line in lines) == 1


@pytest.mark.parametrize("width", [160, 180, 200, 240])
def test_name_stays_whole(width):
    name = "กรมบัญชีกลาง"
    lines = break_lines(f"ข้อมูลนี้ได้มาจาก{name}ในวันทำการ", width, measure, keep=[name])
    assert sum(name in line for line in lines) == 1


def test_name_wider_than_the_line_breaks_at_its_words():
    name = "กรมส่งเสริมและพัฒนาคุณภาพชีวิตคนพิการ"
    lines = break_lines(name, 150, measure, keep=[name])
    assert "".join(lines) == name
    assert all(measure(line) <= 150 for line in lines)


def test_word_wider_than_the_line_breaks_at_clusters():
    assert break_lines("ผู้สูงอายุ", 30, measure) == ["ผู้สูง", "อายุ"]


def test_repetition_mark_and_bracket_hang_on_their_word():
    for width in range(60, 300, 10):
        for line in break_lines("เอกสารต่างๆ ของท่าน (บัตรทอง) ครบถ้วน", width, measure):
            assert line[0] not in "ๆ)"
            assert line[-1] != "("


def test_empty_text_has_no_lines():
    assert break_lines("  ", 100, measure) == []


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=14).map("".join), st.integers(80, 500))
def test_lines_keep_all_text_fit_and_never_tear_a_cluster(text, width):
    lines = break_lines(text, width, measure)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert line == line.strip()
        assert line[0] not in MARKS + "ะาำๆ"
        assert measure(line) <= width or len(clusters(line)) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=14).map("".join), st.integers(150, 500))
def test_balanced_lines_are_as_few(text, width):
    assert len(break_balanced(text, width, measure)) == len(break_lines(text, width, measure))
