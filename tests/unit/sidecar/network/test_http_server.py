import asyncio
import socket
import ssl
from pathlib import Path

import pytest
from starlette.applications import Starlette

from sidecar.network import http_server
from sidecar.network.certificate import own_certificate
from sidecar.network.http_server import HttpServer
from sidecar.network.listening_socket import ListeningSocket, bind, port_of

pytestmark = pytest.mark.unit


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    monkeypatch.setenv("RSATALKER_STATE", str(tmp_path))
    return own_certificate().server_context()


def test_tls_handshake_that_does_not_come_ends_the_connection(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_server, "HEAD_S", 0.05)

    async def connect_and_say_nothing() -> bytes:
        server, bound = HttpServer(Starlette(), tls), bind("127.0.0.1", 0)
        await server.start([bound])
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(bound))
        async with asyncio.timeout(20):
            heard = await reader.read()
        writer.close()
        await server.stop()
        return heard

    assert asyncio.run(connect_and_say_nothing()) == b""


def test_socket_is_given_back_when_the_server_stops():
    async def serve_for_a_moment() -> int:
        server, bound = HttpServer(Starlette()), bind("127.0.0.1", 0)
        port = port_of(bound)
        await server.start([bound])
        await server.stop()
        return port

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", asyncio.run(serve_for_a_moment())))


def test_answer_does_not_wait_for_an_acknowledgement():
    async def connected() -> list[int]:
        server, bound = HttpServer(Starlette()), bind("127.0.0.1", 0)
        await server.start([bound])
        _reader, writer = await asyncio.open_connection("127.0.0.1", port_of(bound))
        while not server.server_state.connections:
            await asyncio.sleep(0)
        ends = [connection.transport.get_extra_info("socket") for connection in server.server_state.connections]
        options = [end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for end in ends]
        writer.close()
        await server.stop()
        return options

    options = asyncio.run(connected())
    assert len(options) == 1
    assert options[0] != 0


def break_off_as_on_windows(bound: ListeningSocket) -> None:
    """Do what the event loop of Windows does when a connection is reset before it is accepted."""
    asyncio.get_running_loop().remove_reader(bound.fileno())
    bound.close()


async def answer_of(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(20):
        heard = await reader.read()
    writer.close()
    return heard


def test_port_goes_on_answering_after_connections_were_reset_before_they_were_accepted():
    async def served() -> list[bytes]:
        server, bound = HttpServer(Starlette()), bind("127.0.0.1", 0)
        await server.start([bound])
        answers: list[bytes] = []
        for _ in range(2):
            break_off_as_on_windows(bound)
            answers.append(await answer_of(port_of(bound)))
        await server.stop()
        assert bound.fileno() == -1
        return answers

    assert [answer[:12] for answer in asyncio.run(served())] == [b"HTTP/1.1 404"] * 2


def test_server_that_stops_while_it_waits_to_accept_again_gives_its_socket_back():
    async def served() -> int:
        server, bound = HttpServer(Starlette()), bind("127.0.0.1", 0)
        await server.start([bound])
        break_off_as_on_windows(bound)
        await server.stop()
        return bound.fileno()

    assert asyncio.run(served()) == -1
