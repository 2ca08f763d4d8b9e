"""Takes a new firmware into the slot that is not in use. Sent to the loader's prompt and run there; it stays nowhere.

The order makes it safe: the running slot is never written, the new one is tried only once all its files are proved, and
``slots.txt`` changes in one step. A power cut at any moment leaves a board that starts the firmware it had.
"""

import binascii
import hashlib
import os
import sys

FOLDER_BIT = 0x4000
CHUNK_BYTES = 512


def root() -> str:
    """Return the flash's folder: empty on the board."""
    return str(os.getcwd()).rstrip("/")


def look() -> str:
    """Return the good slot or ``-``, the form of .mpy files and the free bytes, parted by blanks."""
    good = "-"
    try:
        os.stat(root() + "/slots.py")
    except OSError:
        pass
    else:
        import slots

        good = str(slots.find_good(root()))
    flash = os.statvfs(root() or "/")
    form = getattr(sys.implementation, "_mpy", 0)
    return good + " " + str(form & 0xFF) + "." + str(form >> 8 & 3) + " " + str(flash[0] * flash[3])


def clear(slot: str) -> None:
    """Empty a slot that is not in use; nothing is on trial from here on."""
    try:
        import slots
    except ImportError:
        pass  # a new board: there is nothing to protect
    else:
        if slots.find_good(root()) == slot:
            raise ValueError("the slot is in use")
        slots.commit(root(), slots.find_good(root()))
    _remove(root() + "/" + slot)
    os.mkdir(root() + "/" + slot)


def put(path: str, at: int, text: str) -> None:
    """Write a piece of a file, in base 64. The first makes its folder and empties it; each next must fit on."""
    whole = root() + "/" + path
    if at == 0:
        _make_folder(whole.rsplit("/", 1)[0])
    elif os.stat(whole)[6] != at:
        raise ValueError("a piece is missing")
    with open(whole, "ab" if at else "wb") as file:
        file.write(binascii.a2b_base64(text))


def digest(path: str) -> str:
    """Return a file's SHA-256 as it stands on the flash, hexadecimal; empty when there is none."""
    found = hashlib.sha256()
    try:
        with open(root() + "/" + path, "rb") as file:
            while True:
                piece = file.read(CHUNK_BYTES)
                if not piece:
                    break
                found.update(piece)
    except OSError:
        return ""
    return binascii.hexlify(found.digest()).decode()


def count(folder: str) -> int:
    """Return how many files a folder holds, those of its folders included."""
    files = 0
    for name in os.listdir(root() + "/" + folder):
        path = folder + "/" + name
        files += count(path) if os.stat(root() + "/" + path)[0] & FOLDER_BIT else 1
    return files


def adopt(new: str, name: str) -> None:
    """Give a proved file its name, in one step: nothing under that name is ever half a file."""
    os.rename(root() + "/" + new, root() + "/" + name)


def finish(slot: str, on_trial: bool) -> None:
    """All is proved: have the slot tried, or on a new board make it the good one."""
    import slots

    if on_trial:
        slots.try_out(root(), slot)
    else:
        slots.commit(root(), slot)


def _make_folder(path: str) -> None:
    try:
        os.stat(path)
    except OSError:
        _make_folder(path.rsplit("/", 1)[0])
        os.mkdir(path)


def _remove(path: str) -> None:
    try:
        is_folder = os.stat(path)[0] & FOLDER_BIT
    except OSError:
        return
    if is_folder:
        for name in os.listdir(path):
            _remove(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)
