"""Charts and self-contained pages for reports; drawn by matplotlib (extra `charts`)."""
