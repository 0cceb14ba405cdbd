"""Whole answers where the FHIR server misbehaves: what was seen is said, nothing is silent."""
