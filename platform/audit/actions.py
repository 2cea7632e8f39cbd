"""What the audit log tells of. Codes are for ever; ``docs/audit.md`` has a row for each."""

from django.db import models


class Action(models.TextChoices):
    """Something that somebody did, or tried."""

    SIGNED_UP = "account.signed_up", "Signed up"
    SIGNED_IN = "account.signed_in", "Signed in"
    SIGN_IN_FAILED = "account.sign_in_failed", "Failed to sign in"
    SIGNED_OUT = "account.signed_out", "Signed out"
    SIGNED_OUT_EVERYWHERE = "account.signed_out_everywhere", "Signed out everywhere"
    PASSWORD_CHANGED = "account.password_changed", "Changed the password"
    PASSWORD_RESET = "account.password_reset", "Set a new password by mail"
    EMAIL_ADDED = "account.email_added", "Added an e-mail address"
    EMAIL_CONFIRMED = "account.email_confirmed", "Verified an e-mail address"
    EMAIL_CHANGED = "account.email_changed", "Changed the e-mail address"
    EMAIL_REMOVED = "account.email_removed", "Removed an e-mail address"
    FACTOR_ADDED = "account.factor_added", "Added a second factor"
    FACTOR_REMOVED = "account.factor_removed", "Removed a second factor"
    FACTOR_RESET = "account.factor_reset", "Made new recovery codes"
    CONNECTED = "account.connected", "Connected another site's account"
    ERASED = "account.erased", "Closed the account, to be deleted"
    EXPORTED = "account.exported", "Asked for an export of the account"
    DISCONNECTED = "account.disconnected", "Disconnected another site's account"

    KEY_CREATED = "key.created", "Made an API key"
    KEY_CHANGED = "key.changed", "Changed an API key"
    KEY_SUSPENDED = "key.suspended", "Suspended an API key"
    KEY_RESUMED = "key.resumed", "Resumed an API key"
    KEY_ROTATED = "key.rotated", "Rotated an API key"
    KEY_REVOKED = "key.revoked", "Revoked an API key"

    CREDENTIAL_ADDED = "credential.added", "Added a credential"
    CREDENTIAL_CHANGED = "credential.changed", "Changed a credential"
    CREDENTIAL_CONNECTED = "credential.connected", "Connected a credential again"
    CREDENTIAL_DELETED = "credential.deleted", "Deleted a credential"

    API_IMPORTED = "api.imported", "Imported an API"
    API_DELETED = "api.deleted", "Deleted an API"

    AGENT_CREATED = "agent.created", "Made an agent"
    AGENT_IMPORTED = "agent.imported", "Imported an agent"
    AGENT_SAVED = "agent.saved", "Saved a version of an agent"
    AGENT_PUBLISHED = "agent.published", "Published a draft of an agent"
    AGENT_RESTORED = "agent.restored", "Restored a version of an agent"
    AGENT_DISCARDED = "agent.discarded", "Discarded a draft of an agent"
    AGENT_ACTIVATED = "agent.activated", "Made a version of an agent the active one"
    AGENT_CHANGED = "agent.changed", "Changed the settings of an agent"
    AGENT_DELETED = "agent.deleted", "Deleted an agent"

    PRESET_CREATED = "preset.created", "Kept a preset"
    PRESET_CHANGED = "preset.changed", "Changed a preset"
    PRESET_DELETED = "preset.deleted", "Deleted a preset"

    SCHEDULE_CREATED = "schedule.created", "Made a schedule"
    SCHEDULE_CHANGED = "schedule.changed", "Changed a schedule"
    SCHEDULE_PAUSED = "schedule.paused", "Paused a schedule"
    SCHEDULE_RESUMED = "schedule.resumed", "Resumed a schedule"
    SCHEDULE_BACKFILLED = "schedule.backfilled", "Asked for runs of times that have passed"
    SCHEDULE_RUN = "schedule.run", "Ran a schedule at once"
    SCHEDULE_DELETED = "schedule.deleted", "Deleted a schedule"

    RUN_STARTED = "run.started", "Started a run"
    RUN_REPLAYED = "run.replayed", "Replayed a run"
    RUN_STOPPED = "run.stopped", "Stopped a run"
    RUN_RETRIED = "run.retried", "Retried a run"
    RUN_REQUEUED = "run.requeued", "Requeued what was stuck"
    RUN_FAILED = "run.failed", "Failed a run or a node by hand"
    RUN_DELETED = "run.deleted", "Deleted a run"
    RUN_SHARED = "run.shared", "Made a link to a run"
    RUN_LINK_REVOKED = "run.link_revoked", "Revoked a link to a run"
    REVIEW_DECIDED = "review.decided", "Decided a review"

    WEBHOOK_ADDED = "webhook.added", "Added a webhook"
    WEBHOOK_CHANGED = "webhook.changed", "Changed a webhook"
    WEBHOOK_DELETED = "webhook.deleted", "Deleted a webhook"

    TRIGGER_ADDED = "trigger.added", "Made a trigger"
    TRIGGER_CHANGED = "trigger.changed", "Changed a trigger"
    TRIGGER_ROTATED = "trigger.rotated", "Gave a trigger a new address"
    TRIGGER_PAUSED = "trigger.paused", "Paused a trigger that does not work"
    TRIGGER_DELETED = "trigger.deleted", "Deleted a trigger"
    TRIGGER_REFUSED = "trigger.call_refused", "Refused a call to a trigger"

    AGENT_COLLECTED = "library.collected", "Took an agent of the store into the library"
    AGENT_UPDATED = "library.updated", "Took a newer version of an agent of the store"
    AGENT_REMOVED = "library.removed", "Took an agent of the store out of the library"
    LISTING_REVIEWED = "listing.reviewed", "Reviewed an agent of the store"
    LISTING_REVIEW_REMOVED = "listing.review_removed", "Took back a review of an agent"
    LISTING_REVIEW_ANSWERED = "listing.review_answered", "Answered a review of an agent"
    LISTING_REVIEW_HIDDEN = "listing.review_hidden", "Hid a review of an agent, or showed it again"
    LISTING_REPORTED = "listing.reported", "Reported an agent of the store, or a review"
    REPORT_RESOLVED = "listing.report_resolved", "Settled reports about agents of the store"
    LISTING_SUBMITTED = "listing.submitted", "Sent an agent to the store"
    LISTING_EDITED = "listing.edited", "Changed what was sent to the store"
    LISTING_WITHDRAWN = "listing.withdrawn", "Took an agent back from the store"
    LISTING_APPROVED = "listing.approved", "Approved an agent for the store"
    LISTING_REJECTED = "listing.rejected", "Rejected an agent for the store"
    LISTING_SUSPENDED = "listing.suspended", "Suspended a listing"
    LISTING_RESTORED = "listing.restored", "Restored a listing"

    FILE_SENT = "file.sent", "Sent a file in"
    FILE_DELETED = "file.deleted", "Deleted a file"

    KNOWLEDGE_DELETED = "knowledge.deleted", "Deleted a collection of knowledge"

    STAFF_ADDED = "staff.added", "Added a row in the administration"
    STAFF_CHANGED = "staff.changed", "Changed a row in the administration"
    STAFF_DELETED = "staff.deleted", "Deleted a row in the administration"
    LOG_EXPORTED = "audit.exported", "Exported the audit log"


def choices() -> list[tuple[str, str]]:
    """Return the codes with their words. Migrations name this function, so that they need not change."""
    return list(Action.choices)
