"""Mesh in, Gaussians out: what a head looks like."""
