"""Every state, action and role together: what may be done, and what comes of it."""

from itertools import chain, combinations, product

import pytest

from store.moderation import OF_CREATORS, OPEN, Action, Role, State, after, may

ROLES = [frozenset(some) for some in chain(*(combinations(Role, n) for n in range(len(Role) + 1)))]
ENDS = {State.REJECTED, State.WITHDRAWN}

EXPECTED = {
    (Action.EDIT, State.DRAFT): State.DRAFT,
    (Action.EDIT, State.PENDING): State.PENDING,
    (Action.SUBMIT, State.DRAFT): State.PENDING,
    (Action.WITHDRAW, State.DRAFT): State.WITHDRAWN,
    (Action.WITHDRAW, State.PENDING): State.WITHDRAWN,
    (Action.WITHDRAW, State.APPROVED): State.WITHDRAWN,
    (Action.APPROVE, State.PENDING): State.APPROVED,
    (Action.REJECT, State.PENDING): State.REJECTED,
    **{(Action.SUSPEND, state): state for state in State},
}


@pytest.mark.parametrize(("action", "state"), list(product(Action, State)))
def test_what_comes_of_an_action_while_the_listing_is_not_suspended(
    action: Action, state: State
) -> None:
    assert after(action, state) == EXPECTED.get((action, state))


@pytest.mark.parametrize(("action", "state"), list(product(Action, State)))
def test_a_suspended_listing_is_restored_before_it_is_approved_and_nothing_else_differs(
    action: Action, state: State
) -> None:
    expected = {
        Action.APPROVE: None,
        Action.SUSPEND: None,
        Action.RESTORE: state,
    }.get(action, EXPECTED.get((action, state)))

    assert after(action, state, suspended=True) == expected


@pytest.mark.parametrize("state", sorted(ENDS))
def test_nothing_leads_out_of_an_end(state: State) -> None:
    assert {
        after(action, state, suspended=flag) for action in Action for flag in (True, False)
    } <= {
        None,
        state,
    }


def test_what_is_open_is_what_can_still_be_edited() -> None:
    assert {state for state in State if after(Action.EDIT, state) is not None} == OPEN


@pytest.mark.parametrize(("action", "roles"), list(product(Action, ROLES)))
def test_who_may(action: Action, roles: frozenset[Role]) -> None:
    if action in OF_CREATORS:
        expected = Role.CREATOR in roles
    else:
        expected = Role.ADMINISTRATOR in roles or roles == {Role.MODERATOR}

    assert may(action, roles) == expected
