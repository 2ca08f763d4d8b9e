"""Starts Chromium as the kiosk's screen. Thin: what each flag is for, and nothing else."""

from pathlib import Path

FLAGS = (
    "--kiosk",  # full screen, no window to leave
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-translate",
    "--disable-infobars",
    "--disable-session-crashed-bubble",  # after a power cut it must not ask whether to restore
    "--disable-pinch",  # the page has its own text sizes
    "--overscroll-history-navigation=0",  # a swipe is not "back"
    "--autoplay-policy=no-user-gesture-required",  # the time-out warning may be heard
    "--disable-background-networking",  # the browser itself talks to nobody
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--metrics-recording-only",
    "--disable-features=Translate,MediaRouter,OptimizationHints",
    "--password-store=basic",
    "--disk-cache-size=1048576",  # nothing worth keeping; SD cards wear out
)


def browser_command(program: str, screen_url: str, profile: Path, extra: tuple[str, ...] = ()) -> list[str]:
    """Return the command line. Pure.

    Args:
        program: Path or name of Chromium.
        screen_url: Where the screen is served.
        profile: A fresh, empty directory, thrown away afterwards.
        extra: Further flags, e.g. ``--window-size=1280,800``.
    """
    return [program, *FLAGS, f"--user-data-dir={profile}", *extra, f"--app={screen_url}"]
