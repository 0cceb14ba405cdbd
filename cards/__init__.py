"""Assessment -> cards: choose a text, fill its blanks.  Nothing clinical is decided here."""
