"""Looks for people in what a program leaves behind, however a number or a name may be written."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_FOR_ADDRESSES = bytes.maketrans(b"+/", b"-_")
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def spellings(secret: str) -> dict[str, bytes]:
    """Return the ways to write a number or a name that a search would find it by, each under its own name."""
    utf8 = secret.encode()
    found = {
        "utf-8": utf8,
        "utf-16le": secret.encode("utf-16le"),
        "utf-16be": secret.encode("utf-16be"),
        "hex": utf8.hex().encode(),
        "HEX": utf8.hex().upper().encode(),
        "percent": "".join(f"%{byte:02X}" for byte in utf8).encode(),
        "Percent": "".join(f"%{byte:02x}" for byte in utf8).encode(),
        "json": "".join(f"\\u{ord(one):04x}" for one in secret).encode(),
        "JSON": "".join(f"\\u{ord(one):04X}" for one in secret).encode(),
        "xml": "".join(f"&#{ord(one)};" for one in secret).encode(),
        "backwards": secret[::-1].encode(),
    }
    for shift in range(3):
        # Of a longer text only the middle is the same whatever stands around it.
        encoded = base64.b64encode(b"\0" * shift + utf8)
        found[f"base64+{shift}"] = encoded[(0, 2, 3)[shift] : len(encoded) - 4 if (shift + len(utf8)) % 3 else None]
        found[f"base64url+{shift}"] = found[f"base64+{shift}"].translate(_FOR_ADDRESSES)
    for name in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(name, utf8)
        found[name] = digest.digest()
        found[f"{name} in hex"] = digest.hexdigest().encode()
    if secret.isascii() and secret.isdigit():
        found |= _spellings_of_digits(secret)
    elif not secret.isascii():
        found["cp874"] = secret.encode("cp874")
    return found


def _spellings_of_digits(digits: str) -> dict[str, bytes]:
    parts = (digits[0], digits[1:5], digits[5:10], digits[10:12], digits[12:])
    number = int(digits)
    parted = {name: sign.join(parts) for name, sign in (("dashed", "-"), ("spaced", " "), ("spaced hard", "\u00a0"))}
    single = {name: sign.join(digits) for name, sign in (("each dashed", "-"), ("each spaced", " "))}
    written = parted | single
    written |= {f"{name}, backwards": text[::-1] for name, text in written.items()}
    return {name: text.encode() for name, text in written.items()} | {
        "dashed in utf-16le": written["dashed"].encode("utf-16le"),
        "Thai digits": digits.translate(_THAI_DIGITS).encode(),
        "integer": number.to_bytes(6, "big"),
        "little-endian": number.to_bytes(6, "little"),
    }


def find_traces(places: Iterable[tuple[str, bytes]], secrets: Iterable[str]) -> Iterator[str]:
    """Say where whom was found and how written; nothing when there is no trace."""
    wanted = {f"{secret!r} as {how}": as_bytes for secret in secrets for how, as_bytes in spellings(secret).items()}
    for name, content in places:
        yield from (f"{what} in {name}" for what, as_bytes in wanted.items() if as_bytes in content)


def files_below(folder: Path, *, but: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Read every file below a folder, save what lies in those directly below it that are named."""
    passed_over = set(but)
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_file() and place.parts[0] not in passed_over:
            yield str(place), path.read_bytes()
