"""Status words, SW1 SW2. Source: ISO/IEC 7816-4 clause 5.1.3, table 6; ISO/IEC 7816-3 clause 10.3.3 for 61 and 6C."""

OK = 0x9000
SW1_MORE = 0x61  # SW2 bytes wait for GET RESPONSE
SW1_WRONG_LENGTH = 0x6C  # repeat with Le = SW2
WARNINGS = frozenset({0x62, 0x63})  # SW1: data may be there, with a remark
FILE_NOT_FOUND = 0x6A82
WRONG_LENGTH = 0x6700

_MEANINGS = {
    OK: "done",
    0x6700: "wrong length",
    0x6982: "security status not satisfied",
    0x6985: "conditions of use not satisfied",
    0x6A81: "function not supported",
    0x6A82: "applet or file not found",
    0x6A86: "wrong P1 or P2",
    0x6A88: "data not found",
    0x6B00: "offset outside the data",
    0x6D00: "instruction not supported",
    0x6E00: "class not supported",
    0x6F00: "no precise diagnosis",
}


def meaning(status: int) -> str:
    """Return ``"6A82 applet or file not found"`` for a technician; unknown words give their hexadecimal form alone."""
    return f"{status:04X} {_MEANINGS.get(status, '')}".rstrip()
