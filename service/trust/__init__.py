"""Who calls?  A client JWT -> the configured client, or one refusal for every cause.

tokens (what was sent) -> gate (is it one of our clients?) -> claims, keys, key_sets (is it true?)
-> the spent tokens of `keep` (was it used before?).
"""
