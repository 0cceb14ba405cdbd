"""The `hpp-cds` command.  Thin: each command calls one function."""
