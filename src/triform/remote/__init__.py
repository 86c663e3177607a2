"""Code that a checkpoint brings along: run only where the user says so, for that very revision."""
