"""What lies between a request and the endpoint: each layer is a `Chat` around a `Chat`."""
