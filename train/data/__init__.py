"""Files of any layout to rows as chat templates take them."""
