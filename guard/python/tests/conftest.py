"""Servers and databases for the tests. `guard/python/python.test.ts` starts PostgreSQL and Kafka and says where they are."""

import json
import os
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

CONTRACT = json.loads((Path(__file__).parents[2] / "contract.json").read_text())
MARKED = {"x-shadow": "true"}

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, item text NOT NULL UNIQUE, amount int CHECK (amount > 0));
CREATE TABLE IF NOT EXISTS order_lines (order_id int REFERENCES orders DEFERRABLE INITIALLY DEFERRED, line text);
CREATE SEQUENCE IF NOT EXISTS numbers;
CREATE OR REPLACE PROCEDURE commit_it() LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO orders (item) VALUES ('p'); COMMIT; END $$;
CREATE OR REPLACE FUNCTION order_it(item text) RETURNS int LANGUAGE sql AS
  $$ INSERT INTO orders (item) VALUES (item) RETURNING id $$;
"""


def postgres_url(driver: str) -> str:
    url = os.environ.get("SHADOWPLANE_TEST_POSTGRES")
    if not url:
        pytest.skip("SHADOWPLANE_TEST_POSTGRES is not set")
    return url.replace("postgres://", f"postgresql+{driver}://")


@pytest.fixture(scope="session")
def admin():
    engine = create_engine(postgres_url("psycopg"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(SCHEMA.replace(":=", "\\:=")))
    return engine


@pytest.fixture
def persisted(admin):
    """What is in the database, by another connection than the guarded ones."""
    with admin.connect() as connection:
        connection.execute(text("TRUNCATE orders, order_lines"))

    def read():
        with admin.connect() as connection:
            rows = connection.execute(text("SELECT item FROM orders UNION ALL SELECT line FROM order_lines"))
            return sorted(item for (item,) in rows)

    return read


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_args):
        pass


@pytest.fixture
def serve_wsgi():
    """Serves an application on a free port of loopback, until the test is over."""
    servers = []

    def serve(app):
        server = make_server("127.0.0.1", 0, app, WSGIServer, QuietHandler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def serve_asgi():
    import uvicorn

    servers = []

    def serve(app):
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", proxy_headers=False))
        started = threading.Event()

        async def run():
            original = server.startup

            async def startup(*args, **kwargs):
                await original(*args, **kwargs)
                started.set()

            server.startup = startup
            await server.serve()

        import asyncio

        thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
        thread.start()
        assert started.wait(20)
        servers.append((server, thread))
        port = server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    yield serve
    for server, thread in servers:
        server.should_exit = True
        thread.join()
