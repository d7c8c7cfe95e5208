"""The same over SQLAlchemy's asynchronous engines, as FastAPI services use them."""

import asyncio

import pytest
import requests
from conftest import MARKED, postgres_url
from fastapi import FastAPI
from sqlalchemy import exc, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from test_database import ANSWER, Order, OrderLine

from shadowplane_guard import AsgiGuard, ShadowGuard, ShadowGuardError, guard_sqlalchemy, refuse_bare_psycopg

FROM_LOOPBACK = {"trusted_proxies": ["127.0.0.1"], "environment": {}}


@pytest.fixture(params=["asyncpg", "psycopg"])
def engine_of(request, admin):
    def make(guard=None, **options):
        engine = create_async_engine(postgres_url(request.param), **{"pool_size": 2, "max_overflow": 0, **options})
        return guard_sqlalchemy(guard, engine) if guard else engine

    return make


def order_service(guard, engine):
    app = FastAPI()

    @app.post("/orders")
    async def order():
        async with AsyncSession(engine, expire_on_commit=False) as session:
            order = Order(item="lamp", amount=2)
            session.add(order)
            await session.flush()
            session.add(OrderLine(order_id=order.id, line="line"))
            await session.commit()
            await session.refresh(order)
        async with engine.connect() as connection:
            connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("UPDATE orders SET amount = amount + 1 WHERE id = :id"), {"id": order.id})
        async with engine.begin() as connection:
            row = (await connection.execute(select(Order.item, Order.amount).where(Order.id == order.id))).one()
        return {"item": row.item, "amount": row.amount}

    @app.get("/persisted/{item}")
    async def count(item: str):
        async with engine.connect() as connection:
            return await connection.scalar(select(func.count()).where(Order.item == item))

    if guard:
        app.add_middleware(AsgiGuard, guard=guard)
    return app


@pytest.mark.parametrize(
    ("options", "headers"),
    [({"environment": {"SHADOW_MODE": "true"}}, {}), (FROM_LOOPBACK, MARKED)],
    ids=["SHADOW_MODE=true", "marked"],
)
def test_an_order_service_persists_nothing(engine_of, persisted, serve_asgi, options, headers):
    guard = ShadowGuard(**options)
    base = serve_asgi(order_service(guard, engine_of(guard)))
    if headers:
        assert requests.post(f"{base}/orders", headers=headers).json() == ANSWER
        assert requests.post(f"{base}/orders", headers=headers).json() == ANSWER
        assert guard.suppressed_counts == {"postgres": 6}
        # In real work it sees what everybody sees, over the same connections.
        assert requests.get(f"{base}/persisted/lamp").json() == 0
        assert requests.post(f"{base}/orders").json() == ANSWER
        assert persisted() == ["lamp", "line"]
    else:
        assert requests.post(f"{base}/orders").json() == ANSWER
        assert guard.suppressed_counts == {"postgres": 3}
        assert persisted() == []


def test_the_same_service_persists_without_the_guard(engine_of, persisted, serve_asgi):
    assert requests.post(f"{serve_asgi(order_service(None, engine_of()))}/orders").json() == ANSWER
    assert persisted() == ["lamp", "line"]


def test_tasks_of_one_request_take_turns_on_its_connection(engine_of, persisted):
    async def run():
        guard = ShadowGuard(environment={})
        engine = engine_of(guard)

        async def write(number):
            async with engine.begin() as connection:
                await connection.execute(text("INSERT INTO orders (item) VALUES (:item)"), {"item": f"{number}"})
                await connection.execute(text("SELECT pg_sleep(0.001)"))

        async def request():
            async with guard.shadow():
                await asyncio.gather(*(write(number) for number in range(10)))
                async with engine.connect() as connection:
                    return await connection.scalar(text("SELECT count(*) FROM orders"))

        async def real():
            await write("real")

        counts = await asyncio.gather(request(), request(), real())
        assert engine.pool.checkedout() == 0
        await engine.dispose()
        return counts

    first, second, _ = asyncio.run(run())
    assert {first, second} <= {10, 11}
    assert persisted() == ["real"]


def test_failures_constraints_and_commits_by_text(engine_of, persisted):
    async def run():
        guard = ShadowGuard(environment={})
        engine = engine_of(guard, pool_size=1)
        undo = refuse_bare_psycopg(guard)
        async with guard.shadow():
            async with engine.begin() as connection:
                await connection.execute(text("INSERT INTO orders (item) VALUES ('first')"))
            with pytest.raises(exc.IntegrityError):
                async with engine.begin() as connection:
                    await connection.execute(text("INSERT INTO orders (item) VALUES ('first')"))
            with pytest.raises(exc.IntegrityError):
                async with engine.begin() as connection:
                    await connection.execute(text("INSERT INTO order_lines VALUES (8, 'never')"))
            async with engine.begin() as connection:
                async with connection.begin_nested():
                    await connection.execute(text("INSERT INTO orders (item) VALUES ('nested')"))
                await connection.exec_driver_sql("COMMIT")
                await connection.exec_driver_sql("INSERT INTO orders (item) VALUES ('after')")
                with pytest.raises(ShadowGuardError, match="LISTEN"):
                    await connection.exec_driver_sql("LISTEN x")
            async with engine.connect() as connection:
                items = (await connection.scalars(text("SELECT item FROM orders ORDER BY item"))).all()
        undo()
        await engine.dispose()
        return items

    assert asyncio.run(run()) == ["after", "first", "nested"]
    assert persisted() == []


def test_a_request_that_is_cancelled_leaves_nothing(engine_of, persisted):
    async def run():
        guard = ShadowGuard(environment={})
        engine = engine_of(guard, pool_size=1)
        written = asyncio.Event()

        async def request():
            async with guard.shadow(), engine.begin() as connection:
                await connection.execute(text("INSERT INTO orders (item) VALUES ('x')"))
                written.set()
                await connection.execute(text("SELECT pg_sleep(10)"))

        task = asyncio.create_task(request())
        await written.wait()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with engine.connect() as connection:
            # The only connection of the pool is there again, and is nobody's.
            count = await connection.scalar(text("SELECT count(*) FROM orders"))
        await engine.dispose()
        return count

    assert asyncio.run(asyncio.wait_for(run(), 8)) == 0
    assert persisted() == []
