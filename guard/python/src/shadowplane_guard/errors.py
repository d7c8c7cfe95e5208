"""The one error of the guard."""


class ShadowGuardError(Exception):
    """`code` is `SHADOW_REFUSED` (shadow work was kept from doing something) or `USAGE` (the guard is used wrongly)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def refused(message: str) -> ShadowGuardError:
    return ShadowGuardError("SHADOW_REFUSED", message)


def usage(message: str) -> ShadowGuardError:
    return ShadowGuardError("USAGE", message)
