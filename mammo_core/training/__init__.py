"""Experiments: families of networks trained, watched, stopped, resumed, searched and compared. Never a release."""
