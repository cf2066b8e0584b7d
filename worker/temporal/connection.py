"""The way to a Temporal server: TEMPORAL_* and profiles first, then the embedded server of the state folder."""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfigProfile
from temporalio.runtime import Runtime
from temporalio.service import TLSConfig

from worker.errors import NoTemporalKnown, ProfileInvalid, TemporalUnreachable
from worker.settings.sources import variables_of_text
from worker.state import StateFolder
from worker.temporal.runtime import shared_runtime

_WITHIN = timedelta(seconds=3)
_REASON_LENGTH = 200


@dataclass(frozen=True)
class TemporalTarget:
    """A server and how to talk to it. `source` says who named it, for the sentence when no server answers."""

    address: str
    source: str
    namespace: str = "default"
    tls: bool | TLSConfig | None = None
    api_key: str | None = field(default=None, repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)


def find_target(
    state: StateFolder, *, environment: Mapping[str, str] | None = None, api_key_file: Path | None = None
) -> TemporalTarget:
    """The server that TEMPORAL_* or a Temporal profile names, else the embedded one of this state folder.

    The files that they name, and the API key in `api_key_file`, are read as they are now. The embedded server has one
    namespace and takes no keys, so nothing else of a profile without address is used.

    Raises:
        ProfileInvalid: TEMPORAL_* or the profile file are wrong.
        NoTemporalKnown: no server is named.
    """
    given = variables_of_text(os.environ if environment is None else environment)
    try:
        profile = _with_api_key(ClientConfigProfile.load(override_env_vars=given), api_key_file)
        options = profile.to_client_connect_config()
    except Exception as error:  # the SDK's ConfigError is not public; a certificate may be missing
        named = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
        raise ProfileInvalid(f"{error}{named}") from error
    if profile.address:
        return TemporalTarget(
            address=profile.address,
            source="TEMPORAL_ADDRESS" if given.get("TEMPORAL_ADDRESS") else "the Temporal profile file",
            namespace=options.get("namespace", "default"),
            tls=options.get("tls"),
            api_key=options.get("api_key"),
            metadata=options.get("rpc_metadata", {}),
        )
    server = state.read_server()
    if server is None:
        raise NoTemporalKnown(state.path)
    return TemporalTarget(address=server.address, source=f"the last `finops run` in {state.path}")


def find_address(state: StateFolder, *, environment: Mapping[str, str] | None = None) -> str:
    """The address of that server alone, empty where none is named. No certificate and no key is read for it."""
    given = variables_of_text(os.environ if environment is None else environment)
    try:
        address = ClientConfigProfile.load(override_env_vars=given).address
    except Exception:  # noqa: BLE001 - as above; what is wrong with the profile is told where it is used to connect
        address = given.get("TEMPORAL_ADDRESS")
    server = None if address else state.read_server()
    return address or ("" if server is None else server.address)


async def connect(
    state: StateFolder,
    *,
    environment: Mapping[str, str] | None = None,
    runtime: Runtime | None = None,
    within: timedelta = _WITHIN,
    converter: DataConverter = pydantic_data_converter,
    interceptors: Sequence[Interceptor] = (),
    api_key_file: Path | None = None,
) -> Client:
    """A client of the server that `find_target` finds; `converter` is `build_converter`'s where payloads are encrypted.

    Raises:
        ConnectionFailed: no server is known, or none answers `within` the time.
    """
    target = find_target(state, environment=environment, api_key_file=api_key_file)
    return await connect_to(target, runtime=runtime, within=within, converter=converter, interceptors=interceptors)


async def connect_to(
    target: TemporalTarget,
    *,
    runtime: Runtime | None = None,
    within: timedelta = _WITHIN,
    converter: DataConverter = pydantic_data_converter,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """A client of this very server, whatever TEMPORAL_* say: for `finops run` and its embedded one.

    The SDK ignores the proxy variables, which is right for a loopback address and has been tried.

    Raises:
        TemporalUnreachable: no answer `within` the time, or not that of a Temporal server.
    """
    try:
        async with asyncio.timeout(within.total_seconds()):
            return await Client.connect(
                target.address,
                namespace=target.namespace,
                tls=target.tls,
                api_key=target.api_key,
                rpc_metadata=target.metadata,
                data_converter=converter,
                interceptors=interceptors,
                runtime=runtime or shared_runtime(),
            )
    except TimeoutError as error:
        reason = f"no answer within {within.total_seconds():g} s"
        raise TemporalUnreachable(target.address, target.source, reason) from error
    except (RuntimeError, ValueError) as error:  # what the SDK raises where nobody listens, and for a bad address
        raise TemporalUnreachable(target.address, target.source, _shorten(str(error))) from error


def _with_api_key(profile: ClientConfigProfile, file: Path | None) -> ClientConfigProfile:
    """The profile with the key in the file. Raises OSError, ValueError."""
    if file is None:
        return profile
    if profile.api_key:
        raise ValueError("TEMPORAL_API_KEY and FINOPS_TEMPORAL_API_KEY_FILE both give an API key; set one of them")
    key = file.read_text(encoding="utf-8").strip()
    if not key:
        raise ValueError(f"{file}, which FINOPS_TEMPORAL_API_KEY_FILE names, is empty")
    return replace(profile, api_key=key)


def _shorten(message: str) -> str:
    """The sentence inside the nested structures the SDK prints."""
    quoted = re.search(r'(?:message|error): "([^"]+)"', message)
    return (quoted.group(1) if quoted else message)[:_REASON_LENGTH]
