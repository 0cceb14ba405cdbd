"""The hazard log (DCB0129): what can go wrong, what stops it, and the tests that show that."""
