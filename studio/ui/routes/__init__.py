"""HTTP and WebSocket addresses; each hands its named inputs to a handler and nothing more."""
