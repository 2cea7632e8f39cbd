"""Take the names of people from lines that were written before names were left out of them.

The log refuses UPDATE. For this transaction its function allows it: nobody else sees that, and no line
is locked for those who add some.
"""

from django.conf import settings
from django.db import migrations

# Rows of people, and such as hang on their accounts: what they were called may be what a person was called.
OF_PEOPLE = (
    *("accounts.user", "accounts.export", "account.emailaddress", "mfa.authenticator"),
    *("usersessions.usersession", "socialaccount.socialaccount", "socialaccount.socialtoken"),
    *("token_blacklist.outstandingtoken", "token_blacklist.blacklistedtoken"),
    *("quotas.ownrate", "quotas.ownquota", "quotas.usage"),
)
FUNCTION = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {allowed}
  IF TG_OP = 'DELETE' AND OLD.created
     < NULLIF(current_setting('trellis.audit_purge_before', true), '')::timestamptz THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'The audit log is only added to: %% is refused.', TG_OP
    USING ERRCODE = 'restrict_violation';
END
$$;
"""
ALLOWING = FUNCTION.format(allowed="IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;")
REFUSING = FUNCTION.format(allowed="")
FORGET = "UPDATE audit_entry SET object_label = '' WHERE object_type = ANY(%s) AND object_label <> ''"
# Django's own log of the administration; keys and files have names of their own.
FORGET_ELSEWHERE = """
UPDATE django_admin_log line SET object_repr = type.model || ' ' || COALESCE(line.object_id, '')
FROM django_content_type type
WHERE type.id = line.content_type_id AND type.app_label || '.' || type.model = ANY(%s)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            [
                (ALLOWING, []),
                (FORGET, [list(OF_PEOPLE)]),
                (REFUSING, []),
                (FORGET_ELSEWHERE, [list(OF_PEOPLE)]),
            ],
            migrations.RunSQL.noop,
        ),
    ]
