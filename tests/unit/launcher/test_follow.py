from launcher.cli.follow import Event, events

NODE = '{"status": "RUNNING"}'
STREAM = f"""\
id: 1
event: node_execution_event
data: {NODE}

: still running

id: 2
event: graph_execution_event
data: {{"status": "COMPLETED"}}

id: 3
event: graph_exec"""


def test_events_are_read_and_comments_passed_over() -> None:
    assert list(events(iter(STREAM.splitlines()))) == [
        Event(1, "node_execution_event", {"status": "RUNNING"}),
        Event(2, "graph_execution_event", {"status": "COMPLETED"}),
    ]


def test_only_the_end_of_the_graph_ends_the_run() -> None:
    assert Event(1, "graph_execution_event", {"status": "FAILED"}).ends_the_run
    assert not Event(1, "graph_execution_event", {"status": "RUNNING"}).ends_the_run
    assert not Event(1, "node_execution_event", {"status": "FAILED"}).ends_the_run
