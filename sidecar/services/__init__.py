"""One file a gRPC service: check, call, answer."""
