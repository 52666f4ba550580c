"""The ``edgeunet`` command; ``python -m edgeunet`` is the same. Ctrl-C ends it in one line, even while it starts."""

from __future__ import annotations

import os


def main() -> None:
    """Import the command line and run it."""
    try:
        from edgeunet.cli import main as run

        run()
    except KeyboardInterrupt:  # before `run` could take it, or after it had ended
        os.write(2, b"edgeunet: interrupted\n")
        os._exit(130)


if __name__ == "__main__":
    main()
