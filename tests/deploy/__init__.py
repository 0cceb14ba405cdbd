"""The edge as it is deployed: real processes, real sockets, real signals."""
