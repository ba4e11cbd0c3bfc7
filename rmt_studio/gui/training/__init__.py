"""Windows that bring accuracy back: fine-tuning, and prune-restore cycles."""
