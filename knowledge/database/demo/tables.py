"""Describe the demo bank's tables, with a comment on each of them and of their columns."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Integer, MetaData, Numeric, String, Table, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, Index
from sqlalchemy.sql.type_api import TypeEngine

bank = MetaData()

Number = BigInteger().with_variant(Integer(), "sqlite")


def _money(digits: int = 14) -> Numeric[float]:
    return Numeric(digits, 2, asdecimal=False)


def _column(name: str, kind: TypeEngine[Any], comment: str, *, null: bool = False) -> Column[Any]:
    return Column(name, kind, nullable=null, comment=comment)


def _key(name: str, comment: str) -> Column[int]:
    return Column(name, Number, primary_key=True, autoincrement=False, comment=comment)


def _link(name: str, to: str, comment: str, *, null: bool = False) -> Column[int]:
    return Column(name, Number, ForeignKey(to), nullable=null, comment=comment, index=True)


branches = Table(
    "branches", bank,
    _key("branch_id", "Number of the branch"),
    _column("name", String(60), "What the branch is called"),
    _column("city", String(40), "City the branch is in"),
    _column("region", String(20), "Region: East, West, Middle, South or North"),
    _column("opened_on", Date(), "Day the branch opened"),
    _column("closed_on", Date(), "Day the branch closed; empty while it is open", null=True),
    comment="Branches of the bank",
)  # fmt: skip
staff = Table(
    "staff", bank,
    _key("staff_id", "Number of the employee"),
    _link("branch_id", "branches.branch_id", "Branch the employee works in"),
    _link("manager_id", "staff.staff_id", "The employee's manager; empty for the branch manager", null=True),
    _column("full_name", String(80), "First name and surname"),
    _column("job_title", String(40), "Branch manager, adviser, teller, analyst or credit officer"),
    _column("email", String(80), "Work e-mail address"),
    _column("hired_on", Date(), "First working day"),
    _column("left_on", Date(), "Last working day; empty for current staff", null=True),
    _column("salary", _money(), "Gross yearly salary in NOK"),
    comment="People who work or worked at the bank",
)  # fmt: skip
customers = Table(
    "customers", bank,
    _key("customer_id", "Number of the customer"),
    _link("branch_id", "branches.branch_id", "Branch that serves the customer"),
    _link("adviser_id", "staff.staff_id", "Personal adviser; empty when there is none", null=True),
    _column("full_name", String(80), "Name of the person or company"),
    _column("national_id", String(11), "National identity or organisation number"),
    _column("birth_date", Date(), "Date of birth; empty for companies and where it was never recorded", null=True),
    _column("phone", String(20), "Phone number", null=True),
    _column("email", String(80), "E-mail address", null=True),
    _column("city", String(40), "City the customer lives in", null=True),
    _column("segment", String(20), "Segment: retail, private or business"),
    _column("joined_on", Date(), "Day the customer joined"),
    _column("left_on", Date(), "Day the customer left; empty for current customers", null=True),
    _column("risk_score", Integer(), "Credit risk from 1 (low) to 100 (high); empty when not rated", null=True),
    comment="Customers, private people and companies",
)  # fmt: skip
products = Table(
    "products", bank,
    _key("product_id", "Number of the product"),
    _column("name", String(60), "Name of the product"),
    _column("family", String(20), "Family: current, savings, mortgage, consumer loan, car loan, card, fund, insurance"),
    _column("monthly_fee", _money(8), "Monthly fee in NOK"),
    _column("interest_rate", Numeric(6, 4, asdecimal=False), "Yearly rate, 0.0485 is 4.85 %", null=True),
    _column("launched_on", Date(), "Day it was first sold"),
    _column("withdrawn_on", Date(), "Day it was last sold; empty while it is sold", null=True),
    _column("attributes", Text(), "Further attributes as JSON: channel, target, green, risk_class", null=True),
    comment="What the bank sells",
)  # fmt: skip
accounts = Table(
    "accounts", bank,
    _key("account_id", "Number of the account"),
    _link("customer_id", "customers.customer_id", "Customer who owns the account"),
    _link("branch_id", "branches.branch_id", "Branch that keeps the account"),
    _link("product_id", "products.product_id", "Product of the account"),
    _column("iban", String(34), "International account number"),
    _column("kind", String(20), "Kind: current or savings"),
    _column("currency", String(3), "Currency of the account: NOK or EUR"),
    _column("status", String(10), "Status: open, dormant, frozen or closed"),
    _column("opened_on", Date(), "Day the account was opened"),
    _column("closed_on", Date(), "Day the account was closed; empty while it is open", null=True),
    _column("booked_balance", _money(), "Sum of all booked transactions, in the account's currency"),
    _column("available_balance", _money(), "Booked balance plus overdraft less reservations, in that currency"),
    _column("overdraft_limit", _money(), "Arranged overdraft, in the account's currency"),
    comment="Current and savings accounts; deposits are their booked balances",
)  # fmt: skip
merchants = Table(
    "merchants", bank,
    _key("merchant_id", "Number of the merchant"),
    _column("name", String(60), "Name of the shop"),
    _column("category", String(20), "Category: groceries, restaurants, fuel, clothing, travel and others"),
    _column("city", String(40), "City of the shop; empty for online shops", null=True),
    _column("country", String(2), "Country code of the shop"),
    comment="Shops where customers pay by card",
)  # fmt: skip
transactions = Table(
    "transactions", bank,
    _key("transaction_id", "Number of the transaction"),
    Column("account_id", Number, ForeignKey("accounts.account_id"), nullable=False, comment="Account it is booked on"),
    _column("booked_at", DateTime(), "When it was booked"),
    _column("amount", _money(), "Amount in the account's currency; above zero is money in, below zero money out"),
    _column("currency", String(3), "Currency of the account: NOK or EUR"),
    _column("kind", String(20), "Kind: opening, salary, card, transfer, rent, cash, fee, interest, loan, refund"),
    _column("channel", String(12), "Channel: mobile, web, branch, pos, atm or system"),
    _link("merchant_id", "merchants.merchant_id", "Shop of a card payment; empty otherwise", null=True),
    _column("description", String(80), "Text on the statement", null=True),
    Index("ix_transactions_account_booked", "account_id", "booked_at"),
    Index("ix_transactions_booked_at", "booked_at"),
    comment="Every booking of the last two years",
)  # fmt: skip
cards = Table(
    "cards", bank,
    _key("card_id", "Number of the card"),
    _link("account_id", "accounts.account_id", "Account the card draws on"),
    _column("kind", String(10), "Kind: debit or credit"),
    _column("brand", String(12), "Brand: Visa or Mastercard"),
    _column("last_digits", String(4), "Last four digits of the card number"),
    _column("status", String(10), "Status: active, blocked or expired"),
    _column("issued_on", Date(), "Day the card was issued"),
    _column("expires_on", Date(), "Last day of validity"),
    _column("credit_limit", _money(), "Credit limit in NOK; empty for debit cards", null=True),
    comment="Debit and credit cards",
)  # fmt: skip
loans = Table(
    "loans", bank,
    _key("loan_id", "Number of the loan"),
    _link("customer_id", "customers.customer_id", "Customer who borrowed"),
    _link("branch_id", "branches.branch_id", "Branch that granted the loan"),
    _link("product_id", "products.product_id", "Product of the loan"),
    _column("currency", String(3), "Currency of the loan: NOK or EUR"),
    _column("principal", _money(), "Amount granted, in the loan's currency"),
    _column("outstanding", _money(), "Principal not yet repaid, in the loan's currency"),
    _column("interest_rate", Numeric(6, 4, asdecimal=False), "Yearly rate, 0.0485 is 4.85 %"),
    _column("term_months", Integer(), "Months from the start to the last payment"),
    _column("started_on", Date(), "Day it was paid out"),
    _column("status", String(12), "Status: performing, late, default or repaid"),
    comment="Mortgages, consumer and car loans",
)  # fmt: skip
loan_payments = Table(
    "loan_payments", bank,
    _key("payment_id", "Number of the payment"),
    _link("loan_id", "loans.loan_id", "Loan that is paid"),
    _column("due_on", Date(), "Day it is due"),
    _column("paid_on", Date(), "Day it was paid; empty while unpaid", null=True),
    _column("amount", _money(), "Amount due, in the loan's currency"),
    _column("principal_part", _money(), "Part that repays principal"),
    _column("interest_part", _money(), "Part that is interest"),
    comment="Payments due on loans in the last two years",
)  # fmt: skip
holdings = Table(
    "holdings", bank,
    _key("holding_id", "Number of the holding"),
    _link("customer_id", "customers.customer_id", "Customer who holds the product"),
    _link("product_id", "products.product_id", "Fund or insurance that is held"),
    _column("since", Date(), "Day it was bought"),
    _column("until", Date(), "Day it was sold or ended; empty while it is held", null=True),
    _column("units", Numeric(14, 4, asdecimal=False), "Fund units; empty for insurances", null=True),
    _column("market_value", _money(), "Value in NOK at the last valuation; empty for insurances", null=True),
    comment="Funds and insurances that customers hold",
)  # fmt: skip
exchange_rates = Table(
    "exchange_rates", bank,
    Column("rate_date", Date(), primary_key=True, comment="Banking day of the rate"),
    Column("base", String(3), primary_key=True, comment="Currency that is priced: EUR or USD"),
    Column("quote", String(3), primary_key=True, comment="Currency of the price: NOK"),
    _column("rate", Numeric(10, 4, asdecimal=False), "Units of quote for one unit of base"),
    comment="Daily exchange rates, none at weekends",
)  # fmt: skip
complaints = Table(
    "complaints", bank,
    _key("complaint_id", "Number of the complaint"),
    _link("customer_id", "customers.customer_id", "Customer who complained"),
    _link("branch_id", "branches.branch_id", "Branch that handles it"),
    _link("product_id", "products.product_id", "Product it is about; empty when about none", null=True),
    _column("received_on", Date(), "Day it was received"),
    _column("closed_on", Date(), "Day it was settled; empty while open", null=True),
    _column("topic", String(20), "Topic: fees, card, app, loan, service, fraud or outage"),
    _column("severity", String(8), "Severity: low, medium or high"),
    _column("compensation", _money(), "Compensation paid in NOK; empty for none", null=True),
    _column("summary", String(160), "What the customer said, in short", null=True),
    comment="Complaints of customers",
)  # fmt: skip


def statements(dialect: str) -> Iterator[str]:
    """Yield what creates the tables of SQLite, which knows comments only inside the statement itself."""
    if dialect != "sqlite":
        raise ValueError("Other databases take comments from the tables' descriptions.")
    for table in bank.sorted_tables:
        made = str(CreateTable(table).compile(dialect=sqlite.dialect()))
        lines = made.strip().split("\n")
        lines[0] = f"{lines[0]} /* {table.comment} */"
        notes = {column.name: column.comment for column in table.columns}
        for at, line in enumerate(lines[1:], 1):
            name = line.split()[0].strip('"') if line.split() else ""
            if name in notes:
                bare = line.rstrip().removesuffix(",")
                lines[at] = f"{bare} /* {notes[name]} */{',' if line.rstrip().endswith(',') else ''}"
        yield "\n".join(lines)
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            yield str(CreateIndex(index).compile(dialect=sqlite.dialect()))
