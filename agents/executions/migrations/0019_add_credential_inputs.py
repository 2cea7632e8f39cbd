from django.db import migrations
from django.db.models.expressions import RawSQL

import kernel.fields


class Migration(migrations.Migration):

    dependencies = [
        ('executions', '0018_add_shares'),
    ]

    operations = [
        migrations.AddField(
            model_name='execution',
            name='credential_inputs',
            field=kernel.fields.JSONText(db_default=RawSQL("'{}'::json", ()), default=dict),
        ),
    ]
