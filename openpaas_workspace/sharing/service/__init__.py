"""The one permission core: `rights` asks, `tree` keeps places, `grants` shares, `principals` says whose kernel."""
