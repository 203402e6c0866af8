"""The page behind a link to an object."""
