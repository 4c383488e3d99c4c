"""What grows on a head: skin, lips, eyes, lashes, brows, hair, teeth and clothes, each as Gaussians at rest."""
