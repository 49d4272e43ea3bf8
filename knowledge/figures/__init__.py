"""Answer questions about figures from the cells of tables, without a language model."""
