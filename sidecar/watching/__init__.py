"""What clients without shared memory see of a conversation: this process reads its own regions for them."""
