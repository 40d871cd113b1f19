"""Celery: thin tasks over webapp's services."""
