from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quotas", "0002_add_quotas")]

    operations = [
        migrations.AlterField(
            model_name="ownrate",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reads", "reads"),
                    ("writes", "writes"),
                    ("starts", "starts"),
                    ("uploads", "uploads"),
                    ("sign_ins", "sign ins"),
                    ("sockets", "sockets"),
                ],
                max_length=16,
            ),
        ),
    ]
