"""Pictures and labels, from files and arrays to what training takes. Knows no network and no model."""
