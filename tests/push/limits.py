"""Settings of the push socket for one test."""


def limits(**values):
    """Mark a test with limits of its own."""

    def mark(function):
        function.limits = values
        return function

    return mark
