"""The push socket: one per window, durable events with resume, ephemeral values apart."""
