"""``python manage.py purge``: the same as ``trellis purge``, for those who come by Django's door."""

from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import TrellisError
from launcher.cli import purge


class Command(BaseCommand):
    help = "Removes runs that are older than they may become, and prints what that was."

    def add_arguments(self, parser: CommandParser) -> None:
        purge.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            purge.main(Namespace(**options))
        except TrellisError as error:
            raise CommandError(error.message) from None
