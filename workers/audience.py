"""Decide whose documents a reply may rest on: those that everyone who can read the reply may see."""

import logging

from knowledge.errors import TransientError
from knowledge.types import PUBLIC, Audience
from workers.request import Request
from workers.slack import Slack, SlackRefusedError

log = logging.getLogger(__name__)

NOBODY_IN_PARTICULAR = Audience(frozenset({PUBLIC}))


def audience_of(request: Request, slack: Slack) -> Audience:
    """Return the places whose documents may be used; whatever is unknown narrows them to the public ones."""
    if request.channel_type == "cli":
        return audience_from_shell(slack, user=request.user, channel=request.channel)
    try:
        if not request.user or slack.is_guest(request.user):
            return NOBODY_IN_PARTICULAR
        if request.channel_type == "im":
            return _audience_in_private(request, slack)
        if request.channel_type in ("channel", "group", "mpim"):
            return _audience_in_channel(request.user, request.channel, slack)
    except (SlackRefusedError, TransientError) as error:
        log.warning("Request %s is answered from public documents only: %s", request.reference, error)
    return NOBODY_IN_PARTICULAR


def places_of_upload(request: Request) -> tuple[str, ...]:
    """Return the places that may see a file dropped there: the channel, or its sender when sent in private."""
    if request.channel_type == "im":
        return (request.user,) if request.user else ()
    if request.channel_type == "cli":
        return (request.channel or PUBLIC,)
    return (request.channel,)


def audience_words(request: Request) -> str:
    """Say who can ask about a file dropped there."""
    if request.channel_type == "im":
        return "only you, in direct messages with me"
    if request.channel_type == "cli":
        return "everyone" if request.channel in ("", PUBLIC) else f"the members of {request.channel}"
    return "the members of this channel, here and in direct messages with me"


def audience_from_shell(slack: Slack, *, user: str = "", channel: str = "") -> Audience:
    """Return what `user` would see when asking in `channel`, or in private when none is named."""
    try:
        if user and slack.is_guest(user):
            return NOBODY_IN_PARTICULAR
        if channel and channel != PUBLIC:
            return _audience_in_channel(user, channel, slack)
        if user:
            return Audience(frozenset({PUBLIC, user, *slack.channels_of(user)}))
    except (SlackRefusedError, TransientError) as error:
        log.warning("A question from the shell is answered from public documents only: %s", error)
    return NOBODY_IN_PARTICULAR


def _audience_in_private(request: Request, slack: Slack) -> Audience:
    # A direct message that others read is none, whatever the event called it.
    if not slack.members(request.channel) <= {request.user, slack.user}:
        return NOBODY_IN_PARTICULAR
    return Audience(frozenset({PUBLIC, request.user, *slack.channels_of(request.user)}))


def _audience_in_channel(user: str, channel: str, slack: Slack) -> Audience:
    # Whoever asks must be able to read the channel, or the reply would tell them what is in it.
    if user and user not in slack.members(channel):
        return NOBODY_IN_PARTICULAR
    if slack.is_shared(channel) or slack.has_guests(channel):
        return NOBODY_IN_PARTICULAR
    return Audience(frozenset({PUBLIC, channel}))
