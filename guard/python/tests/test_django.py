"""Django on a real PostgreSQL, by its ORM and by hand, served over WSGI."""

import threading

import pytest
import requests
from conftest import MARKED, postgres_url
from sqlalchemy.engine import make_url

from shadowplane_guard import ShadowGuard, ShadowGuardError, WsgiGuard, guard_django, refuse_bare_psycopg

django = pytest.importorskip("django")


@pytest.fixture(scope="session")
def shop():
    """One Django to a process: its settings, a model, a view."""
    url = make_url(postgres_url("psycopg"))
    from django.conf import settings

    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.database,
        "USER": url.username,
        "HOST": url.host,
        "PORT": url.port,
        "TIME_ZONE": "Asia/Tokyo",
    }
    settings.configure(
        DATABASES={"default": database, "lite": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        USE_TZ=True,
    )
    django.setup()
    from django.db import connections, models, transaction

    class Order(models.Model):
        item = models.TextField(unique=True)
        amount = models.IntegerField(null=True)

        class Meta:
            app_label = "shop"
            db_table = "orders"
            managed = False

    class Shop:
        pass

    shop = Shop()
    shop.Order, shop.connections, shop.transaction, shop.connection = Order, connections, transaction, connections["default"]
    global view, urlpatterns

    def view(request):
        from django.http import JsonResponse

        with transaction.atomic():
            Order.objects.create(item="first")
            with transaction.atomic():
                Order.objects.create(item="second")
        Order.objects.filter(item="second").update(amount=7)
        return JsonResponse({"seen": sorted(Order.objects.values_list("item", flat=True))})

    from django.urls import path

    urlpatterns = [path("orders", view)]
    yield shop
    connections.close_all()


@pytest.fixture
def guarded(shop, persisted):
    undo = []

    def make(guard=None, **options):
        guard = guard or ShadowGuard(environment={})
        undo.append(guard_django(guard, **options))
        return guard

    yield make
    for one in undo:
        one()
    shop.connections.close_all()


def test_a_request_sees_its_writes_and_persists_none(shop, guarded, persisted, serve_wsgi):
    from django.core.wsgi import get_wsgi_application

    guard = guarded(ShadowGuard(trusted_proxies=["127.0.0.1"], environment={}))
    url = serve_wsgi(WsgiGuard(get_wsgi_application(), guard)) + "/orders"
    for _again in range(3):
        assert requests.get(url, headers=MARKED, timeout=20).json() == {"seen": ["first", "second"]}
    assert persisted() == []
    assert guard.suppressed_counts == {"postgres": 9}
    assert guard.probe(True)["covers"] == ["postgres"]
    # Real requests are as ever, beside it.
    assert requests.get(url, timeout=20).json() == {"seen": ["first", "second"]}
    assert persisted() == ["first", "second"]
    assert requests.get(url, headers=MARKED, timeout=20).status_code == 500


def test_without_the_guard_everything_persists(shop, persisted):
    guard = ShadowGuard(environment={})
    with guard.shadow():
        shop.Order.objects.create(item="there")
    shop.connections.close_all()
    assert persisted() == ["there"]


def test_transactions_are_as_they_were(shop, guarded, persisted):
    from django.db import IntegrityError

    guard = guarded()
    Order, transaction = shop.Order, shop.transaction
    done = []
    with guard.shadow():
        with pytest.raises(RuntimeError), transaction.atomic():
            Order.objects.create(item="undone")
            transaction.on_commit(lambda: done.append("never"))
            raise RuntimeError
        with transaction.atomic():
            Order.objects.create(item="kept")
            transaction.on_commit(lambda: done.append("committed"))
            with pytest.raises(IntegrityError), transaction.atomic():
                Order.objects.create(item="kept")
            assert done == []
        assert done == ["committed"]
        # Checked at the commit, as it is deferred.
        with pytest.raises(IntegrityError), transaction.atomic(), shop.connections["default"].cursor() as cursor:
            cursor.execute("INSERT INTO order_lines VALUES (-1, 'no order')")
        transaction.set_autocommit(False)
        Order.objects.create(item="by hand")
        transaction.rollback()
        transaction.set_autocommit(True)
        assert [order.item for order in Order.objects.iterator()] == ["kept"]
        shop.connections.close_all()
        assert Order.objects.count() == 1
    assert persisted() == []


def test_statements_are_read(shop, guarded, persisted):
    from django.db.models import Func, IntegerField, Value

    guard = guarded()
    with guard.shadow(), shop.connections["default"].cursor() as cursor:
        cursor.execute("BEGIN; INSERT INTO orders (item) VALUES ('x'); COMMIT")
        cursor.executemany("INSERT INTO orders (item) VALUES (%s)", [("y",), ("z",)])
        with pytest.raises(ShadowGuardError, match="setval"):
            cursor.execute("SELECT setval('numbers', 7)")
        # Neither by rows that are fetched as they are needed.
        setval = Func(Value("numbers"), Value(7), function="setval", output_field=IntegerField())
        with pytest.raises(ShadowGuardError, match="setval"):
            list(shop.Order.objects.annotate(number=setval).iterator())
        cursor.execute("SHOW timezone")
        assert cursor.fetchone() == ("Asia/Tokyo",)
    assert persisted() == []
    assert guard.suppressed_counts == {"postgres": 3}


def test_threads_of_one_request_share_its_transaction(shop, guarded, persisted):
    guard = guarded()
    seen = []
    with guard.shadow():
        shop.Order.objects.create(item="mine")
        thread = threading.Thread(target=guard.bind(lambda: seen.append(shop.Order.objects.count())))
        thread.start()
        thread.join()
    assert (seen, persisted()) == ([1], [])


def test_work_without_an_end_is_rolled_back_now_and_then(shop, guarded, persisted):
    guarded(ShadowGuard(environment={"SHADOW_MODE": "true"}), max_transaction_ms=1_000)
    shop.Order.objects.create(item="before")
    assert shop.Order.objects.count() == 1
    with shop.transaction.atomic():
        threading.Event().wait(0.6)
        assert shop.Order.objects.count() == 1
    assert shop.Order.objects.count() == 0
    assert persisted() == []


def test_other_databases_and_wrappers_of_before_cannot_be_used(shop, guarded, persisted):
    guard = guarded()
    kept = shop.connections.create_connection("default")
    undo = refuse_bare_psycopg(guard)
    try:
        with guard.shadow():
            with pytest.raises(ShadowGuardError, match="sqlite"):
                shop.connections["lite"].cursor()
            with pytest.raises(ShadowGuardError, match="without a guarded engine"):
                kept.cursor()
            assert shop.Order.objects.count() == 0
        shop.connections["lite"].cursor().execute("SELECT 1")
    finally:
        undo()


def test_wrong_use(shop):
    with pytest.raises(ShadowGuardError, match="more than 0"):
        guard_django(ShadowGuard(environment={}), max_transaction_ms=0)
