"""Tests import each other from the checkout."""
