"""Who a question is about and how the person at the device was looked at: words that mandates use too."""

from enum import StrEnum


class SubjectKind(StrEnum):
    """What kind of number names the subject. It travels beside the digits, which cannot tell."""

    PERSON = "citizen_number"
    PUPIL = "g_code"
    COMPANY = "juristic_number"


class HolderCheck(StrEnum):
    """What was done to see that the card is its holder's: nothing, or an officer compared face and photo."""

    NONE = "none"
    PHOTO = "photo"
