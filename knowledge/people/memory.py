"""Remember the last turns of each conversation, for a while."""

import json
import logging
from dataclasses import asdict

import redis

from knowledge.types import Turn

_log = logging.getLogger(__name__)
_CHARACTERS_A_TOKEN = 4


def conversation(team: str, channel: str, thread: str) -> str:
    """Return the key of a conversation; it names the channel, so that no direct message is recalled in a channel."""
    return f"{team}:{channel}:{thread}"


class Memory:
    """The conversations kept in Redis; without Redis there is no memory, and no error either."""

    def __init__(self, client: redis.Redis, *, turns: int = 6, tokens: int = 600, seconds: int = 7 * 86_400) -> None:
        """Keep `turns` of a conversation for `seconds` after its last one; recall at most `tokens` of them."""
        self._client = client
        self._turns = turns
        self._tokens = tokens
        self._seconds = seconds

    def recent(self, key: str) -> tuple[Turn, ...]:
        """Return the last turns of the conversation `key`, oldest first."""
        try:
            rows = self._client.lrange(_name(key), -self._turns, -1)
        except redis.RedisError as error:
            _warn("recalled", error)
            return ()
        left = self._tokens * _CHARACTERS_A_TOKEN
        kept: list[Turn] = []
        for row in reversed(rows):  # type: ignore[arg-type, unused-ignore]
            data = json.loads(row)
            turn = Turn(data["question"], data["answer"], tuple(data["documents"]), data.get("sql", ""))
            left -= len(turn.question) + len(turn.answer)
            if left < 0 and kept:
                break
            kept.append(turn)
        return tuple(reversed(kept))

    def remember(self, key: str, turn: Turn) -> None:
        """Add `turn` to the conversation `key`."""
        try:
            with self._client.pipeline() as batch:
                batch.rpush(_name(key), json.dumps(asdict(turn), ensure_ascii=False))
                batch.ltrim(_name(key), -self._turns, -1)
                batch.expire(_name(key), self._seconds)
                batch.execute()
        except redis.RedisError as error:
            _warn("remembered", error)

    def forget(self, key: str) -> None:
        """Drop the conversation `key`."""
        try:
            self._client.delete(_name(key))
        except redis.RedisError as error:
            _warn("forgotten", error)


def _name(key: str) -> str:
    return f"teller:memory:{key}"


def _warn(what: str, error: redis.RedisError) -> None:
    _log.warning("The conversation is not %s: Redis fails (%s)", what, type(error).__name__)
