"""``python manage.py rotate_keys``: the same as ``trellis rotate-keys``, by Django's door."""

from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import TrellisError
from launcher.cli import rotate_keys


class Command(BaseCommand):
    help = "Seals all credentials anew under the present key."

    def add_arguments(self, parser: CommandParser) -> None:
        rotate_keys.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rotate_keys.main(Namespace(**options))
        except TrellisError as error:
            raise CommandError(error.message) from None
