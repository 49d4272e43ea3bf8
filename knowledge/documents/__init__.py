"""Read, split, index and search documents."""
