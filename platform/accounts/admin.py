"""Staff screens of people."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from accounts.models import User


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """Django's screens with the time zone and the limits."""

    fieldsets = (
        *(DjangoUserAdmin.fieldsets or ()),
        ("Place", {"fields": ("time_zone",)}),
        ("Limits", {"fields": ("max_concurrent_executions",)}),
    )
