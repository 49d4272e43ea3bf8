"""Hold the names that the demo bank's people, shops and products go by; none of them exist."""

REGIONS = {
    "Oslo": "East", "Drammen": "East", "Bergen": "West", "Stavanger": "West", "Trondheim": "Middle",
    "Kristiansand": "South", "Tromsø": "North", "Bodø": "North",
}  # fmt: skip
BRANCHES = (
    ("Oslo Harbour", "Oslo", 1998, 22), ("Oslo Majorstuen", "Oslo", 2006, 18), ("Drammen", "Drammen", 2009, 9),
    ("Bergen Bryggen", "Bergen", 2001, 16), ("Stavanger", "Stavanger", 2004, 11), ("Trondheim", "Trondheim", 2003, 12),
    ("Kristiansand", "Kristiansand", 2011, 7), ("Tromsø", "Tromsø", 2014, 5), ("Bodø", "Bodø", 2016, 0),
)  # fmt: skip
FIRST_NAMES = (
    "Anna", "Emil", "Ingrid", "Jakob", "Nora", "Oskar", "Sofie", "Lars", "Maja", "Henrik", "Ida", "Kristian", "Sara",
    "Magnus", "Thea", "Jonas", "Astrid", "Olav", "Liv", "Erik", "Hanna", "Sander", "Frida", "Mathias", "Julie",
    "Tobias", "Amalie", "Filip", "Vilde", "Aksel", "Marte", "Andreas", "Selma", "Noah", "Eva", "Mikkel", "Kari", "Leif",
    "Ahmed", "Fatima", "Pawel", "Agnieszka", "Mei", "Carlos", "Lucia", "Ravi",
)  # fmt: skip
SURNAMES = (
    "Aasen", "Berg", "Dahl", "Eide", "Foss", "Gran", "Haug", "Iversen", "Jensen", "Knutsen", "Lie", "Moen", "Nygård",
    "Olsen", "Pedersen", "Rønning", "Solberg", "Tangen", "Ulven", "Vik", "Wold", "Ødegård", "Åsheim", "Bakke", "Strand",
    "Hagen", "Lund", "Nilsen", "Kowalski", "Hassan", "Chen", "Garcia", "Singh", "Sandvik", "Myhre", "Fossum",
)  # fmt: skip
TRADES = ("Bygg", "Eiendom", "Transport", "Kafé", "Consulting", "Maritime", "Elektro", "Design", "Fisk", "Regnskap")
JOBS = (
    ("Branch manager", 980_000), ("Adviser", 640_000), ("Teller", 510_000), ("Analyst", 700_000),
    ("Credit officer", 735_000),
)  # fmt: skip

# Name, family, monthly fee, yearly rate, year of launch, year of withdrawal, attributes.
PRODUCTS = (
    ("Everyday Account", "current", 35, 0.0075, 2012, None, {"channel": "mobile", "target": "private", "green": False}),
    ("Everyday Youth", "current", 0, 0.0100, 2015, None, {"channel": "mobile", "target": "youth", "green": False}),
    ("Business Current", "current", 95, 0.0, 2010, None, {"channel": "web", "target": "company", "green": False}),
    ("Classic Account", "current", 49, 0.0010, 1999, 2019, {"channel": "branch", "target": "private", "green": False}),
    ("Saver", "savings", 0, 0.0265, 2013, None, {"channel": "mobile", "target": "private", "green": False}),
    ("Business Saver", "savings", 0, 0.0285, 2014, None, {"channel": "web", "target": "company", "green": False}),
    ("Green Home Loan", "mortgage", 50, 0.0485, 2020, None, {"channel": "branch", "target": "private", "green": True}),
    ("Home Loan", "mortgage", 50, 0.0510, 2002, None, {"channel": "branch", "target": "private", "green": False}),
    ("Consumer Loan", "consumer loan", 45, 0.1190, 2008, None, {"channel": "web", "target": "private", "green": False}),
    ("Car Loan", "car loan", 45, 0.0680, 2010, None, {"channel": "web", "target": "private", "green": False}),
    ("Debit Card", "card", 25, None, 2005, None, {"channel": "mobile", "target": "private", "green": False}),
    ("Gold Credit Card", "card", 75, 0.2190, 2011, None, {"channel": "web", "target": "private", "green": False}),
    ("Nordic Equity Fund", "fund", 0, None, 2014, None, {"channel": "web", "risk_class": 6, "green": False}),
    ("Green Bond Fund", "fund", 0, None, 2021, None, {"channel": "web", "risk_class": 2, "green": True}),
    ("World Index Fund", "fund", 0, None, 2017, None, {"channel": "mobile", "risk_class": 5, "green": False}),
    ("Travel Insurance", "insurance", 129, None, 2013, None, {"channel": "mobile", "target": "private"}),
    ("Home Insurance", "insurance", 219, None, 2012, None, None),
)  # fmt: skip

# Category, shops, smallest and largest usual amount, weight, weight by month where it differs from 1.
SHOPPING: tuple[tuple[str, int, int, int, int, dict[int, float]], ...] = (
    ("groceries", 24, 60, 1400, 40, {12: 1.35}),
    ("restaurants", 18, 90, 1600, 16, {5: 1.1, 6: 1.2, 7: 1.35, 12: 1.3}),
    ("fuel", 10, 200, 1100, 9, {7: 1.4, 2: 0.85}),
    ("clothing", 14, 150, 2600, 9, {1: 1.2, 11: 1.35, 12: 1.5}),
    ("electronics", 8, 300, 12000, 4, {11: 2.1, 12: 1.6}),
    ("travel", 10, 400, 14000, 6, {1: 1.3, 6: 1.6, 7: 2.1, 10: 1.2}),
    ("health", 8, 80, 1500, 8, {}),
    ("home", 12, 120, 6000, 8, {4: 1.2, 5: 1.4, 8: 1.3}),
)
SHOP_NAMES = (
    "Fjell", "Havn", "Nordlys", "Solsiden", "Bryggen", "Torget", "Skogen", "Elven", "Kvist", "Måke", "Sjø", "Furu",
    "Bekken", "Dalen", "Tind", "Vidda", "Lyng", "Multe", "Rev", "Ugle", "Ørn", "Stein", "Løv", "Snø",
)  # fmt: skip
SHOP_KINDS = {
    "groceries": "Mat", "restaurants": "Bistro", "fuel": "Energi", "clothing": "Klær", "electronics": "Elektronikk",
    "travel": "Reiser", "health": "Apotek", "home": "Hjem",
}  # fmt: skip
COMPLAINTS = {
    "fees": ("I was charged a fee I did not agree to.", "The account fee went up without notice."),
    "card": ("My card was declined abroad.", "The new card never arrived."),
    "app": ("The app signs me out all the time.", "I cannot see my savings in the app."),
    "loan": ("My loan application took six weeks.", "The interest on my loan was changed twice."),
    "service": ("Nobody called me back.", "I waited an hour in the branch."),
    "fraud": ("Someone paid with my card.", "A transfer left my account that I did not make."),
    "outage": ("My card did not work in any shop that week.", "Payments failed for days in May."),
}
