"""Schema versions from the first table on.  A change of a table is a new file in `versions`."""
