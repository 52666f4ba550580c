"""``python -m edgeunet`` is the ``edgeunet`` command."""

from edgeunet.cli import main

main()
