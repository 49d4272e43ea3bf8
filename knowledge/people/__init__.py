"""Remember what a person has said."""
