"""Scored runs as the gate reads them, and two of them item by item."""
