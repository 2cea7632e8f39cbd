"""Refusals of the store."""

from kernel.errors import Conflict, NotFound, TrellisError


class InvalidListing(TrellisError):
    """The listing cannot be kept like this. `errors` says what is wrong with which field."""

    code = "invalid_listing"


class SlugTaken(Conflict):
    """Another listing of yours has this slug. Choose another one."""

    code = "slug_taken"


class SubmissionOpen(Conflict):
    """A version of this listing waits already. Edit that one, or withdraw it."""

    code = "submission_open"


class SubmissionClosed(Conflict):
    """This version of the listing was decided or withdrawn. Submit a new one."""

    code = "submission_closed"


class SubAgentNotPublic(TrellisError):
    """The agent runs another one that is neither yours nor in the store."""

    code = "sub_agent_not_public"


class NotDecidable(Conflict):
    """This version cannot be decided about as it is."""

    code = "not_decidable"


class AlreadyDecided(NotDecidable):
    """Somebody else was faster: this version is decided already."""

    code = "already_decided"


class ListingSuspended(NotDecidable):
    """The listing is suspended. Restore it first."""

    code = "listing_suspended"


class NotScreened(NotDecidable):
    """What was found in this version is not there yet. Try again in a moment."""

    code = "not_screened"


class SubmissionChanged(NotDecidable):
    """The version was edited since you looked at it. Look again, then decide."""

    code = "submission_changed"


class NotYours(TrellisError):
    """This is not for you to decide: moderators leave their own agents to others."""

    code = "own_listing"
    status = 403


class TooManyPictures(Conflict):
    """You have as many unused pictures as one may have. Use or wait for those to go."""

    code = "too_many_pictures"


class PictureMissing(NotFound):
    """There is no such picture, or it is not yours. Send it to `/api/v1/store/submissions/media/`."""


class ModeratorsOnly(TrellisError):
    """Only moderators may do this."""

    code = "moderators_only"
    status = 403
