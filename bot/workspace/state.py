"""What the workspace knows: channels, messages, files and views, in memory and on disk."""

import secrets
import shutil
import string
import time
from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.workspace import seed
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError
from bot.workspace.records import Records
from bot.workspace.seed import Person

Json = dict[str, Any]
_LETTERS = string.ascii_uppercase + string.digits


def new_id(prefix: str, length: int = 10) -> str:
    """Return a fresh id such as Slack gives."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


def reset(folder: Path) -> None:
    """Forget the conversation in `folder`; secrets stay."""
    for name in ("workspace.db", "workspace.db-wal", "workspace.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "files", ignore_errors=True)


class State:
    """The conversation; every change is written to disk as it is made."""

    def __init__(self, folder: Path) -> None:
        self.records = Records(folder / "workspace.db")
        self.uploads = folder / "files"
        self.uploads.mkdir(parents=True, exist_ok=True)
        self.people = dict(seed.PEOPLE) | {key: Person(**body) for key, body in self.records.all("person")}
        self.channels = dict(self.records.all("channel"))
        self.files = dict(self.records.all("file"))
        self.views = dict(self.records.all("view"))
        self.threads = dict(self.records.all("thread"))
        self._messages: dict[str, dict[str, Json]] = defaultdict(dict)
        self._order: dict[str, list[str]] = defaultdict(list)
        for key, message in self.records.all("message"):
            channel, _, ts = key.partition(" ")
            self._messages[channel][ts] = message
            self._order[channel].append(ts)
        self._last_ts = max((order[-1] for order in self._order.values() if order), default="0")
        for first in seed.channels():
            if first["id"] not in self.channels:
                self.keep_channel(first)

    def next_ts(self) -> str:
        """Return a message timestamp later than every one before."""
        now = f"{time.time():.6f}"
        if now <= self._last_ts:
            now = f"{float(self._last_ts) + 0.000_001:.6f}"
        self._last_ts = now
        return now

    def person(self, user: str) -> Person:
        """Return the person with id `user`.

        Raises:
            ApiError: nobody has that id.
        """
        if user not in self.people:
            raise ApiError("user_not_found")
        return self.people[user]

    def keep_person(self, person: Person) -> None:
        """Write a person, new or changed."""
        self.people[person.id] = person
        self.records.save("person", person.id, asdict(person))

    def channel(self, channel: str, *, seen_by: str) -> Json:
        """Return the channel with that id or name, when `seen_by` may know of it: public, or a member.

        Raises:
            ApiError: there is none, or it is private to others.
        """
        found = self.channels.get(channel) or self._named(channel.removeprefix("#"))
        if not found or (found["kind"] != "channel" and seen_by not in found["members"]):
            raise ApiError("channel_not_found")
        return found

    def _named(self, name: str) -> Json | None:
        return next((each for each in self.channels.values() if name and each["name"] == name), None)

    def channels_of(self, user: str) -> list[Json]:
        """Return the channels that `user` is a member of."""
        return [each for each in self.channels.values() if user in each["members"]]

    def direct(self, user: str) -> Json:
        """Return the direct-message channel between `user` and the bot."""
        for each in self.channels.values():
            if each["kind"] == "im" and set(each["members"]) == {user, BOT_USER}:
                return each
        raise ApiError("user_not_found")

    def keep_channel(self, channel: Json) -> None:
        """Write a channel."""
        self.channels[channel["id"]] = channel
        self.records.save("channel", channel["id"], channel)

    def keep_message(self, channel: str, message: Json) -> None:
        """Write a message, new or changed."""
        ts = message["ts"]
        if ts not in self._messages[channel]:
            insort(self._order[channel], ts)
        self._messages[channel][ts] = message
        self.records.save("message", f"{channel} {ts}", message)

    def drop_message(self, channel: str, ts: str) -> None:
        """Forget a message."""
        del self._messages[channel][ts]
        self._order[channel].remove(ts)
        self.records.remove("message", f"{channel} {ts}")

    def message(self, channel: str, ts: str) -> Json:
        """Return one message.

        Raises:
            ApiError: there is none.
        """
        if ts not in self._messages[channel]:
            raise ApiError("message_not_found")
        return self._messages[channel][ts]

    def messages(self, channel: str) -> Iterator[Json]:
        """Yield every message of `channel`, oldest first."""
        for ts in self._order[channel]:
            yield self._messages[channel][ts]

    def replies(self, channel: str, ts: str) -> list[Json]:
        """Return the replies to the message `ts`, oldest first."""
        return [each for each in self.messages(channel) if each.get("thread_ts") == ts and each["ts"] != ts]

    def shown(self, channel: str, message: Json) -> Json:
        """Return `message` as history shows it: a parent with the summary of its thread."""
        ts = message["ts"]
        replies = self.replies(channel, ts)
        if not replies:
            return dict(message)
        users = list(dict.fromkeys(each["user"] for each in replies))
        return message | {
            "thread_ts": ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "latest_reply": replies[-1]["ts"],
            "reply_users": users[:5],
            "is_locked": False,
            "subscribed": True,
        }

    def keep_file(self, file: Json) -> None:
        """Write what is known about a file."""
        self.files[file["id"]] = file
        self.records.save("file", file["id"], file)

    def drop_file(self, file: str) -> None:
        """Forget a file and its bytes."""
        del self.files[file]
        self.records.remove("file", file)
        (self.uploads / file).unlink(missing_ok=True)

    def keep_view(self, view: Json) -> None:
        """Write a modal or home view."""
        self.views[view["id"]] = view
        self.records.save("view", view["id"], view)

    def drop_view(self, view: str) -> None:
        """Forget a view."""
        self.views.pop(view, None)
        self.records.remove("view", view)

    def keep_thread(self, channel: str, thread_ts: str, **facts: Any) -> Json:
        """Write what an assistant said about a thread (title, prompts, session) and return all of it."""
        key = f"{channel} {thread_ts}"
        self.threads[key] = self.threads.get(key, {"channel": channel, "thread_ts": thread_ts}) | facts
        self.records.save("thread", key, self.threads[key])
        return self.threads[key]
