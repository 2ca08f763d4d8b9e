"""Runs one module's checks: ``micropython run_checks.py MODULE PATH…``. Prints each name and outcome."""

import gc
import sys

module = sys.argv[1]
sys.path[0:1] = sys.argv[2:]
found = __import__("checks." + module, None, None, ("*",))
for name in sorted(dir(found)):
    if name.startswith("check_"):
        gc.collect()
        try:
            getattr(found, name)()
            print(name, "held")
        except Exception as error:
            print(name, "failed")
            sys.print_exception(error)
