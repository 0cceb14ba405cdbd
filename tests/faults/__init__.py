"""A FHIR server that misbehaves in every way of the fault matrix, over real sockets."""
