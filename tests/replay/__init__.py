"""A site's history through the same evaluation; needs the packages of the extra `replay`."""
