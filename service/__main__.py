"""`python -m service` is the `hpp-cds` command."""

from service.commands.cli import main

main()
