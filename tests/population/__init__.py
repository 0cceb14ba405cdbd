"""A folder of a FHIR bulk export, each patient judged once."""
