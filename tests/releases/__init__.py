"""The same patient in every FHIR release that an EHR may speak."""
