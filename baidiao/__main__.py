"""The dispatcher. A room that is not installed (a kiosk has no centre) simply offers no command."""

from importlib.metadata import EntryPoint, entry_points, version

import click


class RoomCommands(click.Group):
    """Commands offered by the rooms; each is imported only when it is used, so that the tool starts at once."""

    def _entry_points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group="baidiao.commands")}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the command names, sorted."""
        return sorted(self._entry_points())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's)
        """Import and return one command, or None when no room offers it."""
        point = self._entry_points().get(cmd_name)
        return None if point is None else point.load()


@click.command(cls=RoomCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("baidiao"), prog_name="baidiao")
def main() -> None:
    """Baidiao: one card, one answer."""


if __name__ == "__main__":
    main()
