"""Requests that nobody would send: `python -m tests.fuzz --count 1000000`.

A base request is a story, a capture or drawn by Hypothesis (strategies.py); it is damaged many
times, cheaply (mutate.py, mutate_bytes.py), marked (canary.py), sent to the whole application
(caller.py, wire.py), and every answer is judged (judge.py).  play.py makes turns of all that.
"""
