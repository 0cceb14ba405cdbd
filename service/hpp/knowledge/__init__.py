"""What the core judges by: its types, and beside them the content files they are read from."""
