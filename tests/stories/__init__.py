"""The patient stories and their golden answers."""
