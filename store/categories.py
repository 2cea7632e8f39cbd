"""What listings can be about: a fixed list, so that a filter finds everything of a kind."""

from typing import NamedTuple


class Category(NamedTuple):
    """One of the kinds: its word in addresses and in the API, its name on pages, what is in it."""

    slug: str
    name: str
    about: str


CATEGORIES: tuple[Category, ...] = (
    Category("productivity", "Productivity", "Mails, calendars, notes and lists"),
    Category("marketing", "Marketing", "Campaigns, posts and how they did"),
    Category("sales", "Sales", "Leads, offers and customers"),
    Category("support", "Customer support", "Questions of customers, sorted and answered"),
    Category("content", "Writing and content", "Texts, summaries, translations and pictures"),
    Category("research", "Research", "Found, read and compared for you"),
    Category("data", "Data", "Tables, reports and figures"),
    Category("development", "Development", "Code, tests, releases and incidents"),
    Category("operations", "Operations", "Machines, services and alarms watched over"),
    Category("finance", "Finance", "Invoices, expenses and markets"),
    Category("education", "Education", "Lessons, questions and explanations"),
    Category("personal", "Home and leisure", "Travel, meals, sport and games"),
    Category("other", "Other", "What fits nowhere else"),
)
BY_SLUG = {category.slug: category for category in CATEGORIES}
MOST = 3
"""How many a listing may have: more would say nothing."""


def names(slugs: list[str]) -> list[str]:
    """Return the names of categories; of one that is not there any more, its slug."""
    return [BY_SLUG[slug].name if slug in BY_SLUG else slug for slug in slugs]
