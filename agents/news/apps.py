"""The news application."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    """Notifications and webhooks about runs."""

    name = "agents.news"
    label = "news"

    def ready(self) -> None:
        import agents.news.held  # noqa: F401  # what there is of people
        from agents.executions import announcing
        from agents.news import notes, outbox
        from agents.news.models import Endpoint
        from credentials import rotation

        announcing.LISTENERS.extend([notes.of_runs, outbox.of_runs])
        announcing.REVIEW_LISTENERS.extend([notes.of_reviews, outbox.of_reviews])
        rotation.MODELS.append(Endpoint)
