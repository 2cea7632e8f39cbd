"""Kills everything, at random but from a seed, and writes down what it killed when."""

import contextlib
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil
from redis import Redis, RedisError

from launcher import children
from tests.chaos.instance import Instance

WORKERS = ("io1", "io2", "io3")
LATE = 9.0  # seconds that a worker sleeps: longer than a lease and the next sweep together
AWAY = 1.0  # seconds that a server is away


@dataclass
class Monkey:
    """One blow after another: first each kind once, in random order, then as chance has it."""

    instance: Instance
    chance: random.Random
    redis_url: str
    began: float = field(default_factory=time.monotonic)
    diary: list[str] = field(default_factory=list)
    asleep: dict[str, tuple[int, float]] = field(default_factory=dict)
    plan: list[str] = field(default_factory=list)

    @property
    def blows(self) -> dict[str, Callable[[], str]]:
        return {
            "kill a worker": self.kill_worker,
            "kill the cpu worker": lambda: self.kill("cpu"),
            "kill a pool child": self.kill_pool_child,
            "kill a beat": lambda: self.kill(self.chance.choice(["beat1", "beat2"])),
            "stop a worker": self.stop_worker,
            "kill Redis": lambda: self.restart("redis", signal.SIGKILL),
            "flush Redis": self.flush,
            "shut PostgreSQL down at once": lambda: self.restart("postgres", signal.SIGQUIT),
        }

    @property
    def struck_all(self) -> bool:
        """Whether each kind of blow has been dealt."""
        return all(any(f"  {blow}: " in line for line in self.diary) for blow in self.blows)

    def strike(self) -> None:
        """Do one thing that hurts."""
        if not self.plan:
            self.plan = list(self.blows)
            self.chance.shuffle(self.plan)
            if not self.diary:  # the last one is the first; what takes longest begins
                self.plan.sort(key=["stop a worker", "kill a pool child"].__contains__)
        blow = self.plan.pop()
        self.note(f"{blow}: {self.blows[blow]()}")

    def tend(self) -> None:
        """Wake those whose sleep is over, and start again what is gone."""
        for name, (pid, until) in list(self.asleep.items()):
            if time.monotonic() > until:
                self.wake(name, pid)
        for name in self.instance.tend():
            self.note(f"{name} started again")

    def rest(self) -> None:
        """Do no more harm."""
        for name, (pid, _) in list(self.asleep.items()):
            self.wake(name, pid)

    def note(self, text: str) -> None:
        self.diary.append(f"{time.monotonic() - self.began:7.2f} s  {text}")

    def kill_worker(self) -> str:
        return self.kill(self.chance.choice([one for one in WORKERS if one not in self.asleep]))

    def kill(self, name: str) -> str:
        if self.instance.alive(name):
            self.instance.kill(name)
        return name

    def kill_pool_child(self) -> str:
        found = sorted(self.instance.pool_children(), key=lambda one: one.pid)
        if not found:
            return "there is none"
        with contextlib.suppress(psutil.NoSuchProcess):
            self.chance.choice(found).kill()
        return "one of the cpu worker's"

    def stop_worker(self) -> str:
        """Make a worker sleep until its leases are gone, then let it go on."""
        awake = [one for one in WORKERS if one not in self.asleep]
        if len(awake) < 2 or not self.instance.alive(name := self.chance.choice(awake)):
            return "nobody"
        pid = self.instance.running[name].pid
        children.signal_group(pid, signal.SIGSTOP)
        self.asleep[name] = (pid, time.monotonic() + LATE)
        return f"{name}, for {LATE:g} s"

    def wake(self, name: str, pid: int) -> None:
        children.signal_group(pid, signal.SIGCONT)
        del self.asleep[name]
        self.note(f"{name} goes on, late")

    def restart(self, name: str, signum: signal.Signals) -> str:
        self.instance.kill(name, signum)
        time.sleep(self.chance.uniform(0, AWAY))
        self.instance.start_server(name)
        return "and started it again"

    def flush(self) -> str:
        try:
            with Redis.from_url(self.redis_url, socket_timeout=5) as client:
                lost = client.dbsize()
                client.flushall()
        except RedisError as error:
            return str(error)
        return f"{lost} keys are gone"
