"""Who calls: tokens, key sets, replay, and what a caller who is refused learns."""
