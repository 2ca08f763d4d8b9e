"""The front panel's firmware. Everything but ``board_rp2040`` is pure of hardware and runs under CPython too."""
