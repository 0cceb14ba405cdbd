"""A site's own history through the same evaluation: what would it have said, and to whom?"""
