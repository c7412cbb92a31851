"""The code of the example: its data made, its model unpacked, the whole loop run."""
