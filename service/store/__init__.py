"""What is remembered between calls: spent token ids, and what operators ask about callers."""


class StoreDown(Exception):
    """The store cannot be asked.  Says nothing of why: database errors quote what was stored."""
