"""The FHIR edge: from what an EHR sent to a Chart, field by field and tolerant."""
