"""The clinical core: facts in, reasons out.  Standard library only, no clock, no files."""
