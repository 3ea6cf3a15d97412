"""Volt (textvolt.com): texts out through its GraphQL API, webhook events in."""
