"""The guide of the people who work here, shown in their page."""
