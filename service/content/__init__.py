"""The one reader of content files; every fault at once, by file and key."""
