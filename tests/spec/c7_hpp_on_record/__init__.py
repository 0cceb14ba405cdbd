"""Somebody may have written the diagnosis down already, as certain, as possible, or as excluded."""

title = "Hypophosphatasia in the record"
