"""What goes over a network: Connect over HTTP, TLS, discovery, and motion for other programs."""
