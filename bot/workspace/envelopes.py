"""Build what Slack pushes to an app: event callbacks, slash commands, interactions."""

import base64
import json
import time
from typing import Any

from bot.workspace.config import APP, BOT_USER, TEAM, TEAM_DOMAIN, Config
from bot.workspace.seed import Person
from bot.workspace.state import new_id

Json = dict[str, Any]


def event_callback(config: Config, event: Json, *, shared: bool = False) -> Json:
    """Wrap `event` as the Events API does; `shared` when its channel is shared with another organisation."""
    context = {"et": event["type"], "tid": TEAM, "aid": APP, "cid": event.get("channel")}
    packed = base64.urlsafe_b64encode(json.dumps(context).encode()).decode().rstrip("=")
    return {
        "token": config.verification_token,
        "team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": f"4-{packed}",
    }


def channel_label(channel: Json) -> str:
    """Return the name that payloads give a channel."""
    labels: dict[str, str] = {"im": "directmessage", "group": "privategroup"}
    return labels.get(channel["kind"]) or str(channel["name"])


def slash_command(
    config: Config, *, channel: Json, user: Person, command: str, text: str, response_url: str, trigger: str
) -> Json:
    """Return the fields of one slash command."""
    return {
        "token": config.verification_token,
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel["id"],
        "channel_name": channel_label(channel),
        "user_id": user.id,
        "user_name": user.handle,
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }


def interaction(config: Config, kind: str, *, user: Person, trigger: str) -> Json:
    """Return what every interaction payload begins with."""
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.handle, "name": user.handle, "team_id": TEAM},
        "api_app_id": APP,
        "token": config.verification_token,
        "trigger_id": trigger,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }
