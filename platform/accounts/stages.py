"""What stands between the right password and being signed in."""

from typing import Any

from allauth.account.stages import EmailVerificationStage


class VerificationStage(EmailVerificationStage):  # type: ignore[misc]
    """Asks those who signed up to verify their address.

    Whom an administrator or the command line made was let in by somebody who answers for that,
    and may have no address at all.
    """

    def handle(self) -> tuple[Any, bool]:
        user = self.login.user
        if user is not None and not user.signed_up:
            return None, True
        handled: tuple[Any, bool] = super().handle()
        return handled
