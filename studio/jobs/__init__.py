"""Durable jobs: gate, prepare, gate, render and release, gate, store."""
