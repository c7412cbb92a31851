"""An adapter into its unquantised base, held against the two apart."""
