"""A coverage-guided fuzzer on the readers' pure core, by hand: ``python -m bench.fuzz_card -runs=100000 CORPUS``.

Needs ``pip install atheris`` beside the project; takes libFuzzer's options. Counts the answers given.
"""

import sys

try:
    import atheris
except ImportError:
    sys.exit("this fuzzer needs atheris: pip install atheris")

with atheris.instrument_imports(include=["reader_drivers.core", "reader_drivers.cards", "contracts"]):
    from tests.support.reader_hostile import exercise

TOLD_EVERY = 100_000
answers = 0


def one_input(script: bytes) -> None:
    global answers  # noqa: PLW0603  (libFuzzer calls a function, and leaves without a farewell)
    before = answers
    answers += exercise(script)
    if answers // TOLD_EVERY > before // TOLD_EVERY:
        print(f"{answers} hostile answers", file=sys.stderr)


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
