"""One file, one family.  `zoo.registry` finds them; nothing is listed here."""
