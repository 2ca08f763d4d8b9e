"""The wire between host and panel: pure, and the same source under CPython (host) and MicroPython (panel).

Therefore only what both know: no ``dataclasses``, ``enum`` or ``typing``; numbers as plain constants; relative imports.
The specification is ``docs/panel-protocol.md``; its section numbers are named where they are carried out.
"""
