"""Runs: cells that the server executes, whoever looks or not."""
