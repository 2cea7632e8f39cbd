"""``python manage.py up``: the same as ``trellis up``, for those who come by Django's door."""

from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import TrellisError
from launcher import up


class Command(BaseCommand):
    help = "Runs web, workers and beat, with embedded PostgreSQL and Redis where none are given."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        up.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            up.main(Namespace(**options))
        except TrellisError as error:
            raise CommandError(error.message) from None
