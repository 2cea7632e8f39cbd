"""Forget what need not be known any longer."""

from datetime import datetime, timedelta

from django.conf import settings

from market.models import SearchTerm


def forget_old_searches(moment: datetime) -> int:
    """Remove what was searched for longer ago than is kept; return how many rows went."""
    before = (moment - timedelta(days=settings.MARKET_SEARCH_DAYS)).date()
    gone, _ = SearchTerm.objects.filter(day__lt=before).delete()
    return gone
