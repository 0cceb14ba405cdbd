"""What became of cards: kept once, joined to what they meant, never lost."""
