"""What a patient, a token or a FHIR answer holds is left nowhere."""
