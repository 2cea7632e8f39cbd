from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quotas', '0003_add_rates_of_sockets'),
    ]

    operations = [
        migrations.AlterField(
            model_name='ownrate',
            name='kind',
            field=models.CharField(choices=[('reads', 'reads'), ('writes', 'writes'), ('starts', 'starts'), ('uploads', 'uploads'), ('sign_ins', 'sign ins'), ('connections', 'connections'), ('sockets', 'sockets')], max_length=16),
        ),
    ]
