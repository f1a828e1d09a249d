"""What `python -m classifier.ml` can do, one file a command.

Each has a docstring whose first line is its help, `add_arguments(parser)` and `run(options)`, which returns what is printed
and whether that is complete.
"""
