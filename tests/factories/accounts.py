"""People."""

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from accounts.models import User


class UserFactory(DjangoModelFactory[User]):
    """A person without a password: hashing one takes longer than most tests."""

    class Meta:
        model = User

    username = Sequence("person{}".format)
    password = "!"
