"""Raw material of the invented population: syllables, districts, hospitals. Nobody and no hospital here exists."""

from random import Random
from typing import Final

from backend.demo.person import Hospital

_MALE_BEGINNINGS: Final = (
    "ธน", "วีร", "กิตติ", "พง", "อนุ", "ปรี", "ชัย", "ภูมิ", "ณัฐ", "สุร", "เอก", "ศุภ", "ทวี", "ประ", "จิร", "นพ", "อดิ", "ไกร",
)  # fmt: skip
_MALE_ENDINGS: Final = (
    "พล", "ชัย", "ศักดิ์", "พงษ์", "วัฒน์", "เดช", "ภพ", "ณรงค์", "วุฒิ", "กร", "สิทธิ์", "ฤทธิ์", "เทพ", "ชาติ", "รัตน์", "ยุทธ",
)  # fmt: skip
_FEMALE_BEGINNINGS: Final = (
    "สุ", "พร", "กาญ", "วรร", "ปิย", "อร", "จันทร์", "มณี", "นภ", "รัช", "ศิริ", "ทิพ", "บุษ", "ดวง", "ชล", "พิม", "เพ็ญ", "อัญ",
)  # fmt: skip
_FEMALE_ENDINGS: Final = (
    "พร", "ลักษณ์", "นภา", "วดี", "รัตน์", "ธิดา", "กานต์", "ภรณ์", "ใจ", "มาศ", "ศรี", "ทิพย์", "วรรณ", "สุดา", "จิต", "ฉวี",
)  # fmt: skip
_LAST_BEGINNINGS: Final = (
    "แก้ว", "ทอง", "ศรี", "บุญ", "วงศ์", "สุข", "รุ่ง", "เจริญ", "พูน", "มั่น", "ชื่น", "อินทร์", "เพชร", "ดี", "ไพร", "นาค", "คำ",
)  # fmt: skip
_LAST_MIDDLES: Final = ("", "", "งาม", "ใส", "ชัย", "ทรัพย์", "เรือง", "ไพ", "มา", "พัน", "สวัส", "กิจ", "ประ", "ธรรม")
_LAST_ENDINGS: Final = (
    "ดี", "สุข", "วงศ์", "ทอง", "กุล", "เสริฐ", "ศิริ", "วัฒนา", "พันธ์", "รักษ์", "เจริญ", "ไทย", "ศักดิ์", "ผล", "ชัย", "บุรี", "สกุล",
)  # fmt: skip

AREAS: Final = (
    "1004", "1015", "1020", "1033", "1047", "1101", "1106", "1201", "1301", "1601", "1701", "1901", "2001", "2004",
    "2101", "2401", "2501", "3001", "3021", "3101", "3201", "3301", "3401", "3601", "3701", "4001", "4101", "4301",
    "4401", "4501", "4601", "4701", "4801", "5001", "5014", "5101", "5201", "5301", "5401", "5501", "5601", "5701",
    "5707", "5801", "6001", "6101", "6201", "6301", "6306", "6401", "6501", "6601", "6701", "7001", "7101", "7201",
    "7301", "7601", "8001", "8101", "8301", "8401", "8601", "9001", "9011", "9101", "9201", "9301", "9401", "9501",
    "9601",
)  # fmt: skip
"""Province and district codes, four digits, as they stand in a citizen number's second to fifth place."""

_HOSPITALS: Final = (
    "โรงพยาบาลเมืองสมมุติ", "โรงพยาบาลทุ่งศิลางาม", "โรงพยาบาลเวียงอุ่นใจ", "โรงพยาบาลดอยร่มเย็น", "โรงพยาบาลหาดทรายแก้ว",
    "โรงพยาบาลบึงบัวหลวง", "โรงพยาบาลท่าน้ำเย็น", "โรงพยาบาลสวนร่มไม้",
)  # fmt: skip


def given_name(random: Random, sex: str) -> str:
    """Return an invented first name."""
    if sex == "male":
        return random.choice(_MALE_BEGINNINGS) + random.choice(_MALE_ENDINGS)
    return random.choice(_FEMALE_BEGINNINGS) + random.choice(_FEMALE_ENDINGS)


def family_name(random: Random) -> str:
    """Return an invented family name."""
    return random.choice(_LAST_BEGINNINGS) + random.choice(_LAST_MIDDLES) + random.choice(_LAST_ENDINGS)


def prefix_of(sex: str, age: int, *, married: bool) -> str:
    """Return the title a card carries: a child's one below fifteen."""
    if age < 15:
        return "ด.ช." if sex == "male" else "ด.ญ."
    if sex == "male":
        return "นาย"
    return "นาง" if married else "น.ส."


def hospital_in(area_code: str) -> Hospital:
    """Return the invented hospital where the people of an area are registered; codes begin with 99, which none has."""
    return Hospital("990" + area_code[:2], _HOSPITALS[int(area_code[:2]) % len(_HOSPITALS)])
