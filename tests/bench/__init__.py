"""`make bench`: our rows of the design beside peers, in one run, written to bench-results.json."""
