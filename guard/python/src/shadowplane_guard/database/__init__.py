"""PostgreSQL, by way of any driver that speaks Python's database API."""
