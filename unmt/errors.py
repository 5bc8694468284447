"""The errors that unmt raises on purpose.

UnmtError
└── InputError    the user's input or configuration is wrong: one line, what and what to do; exit status 2
"""


class UnmtError(Exception):
    """Any error that unmt raises knowingly."""


class InputError(UnmtError):
    """Bad input or configuration. The message is one line: what is wrong, where, and what to do about it."""
