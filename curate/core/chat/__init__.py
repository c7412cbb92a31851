"""The client for language models: ``cache(retry(budget(throttle(backend))))``, each a `Chat`; `client` stacks them."""
