"""A record to try the service on: the patient stories as a small read-only FHIR server.

It is there in development mode without clients only, on the address the service listens at.
"""
