"""The database engine of this instance: Django's for PostgreSQL, with a look at what is pooled."""
