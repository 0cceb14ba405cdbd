"""The only place that opens a socket to an EHR.

registered (which servers a client may have asked) -> clients (bases, fetch) -> servers (policy,
session, breaker, queue) -> paging (pages, retry) -> exchange (one GET, judging the answer) ->
transport (sockets, TLS) -> calls (deadline, resolver).
"""
