"""Read the bank's web pages: fetched without being led astray, crawled politely, kept fresh."""
