"""Draws the face on a virtual card: an invented person, the same every time."""

import io

from PIL import Image, ImageDraw

from reader_drivers.virtual.people import Person

SIZE = (297, 355)  # pixels of the photo on real chips
_SCALE = 3  # drawn larger and scaled down: smooth edges
_LARGEST_BYTES = 4900  # the photo's space on the chip is 5118
_BACKGROUND = (186, 214, 236)
_SKIN = {"light": ((244, 208, 176), (226, 180, 146)), "tan": ((222, 174, 130), (198, 146, 102))}
_HAIR = {"black": (38, 34, 36), "brown": (92, 62, 42), "grey": (142, 142, 146), "white": (222, 222, 220)}
_CLOTHES = {"male": ((250, 250, 250), (44, 62, 100)), "female": ((252, 240, 236), (140, 62, 92))}
_INK = (58, 44, 40)

Box = tuple[float, float, float, float]


class _Pencil:
    """Draws in the photo's own pixels on the enlarged sheet."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image)

    def oval(self, box: Box, colour: tuple[int, int, int]) -> None:
        self._draw.ellipse(_scaled(box), fill=colour)

    def block(self, box: Box, colour: tuple[int, int, int], radius: float = 0) -> None:
        self._draw.rounded_rectangle(_scaled(box), radius=radius * _SCALE, fill=colour)

    def shape(self, points: list[tuple[float, float]], colour: tuple[int, int, int]) -> None:
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=colour)

    def arc(self, box: Box, start: int, end: int, colour: tuple[int, int, int], width: int) -> None:
        self._draw.arc(_scaled(box), start, end, fill=colour, width=width * _SCALE)


def _scaled(box: Box) -> Box:
    left, top, right, bottom = (value * _SCALE for value in box)
    return left, top, right, bottom


def draw_photo(person: Person) -> bytes:
    """Return a JPEG of 297×355 pixels that fits the chip, drawn from ``person.look`` and ``person.sex``."""
    sheet = Image.new("RGB", (SIZE[0] * _SCALE, SIZE[1] * _SCALE), _BACKGROUND)
    pencil = _Pencil(sheet)
    woman = person.sex == "female"
    hair = _HAIR[person.look.hair]
    skin, shade = _SKIN[person.look.skin]
    if woman:
        pencil.block((76, 62, 221, 268), hair, 68)
    _draw_shoulders(pencil, person.sex, skin, shade)
    _draw_head(pencil, hair, skin, shade)
    _draw_hair(pencil, hair, woman)
    _draw_features(pencil, person, hair, shade)
    return _encode(sheet.resize(SIZE, Image.Resampling.LANCZOS))


def _draw_shoulders(pencil: _Pencil, sex: str, skin: tuple[int, int, int], shade: tuple[int, int, int]) -> None:
    shirt, jacket = _CLOTHES[sex]
    pencil.block((26, 284, 271, 440), jacket, 66)
    pencil.shape([(106, 284), (191, 284), (148, 362)], shirt)
    pencil.block((122, 226, 175, 302), shade, 20)
    pencil.shape([(122, 286), (175, 286), (148, 322)], skin)
    pencil.shape([(104, 282), (124, 276), (148, 322), (128, 340)], shirt)
    pencil.shape([(193, 282), (173, 276), (149, 322), (169, 340)], shirt)


def _draw_head(
    pencil: _Pencil, hair: tuple[int, int, int], skin: tuple[int, int, int], shade: tuple[int, int, int]
) -> None:
    pencil.oval((80, 58, 217, 190), hair)
    pencil.oval((80, 148, 102, 188), shade)
    pencil.oval((195, 148, 217, 188), shade)
    pencil.oval((90, 76, 207, 252), skin)


def _draw_hair(pencil: _Pencil, hair: tuple[int, int, int], woman: bool) -> None:
    if woman:
        pencil.shape([(90, 150), (92, 106), (120, 74), (172, 70), (140, 104), (104, 122)], hair)
        pencil.shape([(207, 150), (205, 106), (182, 74), (150, 70), (178, 104), (198, 122)], hair)
    else:
        pencil.shape([(88, 146), (90, 92), (128, 62), (184, 66), (209, 100), (209, 146), (198, 112), (120, 104)], hair)


def _draw_features(pencil: _Pencil, person: Person, hair: tuple[int, int, int], shade: tuple[int, int, int]) -> None:
    for x in (121, 176):
        pencil.oval((x - 9, 154, x + 9, 168), (252, 252, 250))
        pencil.oval((x - 6, 154, x + 6, 167), _INK)
        pencil.arc((x - 15, 136, x + 15, 160), 205, 335, hair, 4)
        if person.look.glasses:
            pencil.arc((x - 21, 142, x + 21, 182), 0, 360, _INK, 3)
    if person.look.glasses:
        pencil.arc((140, 154, 157, 168), 180, 360, _INK, 3)
    pencil.arc((136, 172, 161, 198), 25, 155, shade, 4)
    mouth = (196, 92, 96) if person.sex == "female" else (170, 96, 86)
    pencil.arc((122, 186, 175, 224), 30, 150, mouth, 5)
    if person.birth.year < 1965:
        pencil.arc((100, 188, 130, 228), 300, 350, shade, 2)
        pencil.arc((167, 188, 197, 228), 190, 240, shade, 2)


def _encode(image: Image.Image) -> bytes:
    for quality in range(70, 5, -2):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, subsampling=2)
        if out.tell() <= _LARGEST_BYTES:
            break
    return out.getvalue()
