"""Who may have what: dated decision tables, three-valued, with reasons in both languages."""
