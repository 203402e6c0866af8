"""What a connection may send and hold: pure, no sockets."""
