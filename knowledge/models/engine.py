"""Run llama.cpp inside this process, on a loopback port that only its key opens."""

import atexit
import os
import secrets
from pathlib import Path
from typing import Any, Self

import httpx
import xllamacpp

from knowledge.errors import UnavailableError

READ_TOKENS = 64  # Stop takes effect between batches while a prompt is read: small ones keep it quick, at no cost.
_WAKE = 300.0  # Seconds for the first word, on a machine that is busy.
_PROMPT_CACHE_MB = 512  # Constant prompts that alternate stay read.


class LlamaEngine:
    """A llama.cpp server of one slot; make it with `start`, end it with `close` (or let the process end)."""

    def __init__(self, server: Any, *, key: str, name: str) -> None:
        self._server = server
        self.url = f"{server.listening_address}/v1"
        self.key = key
        self.name = name
        atexit.register(self.close)

    @classmethod
    def start(cls, path: Path, *, threads: int = 0, context: int = 4096) -> Self:
        """Load the weights at `path` and serve them.

        Args:
            path: A GGUF file.
            threads: Cores to compute on; 0 leaves one core to the others. More than are free make it far slower.
            context: Tokens of prompt and answer together.

        Raises:
            UnavailableError: the weights are missing or cannot be loaded.
        """
        if not path.is_file():
            raise UnavailableError(
                f"The language model's weights are not at {path}. Run `teller models pull {path.parent.name}`."
            )
        key = secrets.token_urlsafe(32)
        try:
            server = xllamacpp.Server(_parameters(path, key=key, threads=threads, context=context))
        except RuntimeError as error:
            raise UnavailableError(
                f"The language model at {path} cannot be loaded ({error}). Run `teller models pull {path.parent.name}`."
            ) from error
        engine = cls(server, key=key, name=path.stem)
        engine._wake()
        return engine

    def _wake(self) -> None:
        # Its first word shows that the model works; and a server closed before it ever worked would hang.
        task = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            httpx.post(f"{self.url}/chat/completions", json=task, headers=headers, timeout=_WAKE).raise_for_status()
        except httpx.HTTPError as error:
            raise UnavailableError(f"The language model was loaded but does not answer ({error}).") from error

    def healthy(self, *, timeout: float = 2.0) -> bool:
        """Tell whether the server answers."""
        if self._server is None:
            return False
        try:
            return httpx.get(f"{self.url.removesuffix('/v1')}/health", timeout=timeout).is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Stop the server and free its memory; closing twice does no harm."""
        atexit.unregister(self.close)
        self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def spare_cores() -> int:
    """Return the cores that this process may use less one, at least one."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable - 1)


def _parameters(path: Path, *, key: str, threads: int, context: int) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.n_ctx = context
    parameters.n_parallel = 1  # Two slots halve the context and stall each other.
    parameters.n_batch = parameters.n_ubatch = READ_TOKENS
    parameters.n_threads_http = 3
    parameters.cache_prompt = True
    parameters.cache_ram_mib = _PROMPT_CACHE_MB
    parameters.ui = parameters.endpoint_slots = parameters.endpoint_props = False
    parameters.verbosity = 0
    for cpu in (parameters.cpuparams, parameters.cpuparams_batch):
        cpu.n_threads = threads or spare_cores()
        cpu.poll = 0  # Waiting threads would otherwise burn the cores that the others need.
    return parameters
