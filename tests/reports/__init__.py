"""What the store says: figures, exports, the page, and the audit file."""
