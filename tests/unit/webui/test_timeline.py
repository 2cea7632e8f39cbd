"""Bars of node executions."""

from webui.timeline import Bar, Spans


def test_a_node_execution_that_was_never_queued_has_no_bar() -> None:
    assert list(Spans().bars(1000)) == []


def test_bars_lie_where_their_time_was() -> None:
    spans = Spans(queued=100, started=200, ended=700, slept=((300, 500),))

    assert list(spans.bars(1000)) == [
        Bar("queued", 100, 100),
        Bar("ran", 200, 500),
        Bar("slept", 300, 200),
    ]


def test_what_has_not_ended_goes_on_to_the_right_end() -> None:
    assert list(Spans(queued=0, started=500, slept=((750, None),)).bars(1000)) == [
        Bar("queued", 0, 500),
        Bar("ran", 500, 500),
        Bar("slept", 750, 250),
    ]


def test_what_waits_for_a_worker_is_queued_up_to_now() -> None:
    assert list(Spans(queued=400).bars(800)) == [Bar("queued", 500, 500)]


def test_what_took_no_time_can_be_seen() -> None:
    assert list(Spans(queued=0, started=0, ended=0).bars(1000)) == [
        Bar("queued", 0, 0),
        Bar("ran", 0, 4),
    ]
    assert list(Spans(started=1000, ended=1000).bars(1000)) == [Bar("ran", 996, 4)]


def test_clocks_that_differ_leave_no_bar_outside() -> None:
    assert list(Spans(queued=-50, started=-20, ended=2000).bars(1000)) == [
        Bar("queued", 0, 0),
        Bar("ran", 0, 1000),
    ]


def test_the_script_reads_the_same_moments() -> None:
    assert Spans(queued=1, started=2, slept=((3, None),)).as_json == (
        '{"queued":1,"started":2,"ended":null,"slept":[[3,null]]}'
    )
