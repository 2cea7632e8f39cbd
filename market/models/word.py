"""Words that names of agents are made of, for what people misspell."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

LONGEST_WORD = 40


class Word(models.Model):
    """A word, and what is left of it when one letter is missing: see `market.spelling`.

    It may come from a listing that nobody may see any more, so a suggestion is made only after a
    search has found something public by it.
    """

    text = models.CharField(max_length=LONGEST_WORD, primary_key=True)
    variants = ArrayField(models.CharField(max_length=LONGEST_WORD))

    class Meta:
        indexes = [
            # Which words are spelled about like this one.
            GinIndex(fields=["variants"], name="word_variants"),
        ]

    def __str__(self) -> str:
        return self.text
