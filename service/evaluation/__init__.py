"""The way of one request, and the judgement alone: nothing here knows HTTP."""
