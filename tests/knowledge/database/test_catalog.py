"""What is read of a database: notes, values, joins nobody declared; and what a wrong semantic file does."""

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
from knowledge.database.values import ValueIndex
from knowledge.errors import UserError


def made(tmp_path, *statements):
    engine = create_engine(f"sqlite:///{tmp_path / 'some.db'}")
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    return engine


def joins(catalog):
    return {(f"{join.table}.{join.column}", f"{join.to_table}.{join.to_column}") for join in catalog.joins}


def test_comments_in_the_text_of_a_table_are_its_notes(catalog):
    assert catalog.find("branches", "city").note == "where it is"
    assert catalog.find("Customers", "SEGMENT").note == "retail, private or business"


def test_columns_have_kinds_and_values(catalog):
    assert catalog.find("accounts", "opened_on").kind == "date"
    assert catalog.find("accounts", "balance").kind == "number"
    assert catalog.find("accounts", "status").values == ("closed", "open")


def test_values_of_personal_columns_are_not_kept(catalog):
    assert catalog.find("customers", "full_name").values == ()


def test_declared_keys_are_joins(catalog):
    assert ("customers.branch_id", "branches.branch_id") in joins(catalog)
    assert ("accounts.customer_id", "customers.customer_id") in joins(catalog)


def test_a_path_leads_over_the_tables_between(catalog):
    assert [join.table for join in catalog.path(["accounts", "branches"])] == ["accounts", "customers"]


def test_joins_that_nobody_declared_are_seen_in_names_and_values(tmp_path):
    engine = made(
        tmp_path,
        "CREATE TABLE shops (id INTEGER, title TEXT)",
        "CREATE TABLE visits (id INTEGER, shop_id INTEGER, num_shops INTEGER, airport TEXT)",
        "CREATE TABLE airports (airport_code TEXT, name TEXT)",
        "INSERT INTO shops VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO visits VALUES (1, 1, 2, 'OSL'), (2, 1, 2, 'BGO')",
        "INSERT INTO airports VALUES ('OSL', 'Oslo'), ('BGO', 'Bergen')",
    )

    found = joins(read_catalog(engine))

    assert found == {("visits.shop_id", "shops.id"), ("visits.airport", "airports.airport_code")}


def test_text_that_holds_days_is_a_date_and_notes_can_be_given(tmp_path):
    engine = made(tmp_path, "CREATE TABLE t (day TEXT, at INTEGER)", "INSERT INTO t VALUES ('2025-01-31', 1700000000)")

    catalog = read_catalog(engine, notes={"T": {"At": "Unix timestamp of the visit"}})

    assert catalog.find("t", "day").kind == "date"
    assert catalog.find("t", "at").kind == "epoch"


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("tables: {vaults: {words: [safe]}}", "vaults"),
        ("tables: {branches: {columns: {colour: {}}}}", "branches.colour"),
        ("tables: {branches: {date: opened}}", "branches.opened"),
        ("joins: [accounts.branch_id = branches.branch_id]", "accounts.branch_id"),
        ("metrics: {rate: {table: accounts, sql: SUM(interest), note: x}}", "interest"),
        ("metrics: {rate: {table: accounts, sql: 'SUM((', note: x}}", "rate"),
        ("tables: {branches: {columns: {city: {tags: [secret]}}}}", "secret"),
        ("meaning: {}", "meaning"),
    ],
)
def test_a_wrong_name_in_the_semantic_file_is_an_error_at_start(tmp_path, bank_url, file, named):
    path = tmp_path / "wrong.yaml"
    path.write_text(file, encoding="utf-8")

    with pytest.raises(UserError, match=named):
        read_catalog(create_engine(bank_url), semantics=path)


def test_a_value_in_a_question_leads_to_its_column(catalog):
    found = ValueIndex(catalog).find("How many business customers are there in oslo?")

    assert {(each.column.full, each.value) for each in found} == {
        ("customers.segment", "business"),
        ("branches.city", "Oslo"),
    }


def test_the_catalogue_of_one_who_may_see_less_has_less(catalog):
    less = catalog.restrict(["branches", "customers"], [("customers", "segment")])

    assert less.find("customers", "segment") is None
    assert less.find("accounts", "balance") is None
    assert less.path(["customers", "branches"])
