"""Gaussians in, frame out: colour, alpha and depth for one or two eyes."""
