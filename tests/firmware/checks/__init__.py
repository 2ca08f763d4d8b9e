"""Checks that run under CPython and under MicroPython alike: plain functions named ``check_…`` with plain asserts."""
