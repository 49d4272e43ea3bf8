"""Run the slow work, keep the ledger, deliver the results."""
