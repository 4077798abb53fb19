"""The OpenAPI document of both APIs, as data."""
