"""What a page says, short enough for a pull request's comment and a test report."""
