"""A coverage-guided fuzzer on the readers' pure core, by hand: ``python -m bench.fuzz_card -runs=100000 CORPUS``.

Needs ``pip install atheris`` beside the project; takes libFuzzer's options. Counts the answers given.
"""

import atexit
import sys

try:
    import atheris
except ImportError:
    sys.exit("this fuzzer needs atheris: pip install atheris")

with atheris.instrument_imports(include=["reader_drivers.core", "reader_drivers.cards", "contracts"]):
    from tests.support.reader_hostile import exercise

answers = 0


def one_input(script: bytes) -> None:
    global answers  # noqa: PLW0603  (libFuzzer calls a function and leaves by exit)
    answers += exercise(script)


def main() -> None:
    atexit.register(lambda: print(f"{answers} hostile answers", file=sys.stderr))
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
