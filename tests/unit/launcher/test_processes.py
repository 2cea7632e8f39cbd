from launcher.processes import programs


def commands(**environment: str) -> dict[str, tuple[str, ...]]:
    return {one.name: one.command for one in programs("127.0.0.1", "8000", environment)}


def option(command: tuple[str, ...], name: str) -> str:
    return command[command.index(name) + 1]


def test_each_queue_has_its_worker_and_pool() -> None:
    found = commands()

    assert list(found) == ["web", "worker-io", "worker-cpu", "worker-ticks", "beat"]
    assert option(found["worker-io"], "--pool") == "threads"
    assert option(found["worker-cpu"], "--pool") == "prefork"
    assert option(found["worker-ticks"], "--pool") == "threads"


def test_variables_give_the_slots_and_an_empty_one_counts_as_unset() -> None:
    found = commands(WORKER_IO_SLOTS="8", WORKER_CPU_SLOTS="")

    assert option(found["worker-io"], "-c") == "8"
    assert option(found["worker-cpu"], "-c") == "2"


def test_no_proxy_is_trusted_unless_named() -> None:
    name = "--forwarded-allow-ips"

    assert option(commands()["web"], name) == ""
    assert option(commands(TRUSTED_PROXIES="10.0.0.1")["web"], name) == "10.0.0.1"
