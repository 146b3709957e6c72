"""The front door."""

from __future__ import annotations

from bot.cli.app import app


def main() -> None:
    app()


if __name__ == "__main__":
    main()
