"""The clinical decision table said again, plainly, to check the engine against."""
