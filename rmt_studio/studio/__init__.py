"""The open document and the jobs that work on it (no Qt)."""
