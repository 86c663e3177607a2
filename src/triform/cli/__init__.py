"""The command line: `triform run | explain | list | convert`."""

from triform.cli.app import main as main
