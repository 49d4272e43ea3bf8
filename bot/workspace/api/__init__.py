"""The Web API methods, one module a family."""

from bot.workspace.api import (
    assistant as assistant,
)
from bot.workspace.api import (
    chat as chat,
)
from bot.workspace.api import (
    conversations as conversations,
)
from bot.workspace.api import (
    files as files,
)
from bot.workspace.api import (
    people as people,
)
from bot.workspace.api import (
    reactions as reactions,
)
from bot.workspace.api import (
    streams as streams,
)
from bot.workspace.api import (
    views as views,
)
from bot.workspace.api.call import METHODS, Call, Method

__all__ = ["METHODS", "Call", "Method"]
