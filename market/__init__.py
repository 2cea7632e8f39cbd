"""The public side of the store: found, looked at and taken without a sign-in.

Nothing here says what everybody may see: that is `store.models.Listing.objects.public()`, and every
question begins with it.
"""
