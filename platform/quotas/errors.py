"""How somebody is told that it is enough."""

from kernel.errors import TrellisError
from quotas.policy import Verdict, members, sentence


class RateLimited(TrellisError):
    """There were too many requests in a short time. Try again later."""

    code = "rate_limited"
    status = 429

    @classmethod
    def of(cls, verdict: Verdict) -> "RateLimited":
        """Return the refusal that says which limit was reached and when it opens."""
        return cls(sentence(verdict), members=members(verdict))
