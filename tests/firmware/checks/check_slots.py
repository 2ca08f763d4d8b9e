"""A power cut at every file operation while firmware is copied, tried and kept: the board always comes up again."""

import binascii

import receiver
import slots


class PowerCutError(BaseException):
    pass


class Flash:
    """Files as LittleFS keeps them: what is written counts once the file is closed, renaming is one step."""

    def __init__(self):
        self.files = {}
        self.folders = {""}
        self.left = -1

    def spend(self):
        """One operation: the power may fail instead of it."""
        if self.left == 0:
            raise PowerCutError
        self.left -= 1

    def getcwd(self):
        return "/"

    def stat(self, path):
        if path in self.folders:
            return (0x4000, 0, 0, 0, 0, 0, 0)
        if path in self.files:
            return (0x8000, 0, 0, 0, 0, 0, len(self.files[path]))
        raise OSError(2)

    def listdir(self, path):
        found = set()
        for name in list(self.files) + list(self.folders):
            if name.startswith(path + "/"):
                found.add(name[len(path) + 1 :].split("/")[0])
        return sorted(found)

    def mkdir(self, path):
        self.spend()
        self.folders.add(path)

    def rmdir(self, path):
        self.spend()
        self.folders.remove(path)

    def remove(self, path):
        if path not in self.files:
            raise OSError(2)
        self.spend()
        del self.files[path]

    def rename(self, old, new):
        self.spend()
        self.files[new] = self.files.pop(old)

    def open(self, path, mode="r"):
        return Handle(self, path, mode)


class Handle:
    def __init__(self, flash, path, mode):
        self.flash = flash
        self.path = path
        self.mode = mode
        if mode[0] == "r" and path not in flash.files:
            raise OSError(2)
        if mode[0] != "r" and path not in flash.files:
            flash.spend()
            flash.files[path] = b""
        self.held = flash.files[path] if mode[0] != "w" else b""
        self.at = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.mode[0] != "r" and kind is None:
            self.flash.spend()
            self.flash.files[self.path] = self.held

    def write(self, data):
        self.held += data.encode() if isinstance(data, str) else data

    def read(self, size=-1):
        piece = self.held[self.at :] if size < 0 else self.held[self.at : self.at + size]
        self.at += len(piece)
        return piece if "b" in self.mode else piece.decode()


OLD = {"app/a.py": b"old a", "wire/w.py": b"old w"}
NEW = {"app/a.py": b"new a" * 300, "wire/w.py": b"new w"}
PIECE = 512


def board(good="a"):
    flash = Flash()
    for module in (slots, receiver):
        module.os = flash
        module.open = flash.open
    for path, data in OLD.items():
        flash.folders.add("/" + good)
        flash.folders.add("/" + good + "/" + path.split("/")[0])
        flash.files["/" + good + "/" + path] = data
    if good == "b":
        flash.files["/slots.txt"] = b"b - 0"
    return flash


def install(good):
    target = "b" if good == "a" else "a"
    receiver.clear(target)
    for path, data in NEW.items():
        for at in range(0, len(data), PIECE):
            text = binascii.b2a_base64(data[at : at + PIECE]).decode()
            receiver.put(target + "/" + path, at, text)
    for path in NEW:
        assert receiver.digest(target + "/" + path) != ""
    assert receiver.count(target) == len(NEW)
    receiver.finish(target, True)


class Crashed(Exception):
    pass


def boot(flash, new_works):
    """Start once; return which firmware came up and is confirmed, or empty."""
    came = []

    def run(slot, trial):
        whole = {path: flash.files.get("/" + slot + "/" + path) for path in NEW}
        if whole == OLD:
            assert not trial
            came.append("old")
        elif whole == NEW and new_works:
            came.append("new")
            if trial:
                slots.commit("", slot)
        else:
            assert whole == NEW, "a mixture of two firmwares was started"
            raise Crashed

    slots.start("", run)
    return came[0] if came else ""


class QuietSys:
    """The little that slots asks of sys, so that nothing is printed and no path stays."""

    def __init__(self):
        self.path = []

    def print_exception(self, error):
        pass


def live(flash, good, new_works, cut_at):
    """Install and start four times, the power failing once; return what came up last, and whether it failed at all."""
    flash.left = cut_at
    cut = False
    came = ""
    steps = [lambda: install(good)] + [lambda: boot(flash, new_works)] * 4
    for step in steps:
        try:
            came = step()
        except PowerCutError:
            cut = True
            flash.left = -1
    return came, cut


def at_every_cut(good, new_works):
    outcomes = []
    for cut_at in range(200):
        flash = board(good)
        slots.sys = QuietSys()
        came, cut = live(flash, good, new_works, cut_at)
        outcomes.append(came)
        if not cut:
            return outcomes
    raise AssertionError("the scenario never ends")


def with_real_modules(work):
    import os
    import sys

    try:
        work()
    finally:
        for module in (slots, receiver):
            module.os = os
            del module.open
        slots.sys = sys


def check_a_new_firmware_that_does_not_come_up_gives_way_at_every_cut():
    def work():
        for good in ("a", "b"):
            outcomes = at_every_cut(good, False)
            assert len(outcomes) > 10, outcomes
            assert set(outcomes) == {"old"}, outcomes

    with_real_modules(work)


def check_a_new_firmware_that_works_is_kept_or_the_old_one_runs_at_every_cut():
    def work():
        for good in ("a", "b"):
            outcomes = at_every_cut(good, True)
            assert set(outcomes) == {"old", "new"}, outcomes
            assert outcomes[-1] == "new"  # no cut at all

    with_real_modules(work)


def check_the_slot_in_use_is_never_cleared():
    def work():
        board("b")
        try:
            receiver.clear("b")
        except ValueError:
            pass
        else:
            raise AssertionError("cleared")
        assert receiver.count("b") == len(OLD)

    with_real_modules(work)


def check_a_piece_that_is_missing_is_noticed():
    def work():
        flash = board("a")
        receiver.clear("b")
        receiver.put("b/app/a.py", 0, binascii.b2a_base64(b"12345").decode())
        try:
            receiver.put("b/app/a.py", 10, binascii.b2a_base64(b"67").decode())
        except ValueError:
            pass
        else:
            raise AssertionError("taken")
        assert flash.files["/b/app/a.py"] == b"12345"

    with_real_modules(work)


def check_a_state_nobody_wrote_starts_the_first_slot():
    for state in ("", "x", "c d 9", "a b", "b b 2", "a b x"):
        assert slots.choose(state)[1] is False, state
    assert slots.choose("a b 2") == ("b", True, "a b 1")
    assert slots.choose("a b 0") == ("a", False, "a - 0")
