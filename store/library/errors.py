"""What the library and the reviews refuse."""

from kernel.errors import Conflict, TrellisError


class NotRun(TrellisError):
    """Only people who ran this agent to its end may review it. Run it first."""

    code = "review_needs_a_run"
    status = 403


class OwnListing(TrellisError):
    """This is your own agent, and others are to say what they think of it."""

    code = "own_agent_reviewed"
    status = 403


class TooManyReports(TrellisError):
    """You have reported much today. What you sent is being looked at; go on tomorrow."""

    code = "too_many_reports"
    status = 429


class NothingNewer(Conflict):
    """There is no newer version of this agent."""

    code = "no_update"


class UpdateChanged(Conflict):
    """Another version is the newest by now. Look at what it asks for, and decide again."""

    code = "update_changed"


class FolderExists(Conflict):
    """You have a folder of this name."""

    code = "folder_exists"


class TooManyFolders(Conflict):
    """You have as many folders as one may have. Delete one that you do not need."""

    code = "too_many_folders"


class NotCollected(Conflict):
    """This is your own agent: it stays in your library as long as you have it."""

    code = "own_agent"
