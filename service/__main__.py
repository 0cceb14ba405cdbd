"""`python -m service` is the `hpp-cds` command."""

from service.cli import main

main()
