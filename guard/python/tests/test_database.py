"""An order service on a real PostgreSQL, over each synchronous driver."""

import threading

import pytest
import requests
from conftest import MARKED, postgres_url
from flask import Flask, jsonify
from sqlalchemy import ForeignKey, create_engine, event, exc, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shadowplane_guard import ShadowGuard, ShadowGuardError, WsgiGuard, guard_sqlalchemy, refuse_bare_psycopg

FROM_LOOPBACK = {"trusted_proxies": ["127.0.0.1"], "environment": {}}


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str]
    amount: Mapped[int | None]


class OrderLine(Base):
    __tablename__ = "order_lines"
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    line: Mapped[str] = mapped_column(primary_key=True)


@pytest.fixture(params=["psycopg", "psycopg2"])
def engine_of(request, admin):
    engines = []

    def make(guard=None, max_transaction_ms=30_000, **options):
        engine = create_engine(postgres_url(request.param), **{"pool_size": 4, "max_overflow": 0, **options})
        engines.append(engine)
        return guard_sqlalchemy(guard, engine, max_transaction_ms=max_transaction_ms) if guard else engine

    yield make
    for engine in engines:
        assert engine.pool.checkedout() == 0
        engine.dispose()


def guard_of():
    return ShadowGuard(environment={})


def code_of(error):
    return getattr(error.value.orig, "sqlstate", None) or error.value.orig.pgcode


def order_service(guard, engine):
    """As they are: a unit of work by the ORM, then statements that commit by themselves."""
    app = Flask("orders")

    @app.post("/orders")
    def order():
        with Session(engine) as session:
            order = Order(item="lamp", amount=2)
            session.add(order)
            session.flush()
            session.add(OrderLine(order_id=order.id, line="line"))
            session.commit()
            # Read again, because a commit has expired it.
            order_id = order.id
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("UPDATE orders SET amount = amount + 1 WHERE id = :id"), {"id": order_id})
        with engine.begin() as connection:
            row = connection.execute(select(Order.item, Order.amount).where(Order.id == order_id)).one()
        return jsonify(item=row.item, amount=row.amount)

    if guard:
        app.wsgi_app = WsgiGuard(app.wsgi_app, guard)
    return app


ANSWER = {"item": "lamp", "amount": 3}


@pytest.mark.parametrize(
    ("options", "headers"),
    [({"environment": {"SHADOW_MODE": "true"}}, {}), (FROM_LOOPBACK, MARKED)],
    ids=["SHADOW_MODE=true", "marked"],
)
def test_an_order_service_persists_nothing_and_answers_as_if_it_did(engine_of, persisted, serve_wsgi, options, headers):
    guard = ShadowGuard(**options)
    base = serve_wsgi(order_service(guard, engine_of(guard)))
    if headers:
        # Twice the same: nothing of the first is there.
        assert [requests.post(f"{base}/orders", headers=headers).json() for _ in range(2)] == [ANSWER, ANSWER]
        assert guard.suppressed_counts == {"postgres": 6}
    else:
        assert requests.post(f"{base}/orders").json() == ANSWER
        assert guard.suppressed_counts == {"postgres": 3}
    assert persisted() == []
    assert guard.probe(True)["covers"] == ["postgres"]


def test_the_same_service_persists_without_the_guard_and_when_it_is_not_marked(engine_of, persisted, serve_wsgi, admin):
    assert requests.post(f"{serve_wsgi(order_service(None, engine_of()))}/orders").json() == ANSWER
    assert persisted() == ["lamp", "line"]
    with admin.connect() as connection:
        connection.execute(text("TRUNCATE orders, order_lines"))
    guard = ShadowGuard(**FROM_LOOPBACK)
    assert requests.post(f"{serve_wsgi(order_service(guard, engine_of(guard)))}/orders").json() == ANSWER
    assert persisted() == ["lamp", "line"]
    assert guard.suppressed_counts == {}


def test_marked_and_unmarked_work_at_the_same_time_over_two_connections(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard, pool_size=2)

    def work(number):
        def write():
            with Session(engine) as session, session.begin():
                session.add(Order(item=f"{number}", amount=1))
            with Session(engine) as session:
                assert session.scalar(select(func.count()).where(Order.item == f"{number}")) == 1

        guard.run_shadow(write) if number % 2 else write()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert persisted() == sorted(f"{number}" for number in range(0, 40, 2))


def test_a_failed_statement_fails_its_transaction_and_nothing_else(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard)
    with guard.shadow():
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO orders (item) VALUES ('first')"))
        with pytest.raises(exc.IntegrityError) as error, engine.begin() as connection:
            connection.execute(text("INSERT INTO orders (item) VALUES ('undone')"))
            connection.execute(text("INSERT INTO orders (item) VALUES ('first')"))
        assert code_of(error) == "23505"
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO orders (item) VALUES ('second')"))
            with pytest.raises(exc.IntegrityError), connection.begin_nested():
                connection.execute(text("INSERT INTO orders (item) VALUES ('lost')"))
                connection.execute(text("INSERT INTO orders VALUES (0)"))
            with connection.begin_nested():
                connection.execute(text("INSERT INTO orders (item) VALUES ('third')"))
        with engine.connect() as connection:
            with pytest.raises(exc.DataError):
                connection.execute(text("SELECT 1/0"))
            with pytest.raises(exc.InternalError) as error:
                connection.execute(text("SELECT 1"))
            assert code_of(error) == "25P02"
            connection.rollback()
            items = connection.scalars(text("SELECT item FROM orders ORDER BY item")).all()
        assert items == ["first", "second", "third"]
    assert persisted() == []


def test_deferred_constraints_are_checked_where_a_commit_would_check_them(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard)
    with guard.shadow():
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO order_lines VALUES (7, 'early')"))
            connection.execute(text("INSERT INTO orders (id, item) VALUES (7, 'late')"))
        connection = engine.connect()
        connection.execute(text("INSERT INTO order_lines VALUES (8, 'never')"))
        with pytest.raises(exc.IntegrityError) as error:
            connection.commit()
        assert code_of(error) == "23503"
        connection.close()
        with engine.connect() as connection:
            assert connection.scalars(text("SELECT order_id FROM order_lines")).all() == [7]
    assert persisted() == []


@pytest.mark.parametrize(
    "statement",
    [
        "BEGIN; INSERT INTO orders (item) VALUES (1); COMMIT; INSERT INTO orders (item) VALUES (2); COMMIT AND CHAIN",
        "/* ; */ begin; insert into orders (item) values ($$;commit;$$); -- end\n end; abort",
        "DO $x$ BEGIN INSERT INTO orders (item) VALUES ('do'); COMMIT; END $x$",
        "CALL commit_it()",
        "SELECT order_it('function')",
        "WITH i AS (INSERT INTO orders (item) VALUES (1) RETURNING *) SELECT * FROM i",
        "CREATE TABLE more AS SELECT 1",
        "DROP TABLE order_lines",
        "TRUNCATE orders CASCADE",
        "COMMIT PREPARED 'x'",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "SELECT setval('numbers', 99)",
        "LISTEN orders",
        "VACUUM orders",
    ],
)
@pytest.mark.parametrize("level", ["AUTOCOMMIT", "SERIALIZABLE"])
def test_nothing_of_this_persists(engine_of, persisted, admin, statement, level):
    guard = guard_of()
    engine = engine_of(guard)
    with guard.shadow():
        for each in (statement, "INSERT INTO orders (item) VALUES ('after')"):
            connection = engine.connect().execution_options(isolation_level=level)
            try:
                connection.exec_driver_sql(each)
                connection.commit()
            except (exc.DBAPIError, ShadowGuardError):
                pass
            finally:
                connection.close()
    assert persisted() == []
    with admin.connect() as connection:
        rows = connection.execute(text("SELECT last_value, to_regclass('more'), to_regclass('order_lines') FROM numbers"))
        assert [tuple(row) for row in rows] == [(1, None, "order_lines")]


def test_an_engine_that_commits_by_itself_is_guarded_and_is_so_again_afterwards(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard, isolation_level="AUTOCOMMIT", pool_size=1)
    with guard.shadow(), engine.connect() as connection:
        connection.execute(text("INSERT INTO orders (item) VALUES ('shadow')"))
        with pytest.raises(exc.IntegrityError):
            connection.execute(text("INSERT INTO orders (item) VALUES ('shadow')"))
        # Each statement is a transaction of its own: the failure has undone nothing.
        assert connection.scalar(text("SELECT count(*) FROM orders")) == 1
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO orders (item) VALUES ('real')"))
    assert persisted() == ["real"]


def test_the_database_itself_refuses_a_commit_that_nobody_recognised(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard)
    with guard.shadow():
        with engine.connect() as connection:
            connection.exec_driver_sql("INSERT INTO orders (item) VALUES ('x')")
            connection.exec_driver_sql("SET standard_conforming_strings = off")
            # With that setting, the string ends at the third quote, and what looks like its middle is a COMMIT.
            with pytest.raises((exc.DBAPIError, ShadowGuardError)):
                connection.exec_driver_sql("SELECT '\\''; COMMIT; --'")
                connection.commit()
        with pytest.raises(ShadowGuardError), engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO orders (item) VALUES ('y')")
    assert persisted() == []


def test_what_a_driver_does_behind_sqlalchemy_is_rolled_back_or_refused(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard)
    with guard.shadow():
        raw = engine.raw_connection()
        cursor = raw.cursor()
        cursor.execute("INSERT INTO orders (item) VALUES (%s)", ("raw",))
        cursor.executemany("INSERT INTO orders (item) VALUES (%s)", [("many",), ("more",)])
        raw.commit()
        raw.driver_connection.commit()
        with pytest.raises(ShadowGuardError, match="tpc_begin"):
            raw.driver_connection.tpc_begin("x")
        raw.close()
    assert persisted() == []
    assert guard.suppressed_counts == {"postgres": 3}


def test_psycopg_beside_the_engine_is_refused_when_that_is_wanted(engine_of, admin, persisted):
    import psycopg

    guard = guard_of()
    engine = engine_of(guard)
    url = postgres_url("psycopg").replace("+psycopg", "")
    undo = refuse_bare_psycopg(guard)
    try:
        with guard.shadow():
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT 1")) == 1
            bare = psycopg.connect(url, autocommit=True)
            with pytest.raises(ShadowGuardError, match="without a guarded engine"):
                bare.execute("INSERT INTO orders (item) VALUES ('bare')")
        assert persisted() == []
        bare.execute("INSERT INTO orders (item) VALUES ('real')")
        bare.close()
    finally:
        undo()
    assert persisted() == ["real"]


def test_two_sessions_of_one_request_share_its_transaction(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard, pool_size=1)
    insert = text("INSERT INTO orders (item) VALUES (:item)")
    count = text("SELECT count(*) FROM orders")
    with guard.shadow():
        first, second = engine.connect(), engine.connect()
        first.execute(insert, {"item": "first"})
        second.execute(insert, {"item": "second"})
        # The failure of one is not the other's, in either order.
        with pytest.raises(exc.IntegrityError):
            second.execute(insert, {"item": "second"})
        first.execute(insert, {"item": "more of first"})
        second.rollback()
        first.commit()
        assert second.scalar(count) == 2
        second.execute(insert, {"item": "again"})
        with pytest.raises(exc.IntegrityError):
            first.execute(insert, {"item": "first"})
        second.commit()
        first.rollback()
        assert first.scalar(count) == 3
        first.commit()
        first.execute(count)
        second.execute(count)
        # What the first one writes now is within the second one, which can only stay.
        first.execute(insert, {"item": "within"})
        with pytest.raises(ShadowGuardError, match="two transactions of one request"):
            second.rollback()
        first.commit()
        assert second.scalar(count) == 4
        second.commit()
        first.execute(insert, {"item": "below"})
        second.execute(insert, {"item": "above"})
        with pytest.raises(ShadowGuardError, match="two transactions of one request"):
            first.rollback()
        first.close()
        second.close()
    assert persisted() == []


def test_a_transaction_has_an_end(engine_of, admin):
    guard = guard_of()
    engine = engine_of(guard, max_transaction_ms=200, pool_size=1)
    with guard.shadow():
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(1)"))
            with pytest.raises(exc.DBAPIError) as error:
                connection.execute(text("SELECT pg_sleep(10)"))
            assert code_of(error) == "57014"
        with pytest.raises(ShadowGuardError, match="open for 200 ms"), engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    with admin.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0


def test_work_after_the_end_of_a_request_is_rolled_back_by_itself(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard)
    with guard.shadow():

        def late():
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO orders (item) VALUES ('late')"))
                assert connection.scalar(text("SELECT count(*) FROM orders")) == 1

        bound = guard.bind(late)
    bound()
    assert guard.suppressed_counts == {"postgres": 1}
    assert persisted() == []


def test_a_pool_that_is_made_anew_and_an_engine_with_options_are_guarded(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard)
    engine.dispose()
    with guard.shadow():
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("INSERT INTO orders (item) VALUES ('x')"))
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT count(*) FROM orders")) == 1
    assert persisted() == []


def test_connections_come_back_as_they_were(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard, pool_size=1)
    begun = []
    event.listen(engine.pool, "checkout", lambda *_args: begun.append(1))
    for _ in range(3):
        with guard.shadow(), engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_lock(2)"))
            connection.execute(text("SET search_path = pg_catalog"))
            connection.execute(text("INSERT INTO public.orders (item) VALUES ('x')"))
        with engine.begin() as connection:
            assert connection.scalar(text("SHOW search_path")) != "pg_catalog"
            assert connection.scalar(text("SHOW statement_timeout")) == "0"
            assert connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO orders (item) VALUES ('real')"))
    assert persisted() == ["real"]
    assert len(begun) == 7


def test_a_database_that_cannot_be_written_to_needs_no_lock(engine_of, persisted):
    guard = guard_of()
    engine = engine_of(guard, connect_args={"options": "-c default_transaction_read_only=on"})
    with guard.shadow():
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM orders")) == 0
        for text_ in ("SET transaction_read_only = off", "SET TRANSACTION READ WRITE"):
            with pytest.raises(exc.DBAPIError), engine.begin() as connection:
                connection.exec_driver_sql(text_)
                connection.exec_driver_sql("INSERT INTO orders (item) VALUES ('x')")
    assert persisted() == []


def test_writes_are_noted_on_the_span(engine_of, persisted):
    noted = []

    class Span:
        def set_attribute(self, key, value):
            noted.append((key, value))

    guard = ShadowGuard(environment={}, active_span=Span)
    engine = engine_of(guard)
    with guard.shadow(), engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        assert noted == [("shadow_mode", True)]
        connection.execute(text("INSERT INTO orders (item) VALUES ('x')"))
    assert noted[1:] == [("db.write_suppressed", True)]


def test_only_postgresql_can_be_guarded():
    with pytest.raises(ShadowGuardError, match="only PostgreSQL"):
        guard_sqlalchemy(guard_of(), create_engine("sqlite://"))
    with pytest.raises(ShadowGuardError, match="more than 0"):
        guard_sqlalchemy(guard_of(), create_engine(postgres_url("psycopg")), max_transaction_ms=0)
