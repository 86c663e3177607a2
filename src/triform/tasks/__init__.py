"""What the command line runs: a task on texts, with whichever backend is installed."""
