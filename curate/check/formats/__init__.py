"""Findings as text, JSON, SARIF, JUnit, GitHub and GitLab annotations."""
