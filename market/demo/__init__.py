"""A lively market to look at: creators, agents that run, reviews. For trying out and for pictures."""

from market.demo.making import Made, NotForRealPeople, make

__all__ = ["Made", "NotForRealPeople", "make"]
